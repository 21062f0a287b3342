import Comparison
import Migrations
import Planning
import SQLText
import SchemaDiff
import SchemaModel
import Seeding

/// One way up, down and up again on one database.
struct ProofRun {
  /// Why it goes no further.
  struct Stop: Error {
    let phase: ProofResult.Phase
    let failure: ProofResult.Failure
    /// Whether rows are in the way, and the file says that they can be.
    var isAnnounced = false

    var refusalNote: String {
      let place = failure.line.map { ":\($0)" } ?? ""
      return "\(failure.file)\(place) refuses some rows, as it says: \(failure.reason)"
    }
  }

  var result: ProofResult
  private let migration: Migration
  private let before: Schema
  private let after: Schema
  private let comparer: Comparer
  private let declared: (up: Declarations, down: Declarations)
  private let concerned: Set<ObjectID>
  private let variables: [String: String]
  private var database: (any DisposableDatabase)?
  /// The tables whose rows are looked at.
  private var watched: Set<ObjectID> = []
  private var rowsBefore: RowImage?
  private var isFilled = false

  init(
    _ migration: Migration, before: Schema, after: Schema, comparer: Comparer,
    declared: (up: Declarations, down: Declarations), concerned: Set<ObjectID>,
    variables: [String: String]
  ) {
    self.variables = variables
    result = ProofResult(title: migration.title, file: migration.up.file)
    self.migration = migration
    self.before = before
    self.after = after
    self.comparer = comparer
    self.declared = declared
    self.concerned = concerned
  }

  mutating func seed(on database: any DisposableDatabase, kindly: Bool, nothing: Bool) throws {
    self.database = database
    watched = Seeder.closure(of: concerned, in: before)
    if !nothing {
      var seeder = Seeder(
        schema: before, session: try database.session(), alsoFitting: kindly ? after : nil)
      note(try seeder.fill(concerned))
    }
    isFilled = !nothing
    rowsBefore = try RowImage(of: watched, in: before, database.session())
  }

  private mutating func note(_ seeds: SeedResult) {
    result.seeded = (result.seeded + seeds.tables).sorted()
    result.rowCount += seeds.rows.values.reduce(0, +)
    result.omissions += seeds.omissions.map {
      ProofResult.Omission(table: $0.table, reason: $0.reason)
    }
  }

  /// New tables get rows too, which the way back must be able to drop.
  private mutating func seedNewTables(_ session: any Session) throws {
    guard isFilled else { return }
    let new = after.objects(of: .table).map(\.id).filter {
      !before.contains($0) && after.root(of: $0) == $0
    }
    var seeder = Seeder(schema: after, session: session, seed: 3)
    note(try seeder.fillAlone(Set(new)))
  }

  // MARK: - The way

  mutating func walk() throws {
    guard let database, let rowsBefore else { return }
    let session = try database.session()
    try run(migration.up, .up, declared.up, session)
    try expect(after, .up, migration.up, session)
    let rowsAfter = try RowImage(of: watched, in: after, session)
    try seedNewTables(session)
    try probe(after, .rowsAfterUp, migration.up, session)
    guard let down = migration.down, down.statementCount > 0 || after == before else {
      try judge(rowsBefore.goneColumns(in: rowsAfter), .rowsAfterUp)
      try judge(rowsBefore.losses(in: rowsAfter), .rowsAfterUp)
      return endWithoutWayBack()
    }
    try run(down, .down, declared.down, session)
    try expect(before, .down, down, session)
    try judge(
      rowsBefore.losses(in: RowImage(of: watched, in: before, session)), .rowsAfterDown)
    try probe(before, .rowsAfterDown, down, session)
    try run(migration.up, .upAgain, declared.up, session)
    try expect(after, .upAgain, migration.up, session)
  }

  private mutating func endWithoutWayBack() {
    if declared.up.isIrreversible || declared.down.isIrreversible {
      result.notes.append("it cannot be undone, as it says: only the way up was run")
    } else if migration.down == nil {
      result.outcome = .notProven("there is no way back: only the way up was run")
    } else {
      result.outcome = .notProven("the way back is empty: only the way up was run")
    }
  }

  private func run(
    _ script: MigrationScript, _ phase: ProofResult.Phase, _ declared: Declarations,
    _ session: any Session
  ) throws {
    do {
      try script.run(on: session, variables: variables)
    } catch let failure as ScriptFailure {
      throw Stop(
        phase: phase,
        failure: ProofResult.Failure(
          file: failure.file, line: failure.line, reason: failure.error.sentence,
          nextStep: result.rowCount > 0
            ? "rows can be in the way: handle them, or say so above the statement: -- DD01: which rows"
            : failure.error.nextStep),
        isAnnounced: declared.announceRefusal)
    }
  }

