import SchemaModel

/// What keeps a schema from being built on a confined database although nothing is wrong with it.
struct ScratchRecovery {
  private var known: Set<String> = []

  /// Does something about the error, once for each cause.
  mutating func action(
    after error: SQLiteError, on database: borrowing SQLiteConnection
  ) -> SQLiteConnection.Recovery {
    let statement = error.statement ?? ""
    if let name = Self.name(in: error.message, after: "no such function: ") {
      // A function that only the application knows may stand in a definition, never in a query.
      guard Self.first("CREATE", of: statement), known.insert(name).inserted else { return .fail }
      database.defineFunction(named: name)
      return .retry
    }
    if let name = Self.name(in: error.message, after: "unsafe use of ")?.asciiLowercased,
      name.hasPrefix("json") || name.hasPrefix("->"), known.insert("unsafe").inserted
    {
      database.trustSchema()
      return .retry
    }
    // The shadow of a virtual table, which was made with it.
    if error.message.hasPrefix("object name reserved for internal use: ") { return .skip }
    if error.message.hasSuffix("may not be modified"), Self.first("INSERT", of: statement) {
      return restore(statement, on: database)
    }
    return .fail
  }

  /// A dump of the shell restores a virtual table by writing its text into the schema table, and then the
  /// rows of its shadow tables: the table is made as its text says, the rows say nothing of the schema.
  private func restore(
    _ statement: String, on database: borrowing SQLiteConnection
  ) -> SQLiteConnection.Recovery {
    guard let stream = try? SQLiteTokenizer.tokenize(statement) else { return .fail }
    let end = stream.tokens.firstIndex { stream.source[$0.range].elementsEqual(";".utf8) }
    let tokens = stream.tokens[..<(end ?? stream.tokens.endIndex)]
    func text(_ token: SQLiteToken) -> String {
      String(decoding: stream.source[token.range], as: UTF8.self).asciiLowercased
    }
    let isSchemaTable = tokens.prefix(4).contains {
      ["sqlite_schema", "sqlite_master"].contains(text($0))
    }
    guard isSchemaTable else { return .skip }
    guard let last = tokens.last(where: { $0.kind == .string }) else { return .fail }
    let definition = SQLiteKeywords.unquoted(stream.source[last.range])
    guard Self.first("CREATE", of: definition) else { return .fail }
    do {
      try database.execute(definition)
      return .skip
    } catch {
      return .fail
    }
  }

  private static func name(in message: String, after prefix: String) -> String? {
    message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : nil
  }

  private static func first(_ keyword: String, of statement: String) -> Bool {
    guard let stream = try? SQLiteTokenizer.tokenize(statement), let token = stream.tokens.first
    else { return false }
    return SQLiteKeywords.upper(String(decoding: stream.source[token.range], as: UTF8.self))
      == keyword
  }
}
