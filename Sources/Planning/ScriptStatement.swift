/// One statement of a script, and where it stands.
package struct ScriptStatement: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case statement
    /// A command of psql's or of the sqlite3 shell's, which only those understand.
    case command
    /// A `COPY … FROM stdin` with its rows.
    case copy
  }

  package let kind: Kind
  /// Without the final semicolon.
  package let text: String
  /// From one.
  package let line: Int
  package let lastLine: Int

  package init(kind: Kind = .statement, text: String, line: Int) {
    self.kind = kind
    self.text = text
    self.line = line
    lastLine = line + text.utf8.count { $0 == 0x0A }
  }
}

/// Why a script cannot be split into statements.
package struct ScriptProblem: Error, Hashable, Sendable {
  package let message: String
  /// From one.
  package let line: Int

  package init(_ message: String, line: Int) {
    self.message = message
    self.line = line
  }
}
