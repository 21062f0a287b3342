import SQLText
import SchemaModel

/// Strings in double quotes, which SQLite takes where no column has such a name (sqlite.org/quirks.html, 8).
/// DROP COLUMN writes all of the database anew in single quotes.
enum DoubleQuotedStrings {
  /// Whether there may be one. A name that cannot be told from a string counts.
  static func areIn(_ schema: Schema) -> Bool {
    for object in schema.objects(of: .table) {
      let names = Set(schema.columns(of: object.id).map(\.id.name))
      for column in schema.columns(of: object.id) {
        if let generation = column.generation, isIn(generation.expression.text, names) {
          return true
        }
      }
      for case .check(let check) in schema.objects(of: .check, under: object.id.path)
      where isIn(check.expression.text, names) {
        return true
      }
      for index in schema.indexes(of: object.id)
      where index.source.map({ isIn($0, names.union([index.id.name, object.id.name])) }) == true {
        return true
      }
    }
    return areInQueries(of: schema)
  }

  private static func areInQueries(of schema: Schema) -> Bool {
    let queries = (schema.objects(of: .view) + schema.objects(of: .trigger)).compactMap { object in
      if case .view(let view) = object {
        view.query.text
      } else if case .trigger(let trigger) = object {
        "\(trigger.condition?.text ?? "") \(trigger.body.text)"
      } else {
        nil
      }
    }.filter { $0.utf8.contains(UInt8(ascii: "\"")) }
    guard !queries.isEmpty else { return false }
    let kinds: [ObjectKind] = [.table, .virtualTable, .view, .column]
    let names = Set(kinds.flatMap { schema.objects(of: $0) }.map(\.id.name))
    return queries.contains { isIn($0, names) }
  }

  private static func isIn(_ text: String, _ names: Set<Identifier>) -> Bool {
    guard text.utf8.contains(UInt8(ascii: "\"")) else { return false }
    guard let tokens = try? SQLiteSyntax().tokens(of: text) else { return true }
    var previous: Token?
    for token in tokens {
      defer { previous = token }
      guard token.kind == .quotedName, token.text.utf8.first == UInt8(ascii: "\"") else { continue }
      let isOther =
        previous.map { $0.isSymbol(".") || $0.text.asciiLowercased == "as" } == true
      if !isOther, !names.contains(SQLiteSyntax().identifier(token)) { return true }
    }
    return false
  }
}
