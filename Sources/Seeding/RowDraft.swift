import SQLText
import SchemaModel

/// A row on its way into a table: which candidate each column has, and what is tried next when the engine
/// says no.
struct RowDraft {
  private enum Pick: Equatable {
    /// The column's default, its counter.
    case leftOut
    case null
    case candidate(Int)
    /// A value of a referenced row, or of another column of this one.
    case constant(String)
  }

  let table: SeedTable
  let engine: EngineName
  private var picks: [Pick]
  private var numbers: [Int]

  /// `row` counts from zero: the second leaves defaults out, the third is empty where it may be.
  init(_ table: SeedTable, row: Int, number: Int, engine: EngineName, after recipe: RowDraft?) {
    self.table = table
    self.engine = engine
    numbers = table.columns.map { _ in number }
    picks = table.columns.map { column in
      if column.isCounted { return .leftOut }
      if row % 3 == 1, column.hasDefault { return .leftOut }
      if row % 5 == 2, column.isNullable { return column.hasDefault ? .leftOut : .null }
      return .candidate(0)
    }
    guard let recipe else { return }
    // What a check let pass once, it lets pass again.
    for index in picks.indices {
      if picks[index] == .candidate(0), case .candidate(let good) = recipe.picks[index] {
        picks[index] = .candidate(good)
      }
    }
  }

  /// The columns that are written, with their constants.
  var assignments: [(column: Identifier, constant: String)] {
    table.columns.indices.compactMap { index in
      constant(at: index).map { (table.columns[index].name, $0) }
    }
  }

  /// A constant for each column of the table, `DEFAULT` where it is left out: the form of many rows.
  var constants: [String] {
    table.columns.indices.map { constant(at: $0) ?? "DEFAULT" }
  }

  private func constant(at index: Int) -> String? {
    switch picks[index] {
    case .leftOut: nil
    case .null: "NULL"
    case .constant(let constant): constant
    case .candidate(let choice):
      SeedConstant.text(
        table.columns[index].candidates[choice], for: table.columns[index], numbers[index],
        isStrict: table.isStrict, engine: engine)
    }
  }

  // MARK: - References

  /// Makes the columns of a foreign key those of one of the rows that it can point to; those that are
  /// given already must agree. False when no row fits.
  mutating func point(
    _ reference: SeedReference, at rows: [[String]], first: Int, fixed: inout Set<Identifier>
  ) -> Bool {
    let places = reference.columns.map(table.index)
    let isOptional = places.contains { $0.map { table.columns[$0].isNullable } ?? false }
    if isOptional, reference.columns.allSatisfy({ !fixed.contains($0) }), isEmpty(places) {
      return true
    }
    for offset in rows.indices {
      let row = rows[(first + offset) % rows.count]
      let fits = zip(reference.columns, zip(places, row)).allSatisfy { name, pair in
        guard fixed.contains(name), let place = pair.0 else { return true }
        return picks[place] == .constant(pair.1)
      }
      guard fits else { continue }
      for (name, (place, value)) in zip(reference.columns, zip(places, row)) {
        guard let place else { continue }
        picks[place] = .constant(value)
        fixed.insert(name)
      }
      return true
    }
    guard isOptional else { return false }
    for place in places.compactMap(\.self) where table.columns[place].isNullable {
      picks[place] = .null
    }
    fixed.formUnion(reference.columns)
    return true
  }

  private func isEmpty(_ places: [Int?]) -> Bool {
    places.contains { place in place.map { picks[$0] == .null } ?? false }
  }

  /// The first row of a table that must reference itself: the row is its own parent.
  mutating func pointAtItself(_ reference: SeedReference, number: Int) {
    for (name, target) in zip(reference.columns, reference.referencedColumns) {
      if let value = settle(target, number: number) { set(name, to: value) }
    }
  }

  /// The value of a column that others point to; a counter's is given, so that it is known beforehand.
  mutating func settle(_ column: Identifier, number: Int) -> String? {
    guard let place = table.index(of: column) else { return nil }
    if picks[place] == .leftOut || picks[place] == .null {
      picks[place] = .candidate(0)
      if table.columns[place].isCounted { numbers[place] = number }
    }
    return constant(at: place)
  }

  mutating func set(_ column: Identifier, to constant: String) {
    if let place = table.index(of: column) { picks[place] = .constant(constant) }
  }

  /// Whether a foreign key decides the column.
  func isPointed(_ column: Identifier) -> Bool {
    guard let place = table.index(of: column), case .constant = picks[place] else { return false }
    return true
  }

  /// Whether a value is given where a counter would give one.
  var overridesCounter: Bool {
    table.columns.indices.contains { table.columns[$0].isCounted && picks[$0] != .leftOut }
  }

