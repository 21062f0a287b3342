import SQLText
import SchemaModel

/// Statements that mean something else on a scratch database.
enum ScratchStatement {
  /// Owners are not compared, and a role without rights cannot give things away; comments on extensions
  /// are the extensions' own.
  static func isIgnored(_ tokens: [Token]) -> Bool {
    guard let first = tokens.first else { return true }
    if first.isWord("alter"), tokens.count > 3,
      zip(tokens, tokens.dropFirst()).contains(where: { $0.isWord("owner") && $1.isWord("to") })
    {
      return true
    }
    return first.isWord("comment") && tokens.count > 2 && tokens[2].isWord("extension")
  }

  static func extensionName(_ tokens: [Token]) -> Identifier? {
    guard tokens.count >= 3, tokens[0].isWord("create"), tokens[1].isWord("extension") else {
      return nil
    }
    let index = tokens[2].isWord("if") ? 5 : 2
    return index < tokens.count ? PostgresSyntax().identifier(tokens[index]) : nil
  }

  /// The schema that a `CREATE EXTENSION` names.
  static func extensionSchema(_ tokens: [Token]) -> Identifier? {
    for (word, value) in zip(tokens, tokens.dropFirst()) where word.isWord("schema") {
      return PostgresSyntax().identifier(value)
    }
    return nil
  }

  /// `role "x" does not exist`; the private server speaks English.
  static func missingRole(_ message: String) -> String? {
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0] == "role " else { return nil }
    return parts[1..<(parts.count - 1)].joined(separator: "\"")
  }

  /// Whether a role or an extension is named: something that a scratch may lack.
  static func needsStandIns(_ tokens: [Token]) -> Bool {
    let words: Set<String> = [
      "grant", "revoke", "policy", "extension", "authorization", "role", "privileges", "user",
    ]
    return tokens.contains { $0.kind == .word && words.contains($0.text.asciiLowercased) }
  }
}
