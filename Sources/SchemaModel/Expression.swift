/// A piece of SQL inside an object: a default, a check, an index expression, a view's query.
///
/// Equality looks at `canonical` alone. Two expressions with different canonical forms may still mean
/// the same on PostgreSQL; only the engine can tell (the three-valued answer is `Comparison`'s).
package struct Expression: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The text without what cannot matter: white space, comments, letter case of keywords and unquoted
  /// names, redundant outer parentheses, a cast of a literal to the column's own type.
  package var canonical: ExactText
  /// The text as the engine prints it or as it was declared.
  @Incidental package var text: String

  package init(text: String, canonical: String) {
    self.canonical = ExactText(canonical)
    _text = Incidental(wrappedValue: text)
  }

  package var description: String { text }
}
