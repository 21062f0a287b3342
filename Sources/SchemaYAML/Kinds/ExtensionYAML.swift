import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readExtensions(_ node: YAMLNode?) {
    guard let node, !node.isNull else { return }
    if case .mapping(let pairs) = node.content {
      for pair in pairs {
        guard var value = newExtension(pair.name, at: pair.key) else { continue }
        let fields = nodes.fields(
          pair.value, SchemaKeys.extension, of: "extension '\(value.id.name.raw)'")
        if let place = fields["schema"], let text = fields.text("schema"),
          let name = name(text, at: place)
        {
          value.schema = name
        }
        value.version = fields.text("version")
        objects.append(.extension(value))
      }
    } else {
      for (text, item) in nodes.texts(node, of: "'extensions'") {
        if let value = newExtension(text, at: item) { objects.append(.extension(value)) }
      }
    }
  }

  /// Names such as `uuid-ossp` need no quotes: nothing else can stand there.
  private mutating func newExtension(_ text: String, at node: YAMLNode) -> Extension? {
    let name = (try? syntax.path(text))?.first ?? Identifier(text)
    let id = ObjectID(.extension, [name])
    guard claim(id, at: node.mark) else { return nil }
    return Extension(id: id, schema: searchPath[0])
  }
}

extension SchemaWriter {
  func extensions() -> YAMLValue {
    var isPlain = true
    var entries: [YAMLEntry] = []
    var names: [YAMLValue] = []
    for case .extension(let value) in schema.objects(of: .extension) {
      let name = YAMLValue.text(value.id.name.raw)
      names.append(name)
      if value.schema == searchPath[0] {
        entries.append(YAMLEntry(name: value.id.name.raw, .null))
      } else {
        isPlain = false
        entries.append(
          YAMLEntry(
            name: value.id.name.raw, .mapping([YAMLEntry("schema", self.name(value.schema))])))
      }
    }
    return isPlain ? .sequence(names) : .mapping(entries)
  }
}
