/// The settings under which the catalog is read and declared texts are built, so that the server
/// prints and reads every text in one way only.
package struct SessionSettings: Sendable {
  /// Milliseconds; zero is no limit.
  package var lockTimeout: Int
  package var statementTimeout: Int
  /// Empty for reads: names then come back qualified.
  package var searchPath: [String]

  package init(lockTimeout: Int = 3_000, statementTimeout: Int = 60_000, searchPath: [String] = [])
  {
    self.lockTimeout = lockTimeout
    self.statementTimeout = statementTimeout
    self.searchPath = searchPath
  }

  private static let pinned: [(String, String)] = [
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    // Any value above zero prints floats exactly; this is pg_dump's.
    ("extra_float_digits", "3"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
    ("check_function_bodies", "off"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("lc_monetary", "C"),
    ("array_nulls", "on"),
    ("transform_null_equals", "off"),
    ("client_min_messages", "warning"),
    // Compiling a catalog query takes longer than running it.
    ("jit", "off"),
  ]

  /// One statement, so that it fits into a pipeline. `local` limits it to the transaction, which is
  /// what a pooler that hands out connections by transaction needs.
  package func statement(local: Bool) -> String {
    var settings = Self.pinned
    settings.append(("search_path", searchPath.map(quotedIdentifier).joined(separator: ", ")))
    settings.append(("lock_timeout", String(lockTimeout)))
    settings.append(("statement_timeout", String(statementTimeout)))
    let calls = settings.map { name, value in
      "pg_catalog.set_config('\(name)', \(quotedLiteral(value)), \(local))"
    }
    return "SELECT " + calls.joined(separator: ", ")
  }
}

extension PostgresConnection {
  package borrowing func pin(_ settings: SessionSettings = SessionSettings()) throws(PostgresError)
  {
    try execute(settings.statement(local: false))
  }
}

func quotedIdentifier(_ name: String) -> String {
  "\"" + replacing("\"", by: "\"\"", in: name) + "\""
}

func quotedLiteral(_ text: String) -> String {
  let quoted = "'" + replacing("'", by: "''", in: text) + "'"
  // A backslash is plain text only while standard_conforming_strings is on.
  return text.utf8.contains(UInt8(ascii: "\\"))
    ? " E" + replacing("\\", by: "\\\\", in: quoted) : quoted
}
