/// A data type by its canonical name.
///
/// PostgreSQL: the spelling of `format_type` under an empty search_path (`character varying(20)`,
/// `integer[]`, `sales.order_status`). SQLite: the declared type's words in lower case, one space
/// between them; empty for a column without a type.
package struct TypeName: Hashable, Sendable, Codable, CustomStringConvertible {
  package var canonical: ExactText
  /// As it was declared, where that differs.
  @Incidental package var spelling: String?
  /// The enum (or other type of one's own) behind the name, its array or its domain.
  @Incidental package var object: ObjectID?

  package init(_ canonical: String, spelling: String? = nil, object: ObjectID? = nil) {
    self.canonical = ExactText(canonical)
    _spelling = Incidental(wrappedValue: spelling)
    _object = Incidental(wrappedValue: object)
  }

  /// What to write.
  package var text: String { spelling ?? canonical.string }
  package var description: String { text }
}
