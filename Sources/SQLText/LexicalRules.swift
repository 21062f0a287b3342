/// Where the lexical rules of the two engines part.
package struct LexicalRules: Hashable, Sendable {
  /// `$tag$ … $tag$`.
  package var hasDollarQuotes: Bool
  /// `E'…\'…'`, `U&'…'`, `B'…'`.
  package var hasEscapeStrings: Bool
  /// `` `name` `` and `[name]`.
  package var hasBackticksAndBrackets: Bool
  /// `/* /* */ */`.
  package var nestsComments: Bool
  /// Unquoted names fold to lower case in the catalog; otherwise case is kept but does not count.
  package var foldsToLowerCase: Bool

  /// postgresql.org/docs/current/sql-syntax-lexical.html, with standard_conforming_strings on.
  package static let postgresql = LexicalRules(
    hasDollarQuotes: true, hasEscapeStrings: true, hasBackticksAndBrackets: false,
    nestsComments: true, foldsToLowerCase: true)

  /// sqlite.org/lang_keywords.html and the tokenizer's rules.
  package static let sqlite = LexicalRules(
    hasDollarQuotes: false, hasEscapeStrings: false, hasBackticksAndBrackets: true,
    nestsComments: false, foldsToLowerCase: false)
}
