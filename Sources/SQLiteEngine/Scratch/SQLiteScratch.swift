package import Comparison
import Planning
import SQLText
import SchemaDiff
package import SchemaModel

/// A throw-away database in memory.
///
/// What it executes may come from anybody: other files, extensions and the schema table are out of
/// reach, time and memory are limited.
package struct SQLiteScratch: Scratch {
  package init() {}

  package mutating func canonical(_ schema: Schema) throws -> ScratchReading {
    let database = try Self.open()
    var failures: [ObjectID: String] = [:]
    let empty = Schema.empty(.sqlite)
    let difference = try Differ.difference(from: empty, to: schema, renames: [])
    let plan = try Planner.plan(difference, from: empty, to: schema, dialect: SQLiteDialect())
    for step in plan.steps {
      do throws(SQLiteError) {
        for statement in step.statements {
          try Self.execute(statement.sql.text, on: database)
        }
      } catch {
        failures[step.subject] = error.message
      }
    }
    return ScratchReading(schema: try SQLiteInspector.inspect(database), failures: failures)
  }

  package mutating func load(script: String) throws -> Schema {
    let database = try Self.open()
    var recovery = ScratchRecovery()
    try database.execute(script, skip: DotCommands.skip) {
      recovery.action(after: $0, on: database)
    }
    guard database.isInAutocommit else {
      throw SQLiteError(
        reason: .statement, message: "the script begins a transaction and does not end it")
    }
    return try SQLiteInspector.inspect(database)
  }

  private static func open() throws(SQLiteError) -> SQLiteConnection {
    let database = try SQLiteConnection.open(.memory)
    try database.confine()
    return database
  }

  private static func execute(
    _ script: String, on database: borrowing SQLiteConnection
  ) throws(SQLiteError) {
    var recovery = ScratchRecovery()
    try database.execute(
      script, skip: { _, position throws(SQLiteError) in position },
      recover: { recovery.action(after: $0, on: database) })
  }
}
