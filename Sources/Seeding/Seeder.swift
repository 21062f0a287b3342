package import Planning
import SQLText
package import SchemaModel

/// What became of the tables that were to be filled.
package struct SeedResult: Sendable {
  package struct Omission: Hashable, Sendable {
    package let table: ObjectID
    package let reason: String
  }

  /// Rows written, by table.
  package fileprivate(set) var rows: [ObjectID: Int] = [:]
  package fileprivate(set) var omissions: [Omission] = []

  package var tables: [ObjectID] { rows.keys.sorted() }
}

/// Writes rows that respect types, keys, foreign keys and checks.
///
/// The candidates are pure and the same on every run; the engine itself says which of them it takes. Triggers
/// fire as they do for an application; where one refuses every row, the table is named with its words.
package struct Seeder {
  package static let rowsPerTable = 5
  private static let attempts = 200
  /// Where only other parents can help: as many as a foreign key is shown.
  private static let parentRows = 40
  /// Where a counter is forestalled since its number has to be known: from here on, which any counter can hold.
  private static let firstOfOwn = 20_000
  /// Numbers that no row has. Each probe is taken back, so that the next can begin here again.
  private static let firstOfProbe = 10_000

  private let schema: Schema
  private let session: any Session
  /// A schema that the rows must fit as well.
  private let later: Schema?
  private var random: SeedRandom
  private var nextFresh = 100

  package init(
    schema: Schema, session: any Session, alsoFitting later: Schema? = nil, seed: UInt64 = 1
  ) {
    self.schema = schema
    self.session = session
    self.later = later
    random = SeedRandom(seed: seed)
  }

  /// The tables that must have rows so that these can: themselves, and whatever they reference.
  package static func closure(of tables: Set<ObjectID>, in schema: Schema) -> Set<ObjectID> {
    var all: Set<ObjectID> = []
    var open = tables.map { schema.root(of: $0) }
    while let id = open.popLast() {
      guard case .table? = schema[id], all.insert(id).inserted else { continue }
      for case .foreignKey(let key) in schema.objects(of: .foreignKey, under: id.path) {
        open.append(schema.root(of: key.referencedTable))
      }
    }
    return all
  }

  // MARK: - Filling

  /// Fills the tables, and what they reference, in the order of their foreign keys.
  package mutating func fill(_ tables: Set<ObjectID>) throws -> SeedResult {
    var tables = tables
    if let later { tables.formUnion(Self.closure(of: tables, in: later)) }
    return try fillAlone(Self.closure(of: tables, in: schema))
  }

  /// Fills just these: what they reference has rows, or none is to be had.
  package mutating func fillAlone(_ tables: Set<ObjectID>) throws -> SeedResult {
    var result = SeedResult()
    let order = SeedOrder(tables.sorted().compactMap(seedTable))
    for id in tables.sorted() {
      if let reason = omission(of: id) {
        result.omissions.append(SeedResult.Omission(table: id, reason: reason))
      }
    }
    for group in order.groups {
      let before = try group.map { try count($0.id) }
      let refusal = try fill(group, order)
      for (table, before) in zip(group, before) {
        let written = try count(table.id) - before
        if written > 0 {
          result.rows[table.id] = written
        } else {
          let reason = refusal?.message ?? "a trigger or rule keeps new rows out"
          result.omissions.append(SeedResult.Omission(table: table.id, reason: reason))
        }
      }
    }
    for table in order.groups.joined() where result.rows[table.id] != nil {
      for reference in order.postponed[table.id] ?? [] { try connect(reference, of: table) }
    }
    result.omissions.sort { $0.table < $1.table }
    return result
  }

  private func seedTable(_ id: ObjectID) -> SeedTable? {
    guard case .table(let table)? = schema[id], omission(of: id) == nil else { return nil }
    var form = SeedTable(table, in: schema)
    if let later, case .table(let table)? = later[id] { form.fit(SeedTable(table, in: later)) }
    return form
  }

  private func omission(of id: ObjectID) -> String? {
    guard case .table(let table)? = schema[id] else { return nil }
    if table.server != nil { return "its rows are on a foreign server" }
    if table.partitionKey != nil, !hasPartition(table) { return "it has no partition" }
    return nil
  }

  private func hasPartition(_ table: Table) -> Bool {
    schema.objects(of: .table).contains {
      if case .table(let child) = $0 { child.parents.contains(table.id) } else { false }
    }
  }

  /// The last refusal, when not every row was taken.
  private mutating func fill(_ group: [SeedTable], _ order: SeedOrder) throws -> RowRefusal? {
    if later == nil, group.count == 1, group[0].references.isEmpty, schema.engine == .postgresql {
      if try insertTogether(group[0]) { return nil }
    }
    let cycle = SeedCycle(group)
    var recipe: [RowDraft]?
    var refusal: RowRefusal?
    for row in 0..<Self.rowsPerTable {
      switch try insert(into: cycle, row: row, order, after: recipe) {
      case .success(let drafts): recipe = drafts
      case .failure(let reason):
        refusal = reason
        // What refuses the first row so long refuses the others too.
        if row == 0 { return refusal }
      }
    }
    return refusal
  }

  /// All rows in one statement, which is one round trip; false when the engine does not take them as they are.
  private mutating func insertTogether(_ table: SeedTable) throws -> Bool {
    guard !table.columns.isEmpty else { return false }
    let rows = (0..<Self.rowsPerTable).map { row in
      let draft = RowDraft(table, row: row, number: row + 1, engine: schema.engine, after: nil)
      return "(" + draft.constants.joined(separator: ", ") + ")"
    }
    let columns = table.columns.map { Quoting.name($0.name.raw) }.joined(separator: ", ")
    let sql =
      "INSERT INTO \(Quoting.path(table.id.path)) (\(columns)) VALUES "
      + rows.joined(separator: ", ")
    return try attempt { () throws(SessionError) in try session.execute(sql) } == nil
  }

  // MARK: - One row

  /// One row, or one of each table whose rows need each other.
  private mutating func insert(
    into cycle: SeedCycle, row: Int, _ order: SeedOrder, after recipe: [RowDraft]?
  ) throws -> Result<[RowDraft], RowRefusal> {
    var parents = try parents(of: cycle, order)
    // One stays without a child, for a row to come.
    for table in parents.indices {
      for index in parents[table].indices where parents[table][index].rows.count > 2 {
        parents[table][index].rows.removeLast()
      }
    }
    var drafts = cycle.tables.enumerated().map { index, table in
      RowDraft(table, row: row, number: row + 1, engine: schema.engine, after: recipe?[index])
    }
    var refusal = RowRefusal(.other, "no row was tried")
    for attempt in 0..<Self.attempts {
      var complete = drafts
      if let missing = point(&complete, cycle, parents, first: row + attempt) {
        return .failure(missing)
      }
      guard let reason = try write(complete, keeping: true) else { return .success(drafts) }
      refusal = reason
      if attempt > Self.parentRows, complete.contains(where: { $0.isUpToReferences(reason) }) {
        break
      }
      change(&drafts, complete, after: reason)
    }
    return .failure(refusal)
  }

  /// Another try: those that the engine's words name are changed, else all.
  private mutating func change(
    _ drafts: inout [RowDraft], _ complete: [RowDraft], after reason: RowRefusal
  ) {
    nextFresh += 1
    let named = complete.indices.filter { complete[$0].isNamed(by: reason) }
    for index in named.isEmpty ? Array(complete.indices) : named {
      var changed = complete[index]
      changed.change(after: reason, fresh: nextFresh, random: &random)
      drafts[index].take(from: changed)
    }
  }

  private typealias Parents = [[(reference: SeedReference, rows: [[String]])]]

  /// For each table of the cycle what its rows can point to; nothing yet where they have to wait.
  private func parents(of cycle: SeedCycle, _ order: SeedOrder) throws -> Parents {
    try cycle.tables.map { table in
      try table.references.filter { !cycle.isInner($0, of: table) }.map { reference in
        let isPostponed = order.postponed[table.id]?.contains { $0.name == reference.name }
        return (reference, isPostponed == true ? [] : try keys(of: reference))
      }
    }
  }

  /// Sets the columns of the foreign keys; an error when a needed row is not there.
  private func point(
    _ drafts: inout [RowDraft], _ cycle: SeedCycle, _ parents: Parents, first: Int
  ) -> RowRefusal? {
    for index in drafts.indices {
      if let missing = point(&drafts[index], parents[index], first: first) { return missing }
    }
    cycle.join(&drafts, number: Self.firstOfOwn + nextFresh + first)
    return nil
  }

  private func point(
    _ draft: inout RowDraft, _ parents: Parents.Element, first: Int
  ) -> RowRefusal? {
    var fixed: Set<Identifier> = []
    let length = max(1, parents.first?.rows.count ?? 1)
    for (place, (reference, rows)) in parents.enumerated() {
      // In step at first, so that each parent gets a child; then every combination has its turn.
      let start = first + first / length * place
      if draft.point(reference, at: rows, first: start, fixed: &fixed) { continue }
      if reference.table == draft.table.id {
        draft.pointAtItself(reference, number: Self.firstOfOwn)
        fixed.formUnion(reference.columns)
      } else {
        let name = QualifiedName.text(reference.table.shownPath)
        return RowRefusal(.foreignKey, "it needs a row of \(name), which has none")
      }
    }
    return nil
  }

  // MARK: - Writing

  /// Writes the rows with a look at what the later schema demands, before it is too late to take them back.
  private func write(_ drafts: [RowDraft], keeping isKept: Bool) throws -> RowRefusal? {
    let hasDemands = isKept && drafts.contains { !$0.table.demands.isEmpty }
    let statements = SeedCycle.statements(for: drafts, schema.engine)
    if isKept, !hasDemands, statements.count == 1 {
      return try attempt { () throws(SessionError) in try session.execute(statements[0]) }
    }
    try session.execute("BEGIN")
    var reason = try attempt { () throws(SessionError) in
      for statement in statements { try session.execute(statement) }
      if schema.engine == .postgresql { try session.execute("SET CONSTRAINTS ALL IMMEDIATE") }
    }
    for draft in drafts where hasDemands && reason == nil {
      reason = try unmetDemand(of: draft.table)
    }
    if reason == nil, isKept {
      reason = try attempt { () throws(SessionError) in try session.execute("COMMIT") }
      if reason == nil { return nil }
    }
    try session.execute("ROLLBACK")
    return reason
  }

  private func unmetDemand(of table: SeedTable) throws -> RowRefusal? {
    let name = Quoting.path(table.id.path)
    for demand in table.demands {
      var reason = try attempt { () throws(SessionError) in
        let rows = try session.query(
          "SELECT count(*) FROM \(name) WHERE NOT (\(demand.text))")
        if rows.first?.first != "0" {
          throw SessionError(.data, "\"\(demand.name.raw)\" is not met", code: "23514")
        }
      }
      reason?.names = [demand.name.raw]
      if reason != nil { return reason }
    }
    return nil
  }

  // MARK: - References

  /// The rows that a foreign key can point to, as constants.
  private func keys(of reference: SeedReference) throws -> [[String]] {
    // SQLite lets a key point to nothing.
    guard schema.contains(reference.table) else { return [] }
    let isPostgres = schema.engine == .postgresql
    let names = reference.referencedColumns.map { Quoting.name($0.raw) }
    let values = names.map { isPostgres ? "quote_literal(\($0)::text)" : "quote(\($0))" }
    let filled = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
    let sql =
      "SELECT DISTINCT \(values.joined(separator: ", ")) FROM "
      + "\(Quoting.path(reference.table.path)) WHERE \(filled) ORDER BY 1 LIMIT \(Self.parentRows)"
    return try session.query(sql).map { $0.map { $0 ?? "NULL" } }
  }

  /// Fills a foreign key that had to wait for the rows it points to; where that is refused it stays empty.
  private func connect(_ reference: SeedReference, of table: SeedTable) throws {
    guard let row = try keys(of: reference).first else { return }
    let settings = zip(reference.columns, row).map { "\(Quoting.name($0.raw)) = \($1)" }
    let empty = reference.columns.map { "\(Quoting.name($0.raw)) IS NULL" }
    _ = try attempt { () throws(SessionError) in
      try session.execute(
        "UPDATE \(Quoting.path(table.id.path)) SET \(settings.joined(separator: ", ")) WHERE "
          + empty.joined(separator: " OR "))
    }
  }

  // MARK: - One row more

  /// What came of a row that was written, looked at and taken back.
  package enum Probe: Hashable, Sendable {
    case taken
    /// A counter gives numbers that are there already.
    case counterBehind(String)
    /// What a trigger or a default needs is gone.
    case broken(String)
    /// Kedge knows no row that fits.
    case unknown(String)
  }

  /// Inserts a row with generated keys and takes it back, with those that it needs and that need it.
  package mutating func probe(_ id: ObjectID) throws -> Probe {
    guard let table = seedTable(id) else { return .unknown(omission(of: id) ?? "it is not there") }
    let order = SeedOrder(Self.closure(of: [id], in: schema).sorted().compactMap(seedTable))
    let cycle = SeedCycle(order.groups.first { $0.contains { $0.id == id } } ?? [table])
    let parents = try parents(of: cycle, SeedOrder([]))
    nextFresh = Self.firstOfProbe
    var drafts = cycle.tables.map {
      RowDraft($0, row: 0, number: nextFresh, engine: schema.engine, after: nil)
    }
    var refusal = RowRefusal(.other, "no row was tried")
    for attempt in 0..<Self.attempts {
      var complete = drafts
      if let missing = point(&complete, cycle, parents, first: attempt) {
        return .unknown(missing.message)
      }
      guard let reason = try write(complete, keeping: false) else { return .taken }
      if complete.contains(where: { $0.isCounted(reason) }) {
        return .counterBehind(reason.message)
      }
      if reason.kind == .broken { return .broken(reason.message) }
      refusal = reason
      change(&drafts, complete, after: reason)
    }
    return .unknown(refusal.message)
  }

  // MARK: - The engine

  /// Nil: done. Throws what is not the statement's fault.
  private func attempt(_ work: () throws(SessionError) -> Void) throws -> RowRefusal? {
    do throws(SessionError) {
      try work()
      return nil
    } catch {
      guard let refusal = RowRefusal(error, engine: schema.engine) else { throw error }
      return refusal
    }
  }

  private func count(_ table: ObjectID) throws -> Int {
    let rows = try session.query("SELECT count(*) FROM \(Quoting.path(table.path))")
    return rows.first?.first?.flatMap { $0 }.flatMap { Int($0) } ?? 0
  }
}
