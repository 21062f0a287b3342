import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// From version 18 on NOT NULL constraints have names, which PostgreSQL makes from those of table and column
/// and keeps when these change: they follow here.
enum NotNullRenames {
  /// After the renames of a plan; `from` is as it is before them.
  static func steps(_ renames: [Rename], from: Schema, serverVersion: Int) -> [Step] {
    let renaming = Renaming(
      Dictionary(renames.map { ($0.from, $0.to.name) }, uniquingKeysWith: { first, _ in first }),
      in: .postgresql)
    var names: [ObjectID: [(old: Identifier, new: Identifier)]] = [:]
    for case .column(let column) in from.objects(of: .column) {
      let id = renaming(column.id)
      guard id != column.id, !column.isNullable, !column.isInherited, column.notNull.name == nil
      else { continue }
      let (old, new) = (usual(column.id), usual(id))
      if old != new { names[id.table, default: []].append((old, new)) }
    }
    return names.sorted { $0.key < $1.key }.map { table, pairs in
      Step(
        .rename, table,
        statements: statements(pairs).map { old, new in
          statement(on: table, old, new, serverVersion: serverVersion)
        })
    }
  }

  /// Where the plan must run on servers before version 18 too, which have no such names, the server looks.
  static func statement(
    on table: ObjectID, _ old: Identifier, _ new: Identifier, serverVersion: Int
  ) -> Statement {
    let rename: SQL = "ALTER TABLE \(path: table.path) RENAME CONSTRAINT \(old) TO \(new)"
    guard serverVersion < 180_000 else { return Statement(rename, lock: .accessExclusive) }
    let relation = SQL.verbatim(Quoting.literal(Quoting.path(table.path)))
    let name = SQL.verbatim(Quoting.literal(old.raw))
    let body: SQL = """
      IF EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contype = 'n'
          AND conrelid = \(relation)::pg_catalog.regclass
          AND conname = \(name)) THEN
          \(rename);
        END IF;
      """
    let quote = Quoting.dollars(around: body)
    return Statement(
      """
      DO \(quote)
      BEGIN
        \(body)
      END \(quote)
      """, lock: .accessExclusive, on: [table])
  }

  static func usual(_ column: ObjectID) -> Identifier {
    PostgresNames.make(column.table.name.raw, column.name.raw, "not_null")
  }

  /// Names that change places go aside first.
  private static func statements(
    _ pairs: [(old: Identifier, new: Identifier)]
  ) -> [(Identifier, Identifier)] {
    let old = Set(pairs.map(\.old))
    guard pairs.contains(where: { old.contains($0.new) }) else { return pairs.map { ($0, $1) } }
    func aside(_ name: Identifier) -> Identifier {
      IdentitySteps.aside([name])[0]
    }
    return pairs.map { ($0.old, aside($0.old)) } + pairs.map { (aside($0.old), $0.new) }
  }
}
