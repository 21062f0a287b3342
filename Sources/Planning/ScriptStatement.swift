package import SQLText

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

extension ScriptStatement {
  package init(_ piece: StatementSplitter.Piece) {
    let kind: Kind =
      switch piece.kind {
      case .statement: .statement
      case .command: .command
      case .copy: .copy
      }
    self.init(kind: kind, text: piece.text, line: piece.line)
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

  package init(_ problem: LexicalProblem, in script: String) {
    self.init(problem.message, line: 1 + script.utf8.prefix(problem.offset).count { $0 == 0x0A })
  }
}
