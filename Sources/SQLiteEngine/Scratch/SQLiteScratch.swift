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
    var recovery = Recovery()
    try database.execute(script, skip: DotCommands.skip) { recovery.accepts($0, on: database) }
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
    var recovery = Recovery()
    try database.execute(
      script, skip: { _, position throws(SQLiteError) in position },
      recover: { recovery.accepts($0, on: database) })
  }
}

/// What keeps a schema from being built although nothing is wrong with it.
struct Recovery {
  private var known: Set<String> = []

  /// Does something about the error; false when nothing can be done, or it has been done before.
  mutating func accepts(_ error: SQLiteError, on database: borrowing SQLiteConnection) -> Bool {
    if let name = Self.name(in: error.message, after: "no such function: ") {
      guard Self.isDefinition(error.statement), known.insert(name).inserted else { return false }
      database.defineFunction(named: name)
      return true
    }
    if let name = Self.name(in: error.message, after: "unsafe use of ")?.asciiLowercased,
      name.hasPrefix("json") || name.hasPrefix("->"), known.insert("unsafe").inserted
    {
      database.trustSchema()
      return true
    }
    return false
  }

  private static func name(in message: String, after prefix: String) -> String? {
    message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
  }

  /// A function that only the application knows may be called in a definition, never in a query.
  private static func isDefinition(_ statement: String?) -> Bool {
    guard let tokens = try? SQLiteTokenizer.tokenize(statement ?? "").tokens.first,
      let statement
    else { return false }
    return SQLiteKeywords.upper(statement).utf8.dropFirst(tokens.range.lowerBound)
      .starts(with: "CREATE".utf8)
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
