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
    try database.execute(script, skip: DotCommands.skip)
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

  /// A function that only the application knows is made known and the statement tried again.
  private static func execute(
    _ sql: String, on database: borrowing SQLiteConnection
  ) throws(SQLiteError) {
    var known: Set<String> = []
    while true {
      do throws(SQLiteError) {
        return try database.execute(sql)
      } catch {
        let prefix = "no such function: "
        guard error.message.hasPrefix(prefix) else { throw error }
        let name = String(error.message.dropFirst(prefix.count))
        guard known.insert(name).inserted else { throw error }
        database.defineFunction(named: name)
      }
    }
  }
}

/// Lines for the sqlite3 shell in a script.
enum DotCommands {
  /// Where the next statement starts, after white space, comments and commands that only concern what the
  /// shell prints. Others would change what the script means, so they are errors.
  static func skip(_ bytes: [UInt8], from start: Int) throws(SQLiteError) -> Int {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09...0x0D, UInt8(ascii: ";"): position += 1
      case UInt8(ascii: "-") where startsLineComment(bytes, position):
        position = endOfLine(bytes, position)
      case UInt8(ascii: ".") where position == 0 || bytes[position - 1] == 0x0A:
        let end = endOfLine(bytes, position)
        try check(bytes[position..<end], at: position)
        position = end
      default: return position
      }
    }
    return position
  }

  private static func startsLineComment(_ bytes: [UInt8], _ position: Int) -> Bool {
    position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "-")
  }

  private static func endOfLine(_ bytes: [UInt8], _ position: Int) -> Int {
    bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
  }

  private static let harmless: Set<String> = [
    "bail", "binary", "changes", "echo", "explain", "headers", "header", "mode", "nullvalue",
    "output", "print", "prompt", "separator", "stats", "timeout", "timer", "width",
  ]

  private static func check(_ line: ArraySlice<UInt8>, at offset: Int) throws(SQLiteError) {
    let word = line.dropFirst().prefix { SQLiteTokenizer.isNamePart($0) }
    let name = String(decoding: word, as: UTF8.self)
    guard !harmless.contains(name) else { return }
    throw SQLiteError(
      reason: .statement,
      message: "the shell command .\(name) cannot be followed here; write what it does as SQL",
      offset: offset)
  }
}