  // MARK: - The schema

  /// The schema must be the one that is expected: equal, or the same by the engine's own judgement.
  private mutating func expect(
    _ expected: Schema, _ phase: ProofResult.Phase, _ script: MigrationScript,
    _ session: any Session
  ) throws {
    let actual = try session.readSchema()
    if actual == expected { return }
    let comparison = try comparer.compare(from: actual, to: expected)
    for pair in comparison.undecided {
      result.notes.append(
        "undecided after \(phase.rawValue): \(Words.object(pair.id)): \(pair.reason)")
    }
    guard !comparison.difference.isEmpty else { return }
    let differences = Words.differences(comparison.difference)
    let reason =
      phase == .down
      ? "the way back does not lead to where it began: \(differences)"
      : "over rows the way up leads to another schema: \(differences)"
    throw Stop(phase: phase, failure: ProofResult.Failure(file: script.file, reason: reason))
  }

  // MARK: - The rows

  /// A loss must have been announced.
  private mutating func judge(
    _ losses: [(table: ObjectID, column: Identifier?)], _ phase: ProofResult.Phase
  ) throws {
    let isIrreversible = declared.up.isIrreversible || declared.down.isIrreversible
    let judged = losses.map { loss in
      ProofResult.Loss(
        table: loss.table, column: loss.column,
        isDeclared: isIrreversible || declared.up.announceLoss(of: loss.table, loss.column)
          || declared.down.announceLoss(of: loss.table, loss.column))
    }
    result.losses = Array(Set(result.losses + judged)).sorted()
    let silent = result.losses.filter { !$0.isDeclared }
    guard let first = silent.first else { return }
    let names = silent.map { $0.column == nil ? "rows of \($0.name)" : $0.name }
    throw Stop(
      phase: phase,
      failure: ProofResult.Failure(
        file: migration.up.file,
        reason: "what was in \(names.joined(separator: ", ")) is lost, and no comment says so",
        nextStep: "keep the values, or say above the statement: -- lossy: why \(first.name) may go")
    )
  }

  /// One row more in each table: counters must go on, triggers and defaults must find what they need.
  private mutating func probe(
    _ schema: Schema, _ phase: ProofResult.Phase, _ script: MigrationScript,
    _ session: any Session
  ) throws {
    var seeder = Seeder(schema: schema, session: session, seed: 2)
    for table in Concern.tables(of: schema, among: concerned, before: before) {
      let name = QualifiedName.text(table.shownPath)
      switch try seeder.probe(table) {
      case .taken: continue
      case .counterBehind(let words):
        throw Stop(
          phase: phase,
          failure: ProofResult.Failure(
            file: script.file,
            reason: "the counter of \(name) gives numbers that rows have already: \(words)",
            nextStep: "set the counter: SELECT setval(…) from the largest value in use"))
      case .broken(let words) where !omitted(table):
        throw Stop(
          phase: phase,
          failure: ProofResult.Failure(
            file: script.file, reason: "no row can be inserted into \(name) any more: \(words)"))
      case .broken(let words), .unknown(let words):
        if !omitted(table) {
          result.notes.append("no further row was found for \(name) (\(phase.rawValue)): \(words)")
        }
      }
    }
  }

  /// Whether no row was found for it in the first place.
  private func omitted(_ table: ObjectID) -> Bool {
    result.omissions.contains { $0.table == table }
  }
}

/// Objects and differences in a sentence.
enum Words {
  static func object(_ id: ObjectID) -> String {
    id.kind.displayName + " " + QualifiedName.text(id.shownPath)
  }

  /// The first few, in the order of the difference.
  static func differences(_ difference: Difference) -> String {
    let sentences = difference.changes.map { change in
      switch change {
      case .create(let object): "\(Self.object(object.id)) is missing"
      case .drop(let object): "\(Self.object(object.id)) should not be there"
      case .alter(let alteration):
        "\(Self.object(alteration.id)) differs in "
          + alteration.fields.map(\.name).joined(separator: ", ")
      }
    }
    let shown = sentences.prefix(5).joined(separator: "; ")
    return sentences.count > 5 ? shown + "; and \(sentences.count - 5) more" : shown
  }
}
