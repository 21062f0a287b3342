import SQLText
import SchemaDiff
import SchemaModel

/// The rows of a table as they are before a plan, as a relation with the names and the values that they
/// are to have: what a new constraint can be asked about.
struct OldRows {
  private let from: Schema
  private let to: Schema
  let renames: [Rename]
  private let names: Renaming
  let table: ObjectID

  /// `from` is the schema after the renames, `table` as it is called then.
  init(_ table: ObjectID, from: Schema, to: Schema, renames: [Rename]) {
    self.table = table
    self.from = from
    self.to = to
    self.renames = renames
    names = Renaming(
      Dictionary(
        renames.map { ($0.to, $0.from.name) }, uniquingKeysWith: { first, _ in first }),
      in: .sqlite)
  }

  /// The table's name before the plan.
  var oldTable: ObjectID { names(table) }

  func old(_ column: Identifier) -> Identifier { names(table.part(.column, column)).name }

  /// What tells one row from another: the rowid, else the columns of the key.
  private var key: SQL {
    let columns = from.columns(of: table).map { old($0.id.name) }
    if from.table(table)?.isWithoutRowid == true {
      let parts = (from.primaryKey(of: table)?.columns ?? []).map { column -> SQL in
        "quote(\(old(column.name)))"
      }
      return parts.isEmpty ? "NULL" : parts.joined(" || ', ' || ")
    }
    return RowID.freeName(among: columns).map { "\($0)" } ?? "NULL"
  }

  /// The rowid that each row will have, under old names; nil where it is not known yet.
  private var newRowID: SQL? {
    guard let before = from.table(table), let after = to.table(table), !before.isWithoutRowid,
      !after.isWithoutRowid
    else { return nil }
    if let alias = to.rowIDColumn(of: after), from.column(alias) != nil {
      return "\(old(alias.name))"
    }
    return RowID.freeName(among: from.columns(of: table).map { old($0.id.name) }).map { "\($0)" }
  }

  // MARK: Values

  func affinity(of column: Column, in schema: Schema) -> Affinity {
    Affinity(column.type, isStrict: schema.table(table)?.isStrict == true)
  }

  /// What the copy gives to the column, under old names and before the column makes something else of it;
  /// nil for a generated column.
  func given(_ new: Column) -> SQL? {
    guard new.generation == nil else { return nil }
    let value = new.defaultValue.map { "(\(ElementText.value($0)))" as SQL } ?? "NULL"
    guard let old = from.column(new.id) else { return value }
    let name = self.old(new.id.name)
    return RowCopy.fillsNulls(old, new) ? "coalesce(\(name), \(value))" : "\(name)"
  }

  /// Whether the column is a new one, with nothing in it.
  func isNull(_ name: Identifier) -> Bool {
    guard let new = to.column(table.part(.column, name)), from.column(new.id) == nil else {
      return false
    }
    return new.generation == nil && new.defaultValue.map { $0.canonical == "null" } ?? true
  }

  /// Whether the column holds after the plan just what it holds before.
  func keepsValues(_ new: Column) -> Bool {
    guard let old = from.column(new.id), old.generation == new.generation else { return false }
    if let generation = new.generation {
      return to.columns(of: table).allSatisfy { source in
        source.id == new.id || !Mentions.of(source.id.name, in: generation.expression.text)
          || keepsValues(source)
      } && hasSameType(old, new)
    }
    return hasSameType(old, new) && !RowCopy.fillsNulls(old, new)
  }

  private func hasSameType(_ old: Column, _ new: Column) -> Bool {
    affinity(of: old, in: from) == affinity(of: new, in: to) && old.collation == new.collation
  }

  /// What the column will hold, and nothing more: the expression need not compare as the column does.
  private func stored(_ new: Column) -> SQL? {
    guard let value = given(new) else { return nil }
    return keepsValues(new) || isNull(new.id.name) ? value : affinity(of: new, in: to).stored(value)
  }

  // MARK: Queries

  /// The rows for which a condition over old names holds.
  func query(where condition: SQL?) -> SQL {
    let rows: SQL = "SELECT \(key) AS key FROM \(oldTable.name)"
    return condition.map { rows + " WHERE \($0)" } ?? rows
  }

  /// The rows for which a condition over new names holds; nil when it needs a value that a query cannot
  /// tell. Rows with values that no expression compares as the column will are left out.
  func query(columns: [Identifier], where condition: SQL) -> SQL? {
    guard let rows = typedRelation(columns) else { return nil }
    return "SELECT _kedge_key AS key FROM \(rows) AS \(table.name) WHERE \(condition)"
  }

  /// The columns by their new names, just as they will be stored.
  func values(of columns: [Identifier]) -> SQL? {
    var list: [SQL] = ["\(key) AS _kedge_key"]
    for name in columns {
      guard let column = to.column(table.part(.column, name)), let value = stored(column) else {
        return nil
      }
      list.append("\(value) AS \(name)")
    }
    return "(SELECT \(list.joined(", ")) FROM \(oldTable.name))"
  }

