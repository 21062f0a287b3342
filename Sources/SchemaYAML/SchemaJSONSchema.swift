import SchemaModel

/// The JSON Schema of schema.yaml, made from the same key tables that the reader checks with.
package enum SchemaJSONSchema {
  package static let text: String = {
    var writer = JSONSchemaWriter()
    return writer.document(
      SchemaKeys.file, title: "Kedge schema",
      description: "The schema that a database should have, declared for Kedge.")
  }()

  /// The same for kedge.yaml.
  package static let configuration: String = {
    var writer = JSONSchemaWriter()
    return writer.document(
      ConfigurationKeys.file, title: "Kedge configuration",
      description: "Where the schema, the migrations and the databases are.")
  }()
}

/// Writes JSON by hand: keys in the order of the tables, which an encoder would not keep.
private struct JSONSchemaWriter {
  /// The definitions, by noun, in the order in which they are first met.
  private var definitions: [(noun: String, text: String)] = []
  private var known: Set<String> = []

  mutating func document(_ file: KeyTable, title: String, description: String) -> String {
    let root = object(file, indent: "  ")
    var text = "{\n"
    text += "  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
    text += "  \"title\": \(quoted(title)),\n  \"description\": \(quoted(description)),\n"
    text += root
    text += ",\n  \"definitions\": {\n"
    text += definitions.sorted { $0.noun.bytesPrecede($1.noun) }
      .map { "    \(quoted($0.noun)): {\n\($0.text)\n    }" }.joined(separator: ",\n")
    return text + "\n  }\n}\n"
  }

  /// The members of a mapping's schema, without the braces.
  private mutating func object(_ table: KeyTable, indent: String) -> String {
    var members: [String] = []
    for key in table.keys {
      let form = schema(key.form)
      let engine = key.engine.map { " (\($0.displayName))" } ?? ""
      members.append(
        "\(indent)  \(quoted(key.name)): {\"description\": \(quoted(key.description + engine)), "
          + "\(form.dropFirst())")
    }
    let required = table.keys.filter { $0.isRequired && $0.engine == nil }.map { quoted($0.name) }
    var text = "\(indent)\"type\": \"object\",\n\(indent)\"additionalProperties\": false,\n"
    if !required.isEmpty {
      text += "\(indent)\"required\": [\(required.joined(separator: ", "))],\n"
    }
    return text + "\(indent)\"properties\": {\n" + members.joined(separator: ",\n")
      + "\n\(indent)}"
  }

  private mutating func reference(_ table: KeyTable) -> String {
    if known.insert(table.noun).inserted {
      let text = object(table, indent: "      ")
      definitions.append((table.noun, text))
    }
    return "{\"$ref\": \(quoted("#/definitions/" + escapedPointer(table.noun)))}"
  }

  /// One line of JSON.
  private mutating func schema(_ form: KeyForm) -> String {
    switch form {
    // Plain scalars such as 1 and true are texts to Kedge, but numbers and booleans to an editor.
    case .text: return "{\"type\": [\"string\", \"number\", \"boolean\"]}"
    case .sql(let examples):
      let shown = examples.isEmpty ? "" : ", \"examples\": [\(list(examples))]"
      return "{\"type\": [\"string\", \"number\", \"boolean\"]\(shown)}"
    case .name: return "{\"type\": [\"string\", \"number\", \"boolean\"]}"
    case .names:
      return "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 1, "
        + "\"items\": {\"type\": [\"string\", \"number\", \"boolean\"]}}]}"
    case .boolean: return "{\"type\": \"boolean\"}"
    case .integer: return "{\"type\": \"integer\"}"
    case .word(let words):
      let numbers = words.filter { Int64($0) != nil }
      let values = list(words) + (numbers.isEmpty ? "" : ", " + numbers.joined(separator: ", "))
      return "{\"enum\": [\(values)]}"
    case .wordOrText(let words):
      return "{\"anyOf\": [{\"enum\": [\(list(words))]}, {\"type\": \"string\"}]}"
    case .list(let item): return "{\"type\": \"array\", \"items\": \(schema(item))}"
    case .named(let value):
      return "{\"type\": [\"object\", \"null\"], \"additionalProperties\": \(schema(value))}"
    case .object(let table): return reference(table)
    case .nothing: return "{\"type\": \"null\"}"
    case .oneOf(let forms):
      return "{\"anyOf\": [" + forms.map { schema($0) }.joined(separator: ", ") + "]}"
    }
  }

  private func list(_ texts: [String]) -> String { texts.map(quoted).joined(separator: ", ") }

  /// Our own words: no control characters, nothing to escape but quotes and backslashes.
  private func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [0x22]
    for byte in text.utf8 {
      if byte == 0x22 || byte == 0x5C { bytes.append(0x5C) }
      bytes.append(byte)
    }
    bytes.append(0x22)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func escapedPointer(_ noun: String) -> String {
    noun.split(separator: " ").joined(separator: "%20")
  }
}
