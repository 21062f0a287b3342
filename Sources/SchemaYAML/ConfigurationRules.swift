import SchemaModel

/// `ignore` and `gate` of kedge.yaml.
extension ConfigurationKeys {
  static let kinds = ObjectKind.allCases.map(\.rawValue) + ["object"]

  static let ignore = KeyTable(
    "ignore rule",
    kinds.map { kind in
      Key(
        kind, .oneOf([.text, .list(.text)]),
        kind == "object"
          ? "Objects of any kind: names with * and ?, or !name for an exception."
          : "The \(kind.split(separator: "_").joined(separator: " ")): names with * and ?, or !name."
      )
    } + [
      Key("attribute", .text, "Only this attribute, by its key in schema.yaml."),
      Key("reason", .text, "Why it is accepted."),
      Key("until", .text, "The last day on which it is, YYYY-MM-DD."),
    ])

  static let gate = KeyTable(
    "gate",
    [
      Key(
        "fail_on", .oneOf([.word(failing), .list(.word(failing))]),
        "What counts: drift, undecided, uncompared."),
      Key("hazards", .named(.word(levels)), "Hazards by id, with the level at which they count."),
      Key(
        "small_table_rows", .integer,
        "Tables with fewer rows may be locked while something is done to every row: 10000."),
    ])

  static let failing = Configuration.Failing.allCases.map(\.rawValue)
}

extension ConfigurationReader {
  mutating func ignoreRules(_ node: YAMLNode?) -> [Configuration.Ignore] {
    guard let node, case .sequence(let items) = node.content else { return [] }
    return items.compactMap { rule($0) }
  }

  private mutating func rule(_ node: YAMLNode) -> Configuration.Ignore? {
    let fields = nodes.fields(node, ConfigurationKeys.ignore, of: "a rule of 'ignore'")
    let named = ConfigurationKeys.kinds.filter { fields[$0] != nil }
    guard named.count == 1, let kind = named.first, let value = fields[kind] else {
      nodes.report(
        node.mark,
        named.isEmpty ? "the rule does not say what it ignores" : "the rule names two kinds",
        suggestion: "write one kind and a name: table: \"tmp_*\"")
      return nil
    }
    let patterns = nodes.texts(value, of: "'\(kind)'").map(\.text)
    return Configuration.Ignore(
      kind: kind, patterns: patterns, attribute: fields.text("attribute"),
      reason: fields.text("reason"), until: day(fields), line: node.mark.line)
  }

  private mutating func day(_ fields: Fields) -> String? {
    guard let text = fields.text("until"), let node = fields["until"] else { return nil }
    let bytes = Array(text.utf8)
    let isDay =
      bytes.count == 10
      && bytes.enumerated().allSatisfy { index, byte in
        index == 4 || index == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
      }
    guard isDay else {
      nodes.report(node.mark, "'until' is a day, written YYYY-MM-DD")
      return nil
    }
    return text
  }

  mutating func failing(_ node: YAMLNode) -> Set<Configuration.Failing> {
    var found: Set<Configuration.Failing> = []
    for (text, place) in nodes.texts(node, of: "'fail_on'") {
      guard let word = Configuration.Failing(rawValue: text.asciiLowercased) else {
        nodes.report(
          place.mark, "'fail_on' knows \(ConfigurationKeys.failing.joined(separator: ", "))")
        continue
      }
      found.insert(word)
    }
    return found
  }
}