  /// One row for each value that several rows share. `parts` with the collation by which they count,
  /// `mentioned` the columns that they and the condition need.
  func repetitions(of parts: [KeyPart], mentioned: [Identifier], where condition: SQL?) -> SQL? {
    let needsTypes = condition != nil || parts.contains { $0.column == nil }
    guard let rows = needsTypes ? typedRelation(mentioned) : plainRelation(mentioned) else {
      return nil
    }
    let isComplete =
      parts.map { part -> SQL in "\(part.value) IS NOT NULL" } + (condition.map { [$0] } ?? [])
    let groups = parts.map { part -> SQL in
      guard let collation = part.collation ?? part.column.map(ownCollation) else {
        return part.value
      }
      return "\(part.value) COLLATE \(collation)"
    }
    return """
      SELECT max(_kedge_key) AS key FROM \(rows) AS \(table.name) WHERE \(isComplete.joined(" AND "))
      GROUP BY \(groups.joined(", ")) HAVING count(*) > 1
      """
  }

  /// A column or an expression of a key or index.
  struct KeyPart {
    let value: SQL
    /// nil for an expression.
    let column: Identifier?
    let collation: Identifier?
  }

  func ownCollation(_ column: Identifier) -> Identifier {
    to.column(table.part(.column, column))?.collation.map { Identifier($0.string) }
      ?? Identifier("BINARY")
  }

  // MARK: Relations

  private func plainRelation(_ columns: [Identifier]) -> SQL? {
    values(of: columns) ?? typedRelation(columns)
  }

  /// The columns by their new names, each with the affinity and the collation that it will have; names that
  /// are no column's are the rowid's.
  private func typedRelation(_ columns: [Identifier]) -> SQL? {
    let needed = withSources(columns).compactMap { to.column(table.part(.column, $0)) }
    var list: [SQL] = ["\(key) AS _kedge_key"]
    var conditions: [SQL] = []
    for name in columns where to.column(table.part(.column, name)) == nil {
      guard let rowID = newRowID else { return nil }
      list.append("\(rowID) AS \(name)")
      // SQLite makes up a number for a null.
      conditions.append("\(rowID) IS NOT NULL")
    }
    for column in needed where column.generation == nil {
      guard let value = given(column) else { return nil }
      if keepsValues(column) {
        list.append("\(value) AS \(column.id.name)")
      } else {
        let typed = typed(column, value)
        list.append("\(typed.value) AS \(column.id.name)")
        conditions += typed.condition.map { [$0] } ?? []
      }
    }
    var rows: SQL = "(SELECT \(list.joined(", ")) FROM \(oldTable.name)\(filter(conditions)))"
    var known = Set(needed.filter { $0.generation == nil }.map(\.id.name))
    var open = needed.filter { $0.generation != nil }
    // A generated column may need others.
    while !open.isEmpty {
      let next = open.filter { column in
        sources(of: column).allSatisfy(known.contains)
      }
      guard !next.isEmpty else { return nil }
      var list: [SQL] = ["*"]
      var conditions: [SQL] = []
      for column in next {
        guard let generation = column.generation else { continue }
        let typed = typed(column, "(\(ObjectText.verbatim(generation.expression)))")
        list.append("\(typed.value) AS \(column.id.name)")
        conditions += typed.condition.map { [$0] } ?? []
        known.insert(column.id.name)
      }
      rows = "(SELECT \(list.joined(", ")) FROM \(rows) AS \(table.name)\(filter(conditions)))"
      open.removeAll { known.contains($0.id.name) }
    }
    return rows
  }

  private func filter(_ conditions: [SQL]) -> SQL {
    conditions.isEmpty ? "" : " WHERE \(conditions.joined(" AND "))"
  }

  private func typed(_ column: Column, _ value: SQL) -> (value: SQL, condition: SQL?) {
    let typed = affinity(of: column, in: to).typed(value)
    return ("\(typed.value) COLLATE \(ownCollation(column.id.name))", typed.condition)
  }

  private func sources(of column: Column) -> [Identifier] {
    guard let generation = column.generation else { return [] }
    return to.columns(of: table).map(\.id.name).filter {
      $0 != column.id.name && Mentions.of($0, in: generation.expression.text)
    }
  }

  /// These columns and whatever they are generated from.
  private func withSources(_ columns: [Identifier]) -> [Identifier] {
    var all: [Identifier] = []
    var queue = columns
    while let name = queue.popLast() {
      guard !all.contains(name) else { continue }
      all.append(name)
      if let column = to.column(table.part(.column, name)) { queue += sources(of: column) }
    }
    return all
  }
}
