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

  /// Notes the violations that there are before a table, or one that it references, is rebuilt.
  func baseline(for rebuilt: ObjectID) -> [Statement] {
    let tables = Set([rebuilt] + (children[rebuilt] ?? [])).sorted()
    return tables.compactMap { table in
      guard hasForeignKeys(table, in: to), isCheckable(table, in: to, assuming: { _ in true })
      else { return nil }
      let name = table.name.raw
      let isNew = from.table(table) == nil
      if isNew { return nil }
      // A key that cannot be checked yet must come out clean.
      let isCheckableNow = isCheckable(table, in: from, assuming: { !changed.contains($0) })
      let count: SQL =
        isCheckableNow
        ? "(SELECT count(*) FROM pragma_foreign_key_check(\(literal: name)))" : "0"
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

  /// Whether SQLite can check the table's keys at all: each references a table's primary key or
  /// something unique; otherwise the check itself fails ("foreign key mismatch").
  private func isCheckable(
    _ table: ObjectID, in schema: Schema, assuming isThere: (ObjectID) -> Bool
  ) -> Bool {
    schema.objects(of: .foreignKey, under: table.path).allSatisfy { object in
      guard case .foreignKey(let key) = object else { return true }
      return references(key, in: schema, assuming: isThere)
    }
  }

  private func references(
    _ key: ForeignKey, in schema: Schema, assuming isThere: (ObjectID) -> Bool
  ) -> Bool {
    let parent = key.referencedTable
    guard schema.table(parent) != nil else { return false }
    let primary = schema.primaryKey(of: parent)?.columns.map(\.name) ?? []
    if key.referencedColumns.isEmpty { return primary.count == key.columns.count }
    let wanted = Set(key.referencedColumns)
    guard key.referencedColumns.count == key.columns.count else { return false }
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
        && index.parts.allSatisfy { $0.collation == nil } && columns(of: index) == wanted
    }
  }

  private func columns(of index: Index) -> Set<Identifier>? {
    var names: Set<Identifier> = []
    for part in index.parts {
      guard case .column(let name) = part.subject else { return nil }
      names.insert(name)
    }
    return names
  }
}
