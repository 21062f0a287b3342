import Planning
import SQLText
import SchemaModel

/// Statements that keep a plan from committing with violations of foreign keys that were not there
/// before, or with rows lost. Plain SQL can raise an error in one way: a check constraint that fails.
struct ForeignKeyGuard {
  private let from: Schema
  private let to: Schema
  private let changed: Set<ObjectID>
  /// Tables by the table that they reference, before or after.
  private let children: [ObjectID: [ObjectID]]

  init(from: Schema, to: Schema, changed: Set<ObjectID>) {
    self.from = from
    self.to = to
    self.changed = changed
    var children: [ObjectID: Set<ObjectID>] = [:]
    for object in Array(from.objects(of: .foreignKey)) + to.objects(of: .foreignKey) {
      guard case .foreignKey(let key) = object else { continue }
      children[key.referencedTable, default: []].insert(key.id.table)
    }
    self.children = children.mapValues { $0.sorted() }
  }

  /// One table for both rules, so that a step can bring its own.
  static let preparation = Statement(
    """
    CREATE TEMP TABLE IF NOT EXISTS _kedge_guard (
      rule TEXT NOT NULL,
      subject TEXT NOT NULL,
      before INTEGER NOT NULL,
      after INTEGER NOT NULL,
      PRIMARY KEY (rule, subject),
      CONSTRAINT "foreign keys are still enforced" CHECK (rule <> 'pragma' OR after = before),
      CONSTRAINT "rows were lost" CHECK (rule <> 'rows' OR after = before),
      CONSTRAINT "new violations of foreign keys" CHECK (rule <> 'keys' OR after <= before)
    )
    """)

  /// Compares with the state before, for every table that a step asked for.
  static let verdict: SQL = """
    UPDATE temp._kedge_guard
    SET after = (SELECT count(*) FROM pragma_foreign_key_check(subject))
    WHERE rule = 'keys' AND subject COLLATE nocase IN (SELECT name FROM sqlite_master WHERE type = 'table')
    """

  /// Enforcement cannot be switched inside a transaction: then this fails.
  static let enforcementIsOff: SQL = """
    INSERT INTO temp._kedge_guard SELECT 'pragma', 'foreign_keys', 0, foreign_keys
    FROM pragma_foreign_keys
    """

  /// Foreign keys, of a table or to it, that stay as they are.
  func keptKeys(with rebuilt: ObjectID) -> [ForeignKey] {
    Set([rebuilt] + (children[rebuilt] ?? [])).sorted().flatMap { foreignKeys(of: $0, in: to) }
      .filter { key in
        (key.referencedTable == rebuilt || key.id.table == rebuilt)
          && from[key.id] == .foreignKey(key) && ForeignKeyTarget.isUnique(of: key, in: to)
      }
  }

  /// Notes the violations that there are before a table, or one that it references, is rebuilt.
  func baseline(for rebuilt: ObjectID) -> [Statement] {
    let tables = Set([rebuilt] + (children[rebuilt] ?? [])).sorted()
    return tables.compactMap { table in
      guard hasForeignKeys(table, in: to), isCheckable(table, in: to, assuming: { _ in true })
      else { return nil }
      let name = table.name.raw
      let isNew = from.table(table) == nil
      if isNew { return nil }
      let count = violations(of: table)
      // The first step that asks is the one that counts: by the second, the check may not be possible.
      return Statement(
        """
        INSERT OR IGNORE INTO temp._kedge_guard SELECT 'keys', \(literal: name), n, n FROM (
          SELECT CASE WHEN EXISTS (
            SELECT 1 FROM temp._kedge_guard WHERE rule = 'keys' AND subject = \(literal: name)
          ) THEN 0 ELSE \(count) END AS n)
        """)
    }
  }

  static func rows(of table: Identifier, copiedTo copy: Identifier) -> Statement {
    Statement(
      """
      INSERT INTO temp._kedge_guard SELECT 'rows', \(literal: table.raw),
        (SELECT count(*) FROM \(table)), (SELECT count(*) FROM \(copy))
      """)
  }

