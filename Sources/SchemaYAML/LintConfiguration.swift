import SchemaModel

/// What kedge.yaml says about hazards: which count how much, by path.
package struct HazardSettings: Sendable {
  /// The word that stands for a rule that is switched off.
  package static let off = "off"
  /// Ids with `error`, `warning`, `notice` or `off`.
  package typealias Levels = [String: String]

  /// `gate: {hazards: …}`, under what `lint: {rules: …}` says.
  package var levels: Levels = [:]
  /// `lint: {paths: …}`, in the order of the file.
  package var paths: [(pattern: String, levels: Levels)] = []
  /// The level from which on lint's exit code is 1.
  package var failOn: String?
}

extension ConfigurationReader {
  /// `gate` holds the fields of that key.
  mutating func hazards(_ fields: Fields, gate: Fields?) -> HazardSettings {
    var settings = HazardSettings()
    settings.levels = levels(gate?["hazards"], of: "'hazards'")
    guard let node = fields["lint"] else { return settings }
    let lint = nodes.fields(node, ConfigurationKeys.lint, of: "'lint'")
    settings.failOn = lint.word("fail_on")
    settings.levels.merge(levels(lint["rules"], of: "'rules'")) { _, new in new }
    guard case .sequence(let items)? = lint["paths"]?.content else { return settings }
    for item in items {
      let path = nodes.fields(item, ConfigurationKeys.lintPath, of: "an element of 'paths'")
      guard let pattern = path.text("path") else { continue }
      settings.paths.append((pattern, levels(path["rules"], of: "'rules'")))
    }
    return settings
  }

  private mutating func levels(_ node: YAMLNode?, of subject: String) -> HazardSettings.Levels {
    var levels: HazardSettings.Levels = [:]
    for pair in nodes.pairs(node, of: subject) {
      let id = pair.name.asciiUppercased
      guard ConfigurationReader.isRuleID(id) else {
        nodes.report(
          pair.key.mark, "'\(nodes.shown(pair.name))' is no rule's id",
          suggestion: "an id is two letters and a number: LK01")
        continue
      }
      guard let word = pair.value.scalarText?.asciiLowercased,
        ConfigurationKeys.levels.contains(word)
      else {
        nodes.report(
          pair.value.mark, "the level of '\(id)' is error, warning, notice or off")
        continue
      }
      levels[id] = word
    }
    return levels
  }

  /// `LK01`, `LK13B`.
  private static func isRuleID(_ id: String) -> Bool {
    let bytes = Array(id.utf8)
    guard bytes.count == 4 || (bytes.count == 5 && bytes[4] == UInt8(ascii: "B")) else {
      return false
    }
    return bytes[..<2].allSatisfy { $0 >= 0x41 && $0 <= 0x5A }
      && bytes[2..<4].allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }
}

extension ConfigurationKeys {
  static let levels = ["error", "warning", "notice", HazardSettings.off]

  static let lint = KeyTable(
    "lint",
    [
      Key("rules", .named(.word(levels)), "Rules by id: error, warning, notice or off."),
      Key("paths", .list(.object(lintPath)), "Other levels for some files."),
      Key(
        "fail_on", .word(["error", "warning", "notice"]),
        "The level from which on the exit code is 1."),
    ])
  static let lintPath = KeyTable(
    "path",
    [
      Key("path", .text, "The files; a star stands for anything.", required: true),
      Key("rules", .named(.word(levels)), "Rules by id: error, warning, notice or off."),
    ])
}

extension String {
  fileprivate var asciiUppercased: String {
    String(decoding: utf8.map { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 }, as: UTF8.self)
  }
}
