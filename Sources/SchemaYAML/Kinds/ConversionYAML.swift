import SQLText
import SchemaModel

/// `backfill` and `using` of a column: what happens to rows that are there.
extension SchemaBuilder {
  mutating func readConversion(_ fields: Fields, of column: ObjectID) {
    guard fields["backfill"] != nil || fields["using"] != nil else { return }
    let (backfill, backfillDown) = directions(fields, "backfill")
    let (using, usingDown) = directions(fields, "using")
    conversions[column] = Schema.Conversion(
      backfill: backfill, backfillDown: backfillDown, using: using, usingDown: usingDown)
  }

  /// A text is for the way there.
  private mutating func directions(
    _ fields: Fields, _ key: String
  ) -> (up: Expression?, down: Expression?) {
    guard let node = fields[key] else { return (nil, nil) }
    guard case .mapping = node.content else {
      return (fields.text(key).flatMap { expression($0, at: node) }, nil)
    }
    let inner = nodes.fields(node, SchemaKeys.conversion, of: "'\(key)'")
    let up = inner.text("up").flatMap { expression($0, at: inner["up"] ?? node) }
    let down = inner.text("down").flatMap { expression($0, at: inner["down"] ?? node) }
    return (up, down)
  }
}

extension SchemaWriter {
  func conversion(_ column: ObjectID) -> [YAMLEntry] {
    guard let said = schema.conversions[column] else { return [] }
    return directions("backfill", said.backfill, said.backfillDown)
      + directions("using", said.using, said.usingDown)
  }

  private func directions(_ key: String, _ up: Expression?, _ down: Expression?) -> [YAMLEntry] {
    if let up, down == nil { return [YAMLEntry(key, sql(up.text))] }
    guard up != nil || down != nil else { return [] }
    let ways = [("up", up), ("down", down)].compactMap { name, text in
      text.map { YAMLEntry(name, sql($0.text)) }
    }
    return [YAMLEntry(key, .mapping(ways))]
  }
}