  private func hasForeignKeys(_ table: ObjectID, in schema: Schema) -> Bool {
    !schema.objects(of: .foreignKey, under: table.path).isEmpty
  }

  /// A query for the violations that there are, as SQLite will count them once it can: of a table with a
  /// key that references nothing unique yet, it checks none of them.
  private func violations(of table: ObjectID) -> SQL {
    if isCheckable(table, in: from, assuming: { !changed.contains($0) }) {
      return "(SELECT count(*) FROM pragma_foreign_key_check(\(literal: table.name.raw)))"
    }
    let counts = foreignKeys(of: table, in: from).filter { key in
      to[key.id] == .foreignKey(key) && ForeignKeyTarget.isUnique(of: key, in: from)
    }.map { key -> SQL in
      let pairs = zip(key.columns, ForeignKeyTarget.columns(of: key, in: from))
      let present = pairs.map { child, _ -> SQL in "c.\(child) IS NOT NULL" }
      let matches = pairs.map { child, parent -> SQL in "p.\(parent) = +c.\(child)" }
      return """
        (SELECT count(*) FROM \(table.name) AS c WHERE \(present.joined(" AND ")) AND NOT EXISTS
          (SELECT 1 FROM \(key.referencedTable.name) AS p WHERE \(matches.joined(" AND "))))
        """
    }
    return counts.isEmpty ? "0" : counts.joined(" + ")
  }

  /// Whether SQLite can check the table's keys at all: each references a table's primary key or
  /// something unique; otherwise the check itself fails ("foreign key mismatch").
  private func isCheckable(
    _ table: ObjectID, in schema: Schema, assuming isThere: (ObjectID) -> Bool
  ) -> Bool {
    foreignKeys(of: table, in: schema).allSatisfy {
      ForeignKeyTarget.isUnique(of: $0, in: schema, assuming: isThere)
    }
  }

  private func foreignKeys(of table: ObjectID, in schema: Schema) -> [ForeignKey] {
    schema.objects(of: .foreignKey, under: table.path).compactMap {
      if case .foreignKey(let key) = $0 { key } else { nil }
    }
  }
}

/// What a foreign key references.
enum ForeignKeyTarget {
  /// The columns, those of the primary key where none are named.
  static func columns(of key: ForeignKey, in schema: Schema) -> [Identifier] {
    key.referencedColumns.isEmpty
      ? schema.primaryKey(of: key.referencedTable)?.columns.map(\.name) ?? []
      : key.referencedColumns
  }

  /// Whether it is a primary key or something unique. `isThere`: which indexes count.
  static func isUnique(
    of key: ForeignKey, in schema: Schema, assuming isThere: (ObjectID) -> Bool = { _ in true }
  ) -> Bool {
    let parent = key.referencedTable
    guard schema.table(parent) != nil else { return false }
    let columns = columns(of: key, in: schema)
    guard columns.count == key.columns.count else { return false }
    let primary = schema.primaryKey(of: parent)?.columns.map(\.name) ?? []
    if key.referencedColumns.isEmpty { return true }
    let wanted = Set(columns)
    if Set(primary) == wanted { return true }
    for object in schema.objects(of: .unique, under: parent.path) {
      guard case .unique(let unique) = object else { continue }
      if Set(unique.columns.map(\.name)) == wanted,
        unique.columns.allSatisfy({ $0.collation == nil })
      {
        return true
      }
    }
    return schema.indexes(of: parent).contains { index in
      index.isUnique && index.predicate == nil && isThere(index.id)
        && index.parts.allSatisfy { $0.collation == nil } && self.columns(of: index) == wanted
    }
  }

  private static func columns(of index: Index) -> Set<Identifier>? {
    var names: Set<Identifier> = []
    for part in index.parts {
      guard case .column(let name) = part.subject else { return nil }
      names.insert(name)
    }
    return names
  }
}
