import Planning
import PostgresEngine
import SchemaDiff
import SchemaModel

/// Plans as the commands make them, renames by shape included.
enum Plans {
  static func plan(_ from: Schema, _ to: Schema) throws -> Plan {
    let dialect = PostgresDialect()
    let renames = try RenameHints.renames(
      from: from, to: to, byShape: dialect.kindsRenamedByShape)
    let difference = try Differ.difference(from: from, to: to, renames: renames)
    return try Planner.plan(difference, from: from, to: to, dialect: dialect)
  }
}
