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

  /// The rowid that each row will have, under old names; nil where none can be named.
  private var newRowID: SQL? {
    guard let before = from.table(table), let after = to.table(table), !after.isWithoutRowid else {
      return nil
    }
    if let alias = to.rowIDColumn(of: after), let new = to.column(alias),
      let column = from.column(alias)
    {
      return isNumbered(new) ? numbered(old(column.id.name), before) : copied(column, as: new)
    }
    if before.isWithoutRowid {
      return order(before).map { "row_number() OVER (ORDER BY \($0))" }
    }
    return RowID.freeName(among: from.columns(of: table).map { old($0.id.name) }).map { "\($0)" }
  }

  /// Whether the column is the rowid, and SQLite makes up a number or takes the old one where the copy
  /// gives null.
  func isNumbered(_ new: Column) -> Bool {
    guard let before = from.table(table), let after = to.table(table),
      to.rowIDColumn(of: after) == new.id
    else { return false }
    guard let old = from.column(new.id) else { return true }
    return from.rowIDColumn(of: before) != new.id && old.isNullable
      && !RowCopy.fillsNulls(old, new)
  }

  /// The numbers of `RowCopy`: nulls come last, in the order of the rows, each with the next.
  private func numbered(_ column: Identifier, _ before: Table) -> SQL? {
    guard let order = order(before) else { return nil }
    let value = Affinity.numeric.stored("\(column)")
    let isCounted = to.primaryKey(of: table)?.isAutoincrement == true
    let last: SQL = """
      coalesce(max(\(value)) FILTER (WHERE typeof(\(value)) = 'integer') OVER (), 0)
      """
    return """
      CASE WHEN \(column) IS NULL
      THEN \(isCounted ? "max(\(last), 0)" : last)
        + row_number() OVER (PARTITION BY \(column) IS NULL ORDER BY \(order))
      ELSE \(value) END
      """
  }

  private func order(_ before: Table) -> SQL? {
    // There were no window functions before.
    guard from.serverVersion ?? Int.max >= 3_025_000 else { return nil }
    return RowID.order(of: before, in: from, naming: old)
  }

  // MARK: Values

  func affinity(of column: Column, in schema: Schema) -> Affinity {
    Affinity(column.type, isStrict: schema.table(table)?.isStrict == true)
  }

  /// What the copy gives to the column, under old names and before the column makes something else of it;
  /// nil for a generated column.
  func given(_ new: Column) -> SQL? {
    guard new.generation == nil else { return nil }
    if isNumbered(new) { return newRowID }
    let value = new.defaultValue.map { "(\(ElementText.value($0)))" as SQL } ?? "NULL"
    return from.column(new.id).map { copied($0, as: new) } ?? value
  }

  private func copied(_ old: Column, as new: Column) -> SQL {
    guard RowCopy.fillsNulls(old, new), let value = new.defaultValue else {
      return "\(self.old(new.id.name))"
    }
    return "coalesce(\(self.old(new.id.name)), (\(ElementText.value(value))))"
  }

  /// Whether the column is a new one, with nothing in it.
  func isNull(_ name: Identifier) -> Bool {
    guard let new = to.column(table.part(.column, name)), from.column(new.id) == nil,
      !isNumbered(new)
    else { return false }
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
    return hasSameType(old, new) && !RowCopy.fillsNulls(old, new) && !isNumbered(new)
  }

  private func hasSameType(_ old: Column, _ new: Column) -> Bool {
    affinity(of: old, in: from) == affinity(of: new, in: to) && old.collation == new.collation
  }

  /// What the column will hold, and nothing more: the expression need not compare as the column does.
  private func stored(_ new: Column) -> SQL? {
    guard let value = given(new) else { return nil }
    return keepsValues(new) || isNull(new.id.name) || isNumbered(new)
      ? value : affinity(of: new, in: to).stored(value)
  }

  // MARK: Queries

  /// The rows for which a condition over old names holds.
  func query(where condition: SQL?) -> SQL {
    let rows: SQL = "SELECT \(key) AS key FROM \(oldTable.name)"
    return condition.map { rows + " WHERE \($0)" } ?? rows
  }

  /// The rows for which a condition over new names holds; nil when it needs a value that a query cannot
  /// tell.
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
    guard
      let rows = unnumberedRelation(parts)
        ?? (needsTypes ? typedRelation(mentioned) : plainRelation(mentioned))
    else { return nil }
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

  /// Of a key over a column that becomes the rowid: the numbers for its nulls are new ones.
  private func unnumberedRelation(_ parts: [KeyPart]) -> SQL? {
    guard parts.count == 1, let name = parts[0].column,
      let new = to.column(table.part(.column, name)), let column = from.column(new.id),
      isNumbered(new)
    else { return nil }
    let value: SQL = "\(old(name))"
    let stored = hasSameType(column, new) ? value : affinity(of: new, in: to).stored(value)
    return "(SELECT \(key) AS _kedge_key, \(stored) AS \(name) FROM \(oldTable.name))"
  }

  private func plainRelation(_ columns: [Identifier]) -> SQL? {
    values(of: columns) ?? typedRelation(columns)
  }

  /// The columns by their new names, each with the affinity and the collation that it will have; names that
  /// are no column's are the rowid's.
  private func typedRelation(_ columns: [Identifier]) -> SQL? {
    let needed = withSources(columns).compactMap { to.column(table.part(.column, $0)) }
    var list: [SQL] = ["\(key) AS _kedge_key"]
    for name in columns where to.column(table.part(.column, name)) == nil {
      guard let rowID = newRowID else { return nil }
      list.append("\(rowID) AS \(name)")
    }
    for column in needed where column.generation == nil {
      guard let value = given(column) else { return nil }
      list.append("\(keepsValues(column) ? value : typed(column, value)) AS \(column.id.name)")
    }
    var rows: SQL = "(SELECT \(list.joined(", ")) FROM \(oldTable.name))"
    var known = Set(needed.filter { $0.generation == nil }.map(\.id.name))
    var open = needed.filter { $0.generation != nil }
    // A generated column may need others.
    while !open.isEmpty {
      let next = open.filter { column in
        sources(of: column).allSatisfy(known.contains)
      }
      guard !next.isEmpty else { return nil }
      var list: [SQL] = ["*"]
      for column in next {
        guard let generation = column.generation else { continue }
        let value = typed(column, "(\(ObjectText.verbatim(generation.expression)))")
        list.append("\(value) AS \(column.id.name)")
        known.insert(column.id.name)
      }
      rows = "(SELECT \(list.joined(", ")) FROM \(rows) AS \(table.name))"
      open.removeAll { known.contains($0.id.name) }
    }
    return rows
  }

  private func typed(_ column: Column, _ value: SQL) -> SQL {
    // A window function means something else in a subquery.
    let typed: SQL =
      isNumbered(column)
      ? "CAST(\(value) AS INTEGER)" : affinity(of: column, in: to).typed(value)
    return "\(typed) COLLATE \(ownCollation(column.id.name))"
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