  /// Takes over what was changed, but for the columns that foreign keys decide anew.
  mutating func take(from other: RowDraft) {
    for index in picks.indices {
      if case .constant = other.picks[index] { continue }
      picks[index] = other.picks[index]
      numbers[index] = other.numbers[index]
    }
  }

  // MARK: - Another try

  /// Changes what the engine's refusal is about. `fresh` is a number that no row has used.
  mutating func change(after refusal: RowRefusal, fresh: Int, random: inout SeedRandom) {
    let culprits = columns(of: refusal)
    switch refusal.kind {
    case .unique, .exclusion:
      for index in culprits { renew(index, fresh) }
    case .notNull, .foreignKey: for index in culprits { picks[index] = .candidate(0) }
    case .check, .noPartition, .data, .other, .broken:
      redraw(culprits, fresh, &random)
    }
  }

  private mutating func renew(_ index: Int, _ fresh: Int) {
    numbers[index] = fresh
    let candidates = table.columns[index].candidates
    guard case .candidate(let choice) = picks[index] else {
      // A default that is a constant, or NULL where only one may be.
      if !table.columns[index].isCounted { picks[index] = .candidate(0) }
      return
    }
    if !candidates[choice].varies { picks[index] = .candidate((choice + 1) % candidates.count) }
  }

  /// One column goes through its candidates in turn; several are drawn by lot.
  private mutating func redraw(_ culprits: [Int], _ fresh: Int, _ random: inout SeedRandom) {
    var changed = false
    for index in culprits {
      let count = table.columns[index].candidates.count
      if culprits.count == 1 {
        if case .candidate(let choice) = picks[index] {
          picks[index] = .candidate((choice + 1) % count)
        } else {
          picks[index] = .candidate(0)
        }
        continue
      }
      guard random.below(2) == 0 || (!changed && index == culprits.last) else { continue }
      changed = true
      if table.columns[index].isNullable, random.below(3) == 0 {
        picks[index] = .null
        continue
      }
      // Half of the draws try again what the texts name first.
      picks[index] = .candidate(random.below(random.below(2) == 0 ? count : min(count, 6)))
      numbers[index] = fresh
    }
  }

  /// The columns that a refusal is about, without those that a foreign key or a counter decides.
  private func columns(of refusal: RowRefusal) -> [Int] {
    let named = names(of: refusal)
    let open = table.columns.indices.filter { index in
      if case .constant = picks[index] { return false }
      return !table.columns[index].isCounted
    }
    let culprits = open.filter { named.contains(table.columns[$0].name) }
    if !culprits.isEmpty { return culprits }
    let free = open.filter { table.columns[$0].candidates.count > 1 || picks[$0] != .candidate(0) }
    return free.isEmpty ? open : free
  }

  private func names(of refusal: RowRefusal) -> Set<Identifier> {
    var columns: Set<Identifier> = []
    if refusal.kind == .noPartition { columns.formUnion(table.partitionColumns) }
    for raw in refusal.names {
      let name = Identifier(raw, in: engine)
      if table.index(of: name) != nil, namesColumns(refusal) { columns.insert(name) }
      for key in table.keys where key.name == name { columns.formUnion(key.columns) }
      for reference in table.references where reference.name == name {
        columns.formUnion(reference.columns)
      }
      for rule in table.rules
      where rule.name == name || rule.text.trimmingSpace.hasSameBytes(as: raw) {
        columns.formUnion(rule.columns)
      }
      for column in table.columns where column.domainChecks.contains(name) {
        columns.insert(column.name)
      }
    }
    return columns
  }

  /// Whether the refusal names something of this table.
  func isNamed(by refusal: RowRefusal) -> Bool { !names(of: refusal).isEmpty }

  /// SQLite names the columns of a key; PostgreSQL names it, and a column only where it is NULL.
  private func namesColumns(_ refusal: RowRefusal) -> Bool {
    switch refusal.kind {
    case .notNull: true
    case .unique, .data: engine == .sqlite
    case .check, .foreignKey, .exclusion, .noPartition, .broken, .other: false
    }
  }

  /// Whether nothing but foreign keys decides what was refused: only other rows can help.
  func isUpToReferences(_ refusal: RowRefusal) -> Bool {
    let names = names(of: refusal)
    return refusal.kind == .unique && !names.isEmpty
      && table.columns.indices.allSatisfy { index in
        guard names.contains(table.columns[index].name) else { return true }
        if case .constant = picks[index] { return true }
        return false
      }
  }

  /// Whether the refusal is about a key that the engine counts by itself.
  func isCounted(_ refusal: RowRefusal) -> Bool {
    guard refusal.kind == .unique else { return false }
    let names = names(of: refusal)
    return !names.isEmpty
      && table.columns.indices.allSatisfy { index in
        !names.contains(table.columns[index].name)
          || (table.columns[index].isCounted && picks[index] == .leftOut)
      }
  }
}
