package import SchemaModel

/// The commands of psql and of the sqlite3 shell that only concern what is shown, or guard a dump.
package enum ShellCommand {
  private static let psql: Set<String> = [
    "restrict", "unrestrict", "set", "unset", "echo", "qecho", "warn", "encoding", "pset", "timing",
    "x", "a", "t", "q", "quit", ".", "o", "prompt", "errverbose",
  ]
  private static let sqlite: Set<String> = [
    "bail", "binary", "changes", "echo", "explain", "headers", "header", "mode", "nullvalue",
    "output", "print", "prompt", "separator", "stats", "timeout", "timer", "width",
  ]

  /// The command's name, without the backslash or the dot in front.
  package static func name(of command: String) -> String {
    let word = command.utf8.prefix { $0 > 0x20 }
    return String(
      decoding: word.first == 0x2E && word.count > 1 ? word.dropFirst() : word, as: UTF8.self)
  }

  /// Whether a script means the same without it.
  package static func isHarmless(_ command: String, engine: EngineName) -> Bool {
    (engine == .postgresql ? psql : sqlite).contains(name(of: command))
  }
}
