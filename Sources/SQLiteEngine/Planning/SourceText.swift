import SQLText
import SchemaModel

/// Reads source texts back, so that one is used only where it still says what the model says.
enum SourceText {
  /// The text with a line break behind a comment that would swallow what follows.
  static func closed(_ text: String) -> String {
    guard let stream = try? SQLiteTokenizer.tokenize(text), let last = stream.comments.last,
      last.upperBound == stream.source.count, stream.source[last.lowerBound] == UInt8(ascii: "-")
    else { return text }
    return text + "\n"
  }

  /// The objects of a CREATE TABLE, as if it were called what `id` says; nil if it cannot be read.
  static func tableObjects(_ source: String, id: ObjectID) -> [SchemaObject]? {
    guard let statement = try? SQLiteParser.parse(source),
      case .table(let table) = statement.value
    else { return nil }
    return try? TableDecoder.objects(of: table, in: statement, id: id)
  }

  /// The source of a whole table under a new name, if it makes just these objects.
  static func table(_ source: String, making objects: [SchemaObject], named name: Identifier?)
    -> SQL?
  {
    guard let table = objects.first(where: { $0.kind == .table }),
      let made = tableObjects(source, id: table.id),
      made.sorted(by: { $0.id < $1.id }) == objects.sorted(by: { $0.id < $1.id })
    else { return nil }
    guard let name else { return .verbatim(closed(source)) }
    guard let statement = try? SQLiteParser.parse(source),
      case .table(let create) = statement.value
    else { return nil }
    let rest = statement.text(create.name.range.upperBound..<statement.source.count)
    return "CREATE TABLE \(name)\(.verbatim(closed(rest)))"
  }

  static func index(_ source: String, making index: Index, columns: Set<Identifier>) -> Bool {
    guard let statement = try? SQLiteParser.parse(source),
      case .index(let create) = statement.value
    else { return false }
    let table = SQLiteNames.table(SQLiteNames.identifier(create.table))
    return IndexDecoder.index(create, in: statement, table: table, columns: columns) == index
  }

  static func view(_ source: String, making view: View) -> Bool {
    guard let statement = try? SQLiteParser.parse(source), case .view(let create) = statement.value
    else { return false }
    return ViewDecoder.view(create, in: statement) == view
  }

  static func trigger(_ source: String, making trigger: Trigger) -> Bool {
    guard let statement = try? SQLiteParser.parse(source),
      case .trigger(let create) = statement.value
    else { return false }
    return TriggerDecoder.trigger(create, in: statement) == trigger
  }
}
