import SQLText
import SchemaModel

/// Builds the node tree from events: anchors, aliases, merge keys, duplicate keys, and the limits.
struct YAMLTreeBuilder {
  /// What any node may carry, and where it stands.
  struct Properties {
    var anchor: String?
    var tag: String?
    var mark: YAMLMark
    var end: YAMLMark
  }

  /// A collection that is not finished yet.
  private struct Frame {
    var properties: Properties
    var isMapping: Bool
    var items: [YAMLNode] = []
    var pairs: [YAMLPair] = []
    var key: YAMLNode?
    var cost = 1
    var height = 1
  }

  private struct Anchored {
    var node: YAMLNode
    var cost: Int
    var height: Int
  }

  private let source: YAMLSource
  private let limits: YAMLLimits
  private var frames: [Frame] = []
  private var anchors: [ExactText: Anchored] = [:]
  private var open: Set<ExactText> = []
  private(set) var cost = 0
  private(set) var root: YAMLNode?
  var problems = YAMLProblems()

  init(source: YAMLSource, limits: YAMLLimits) {
    self.source = source
    self.limits = limits
  }

  mutating func scalar(
    _ properties: Properties, text: String, style: YAMLScalarStyle
  ) throws(YAMLProblem) {
    var style = style
    if let tag = properties.tag {
      checkTag(tag, properties.mark)
      if tag == "tag:yaml.org,2002:str" || tag == "!", style == .plain { style = .doubleQuoted }
    }
    if text.utf8.contains(0) {
      problems.add(
        source, properties.mark, "the text contains the character NUL, which no database can store")
    }
    let node = YAMLNode(.scalar(text, style), mark: properties.mark, end: properties.end)
    let size = 1 + text.utf8.count / 256
    try spend(size, at: properties.mark, isAlias: false)
    if let anchor = properties.anchor {
      anchors[ExactText(anchor)] = Anchored(node: node, cost: size, height: 0)
    }
    add(node, cost: size, height: 0)
  }

  mutating func alias(_ name: String?, mark: YAMLMark) throws(YAMLProblem) {
    let name = name ?? ""
    if open.contains(ExactText(name)) {
      throw problem(mark, "the alias '*\(name)' stands inside the node that it repeats")
    }
    guard let anchored = anchors[ExactText(name)] else {
      let nearest = nearestName(to: name, among: anchors.keys.map(\.string).sorted())
      throw problem(
        mark, "there is no anchor '&\(name)' before this alias",
        suggestion: nearest.map { "did you mean '*\($0)'?" })
    }
    try spend(anchored.cost, at: mark, isAlias: true)
    try checkDepth(frames.count + anchored.height, at: mark)
    add(anchored.node, cost: anchored.cost, height: anchored.height)
  }

  mutating func begin(_ properties: Properties, isMapping: Bool) throws(YAMLProblem) {
    if let tag = properties.tag { checkTag(tag, properties.mark) }
    try spend(1, at: properties.mark, isAlias: false)
    try checkDepth(frames.count + 1, at: properties.mark)
    if let anchor = properties.anchor { open.insert(ExactText(anchor)) }
    frames.append(Frame(properties: properties, isMapping: isMapping))
  }

  mutating func finish(end: YAMLMark) throws(YAMLProblem) {
    guard let frame = frames.popLast() else { return }
    let mark = frame.properties.mark
    let content: YAMLNode.Content =
      frame.isMapping
      ? .mapping(try complete(frame.pairs)) : .sequence(frame.items)
    let node = YAMLNode(content, mark: mark, end: end)
    if let anchor = frame.properties.anchor {
      open.remove(ExactText(anchor))
      anchors[ExactText(anchor)] = Anchored(node: node, cost: frame.cost, height: frame.height)
    }
    add(node, cost: frame.cost, height: frame.height)
  }

  private mutating func add(_ node: YAMLNode, cost: Int, height: Int) {
    guard let last = frames.indices.last else {
      root = node
      return
    }
    frames[last].cost += cost
    frames[last].height = max(frames[last].height, height + 1)
    guard frames[last].isMapping else {
      frames[last].items.append(node)
      return
    }
    guard let key = frames[last].key else {
      frames[last].key = node
      return
    }
    frames[last].key = nil
    switch key.content {
    case .scalar("", .plain):
      problems.add(source, key.mark, "a key is missing before ':'")
    case .scalar:
      frames[last].pairs.append(YAMLPair(key: key, value: node))
    case .sequence, .mapping:
      problems.add(
        source, key.mark, "a key must be text, this is \(key.kindName)",
        suggestion: "put it in quotes")
    }
  }

  /// Reports duplicate keys, keeps the first of them, and carries out merges.
  private mutating func complete(_ pairs: [YAMLPair]) throws(YAMLProblem) -> [YAMLPair] {
    if pairs.count <= 8, !hasRepetitionOrMerge(pairs) { return pairs }
    var places: [ExactText: YAMLMark] = [:]
    places.reserveCapacity(pairs.count)
    var unique: [YAMLPair] = []
    unique.reserveCapacity(pairs.count)
    var hasMerge = false
    for pair in pairs {
      if let first = places.updateValue(pair.key.mark, forKey: ExactText(pair.name)) {
        places[ExactText(pair.name)] = first
        problems.add(
          source, pair.key.mark,
          "the key '\(source.shown(pair.name))' was given before, at line "
            + "\(first.line), column \(first.column)")
        continue
      }
      if pair.isMerge { hasMerge = true }
      unique.append(pair)
    }
    guard hasMerge else { return unique }

    var merged: [YAMLPair] = []
    for pair in unique {
      guard pair.isMerge else {
        merged.append(pair)
        continue
      }
      for mapping in mappings(ofMerge: pair) {
        // The copied pairs are new entries of this mapping; their values are shared.
        try spend(mapping.count, at: pair.key.mark, isAlias: true)
        for inherited in mapping where places[ExactText(inherited.name)] == nil {
          places[ExactText(inherited.name)] = inherited.key.mark
          merged.append(inherited)
        }
      }
    }
    return merged
  }

  /// Of few pairs this is told sooner than by a dictionary.
  private func hasRepetitionOrMerge(_ pairs: [YAMLPair]) -> Bool {
    for (index, pair) in pairs.enumerated() {
      if pair.isMerge { return true }
      for other in pairs[..<index] where other.name.hasSameBytes(as: pair.name) { return true }
    }
    return false
  }

  /// `<<: *a` and `<<: [*a, *b]`; of two mappings that give a key, the earlier wins.
  private mutating func mappings(ofMerge pair: YAMLPair) -> [[YAMLPair]] {
    var mappings: [[YAMLPair]] = []
    let candidates: [YAMLNode] =
      if case .sequence(let items) = pair.value.content { items } else { [pair.value] }
    for candidate in candidates {
      if case .mapping(let pairs) = candidate.content {
        mappings.append(pairs)
      } else {
        problems.add(
          source, pair.key.mark,
          "'<<' merges a mapping or a list of mappings, this is \(candidate.kindName)")
      }
    }
    return mappings
  }

  private mutating func checkTag(_ tag: String, _ mark: YAMLMark) {
    if tag != "!", !tag.hasPrefix("tag:yaml.org,2002:") {
      problems.add(
        source, mark, "the tag '\(source.shown(tag))' means nothing here",
        suggestion: "remove it, or put the text in quotes if it begins with '!'")
    }
  }

  private mutating func spend(
    _ amount: Int, at mark: YAMLMark, isAlias: Bool
  ) throws(YAMLProblem) {
    cost += amount
    guard cost > limits.nodes else { return }
    throw problem(
      mark,
      isAlias
        ? "with its aliases expanded the file has more than \(limits.nodes) nodes"
        : "the file has more than \(limits.nodes) nodes",
      suggestion: isAlias ? nil : "a folder of several files is read as one schema")
  }

  private func checkDepth(_ depth: Int, at mark: YAMLMark) throws(YAMLProblem) {
    if depth > limits.depth {
      throw problem(mark, "lists and mappings are nested more than \(limits.depth) deep")
    }
  }

  private func problem(
    _ mark: YAMLMark, _ message: String, suggestion: String? = nil
  ) -> YAMLProblem {
    YAMLProblem(file: source.file, mark: mark, message: message, suggestion: suggestion)
  }

  /// A name as messages show it: long ones are cut.
  static func shortened(_ name: String) -> String {
    let scalars = name.unicodeScalars
    guard name.utf8.count > 80 else { return name }
    return String(String.UnicodeScalarView(scalars.prefix(60))) + "…"
  }
}

extension YAMLPair {
  /// Only a plain `<<` merges; a quoted one is a name.
  fileprivate var isMerge: Bool {
    if case .scalar("<<", .plain) = key.content { true } else { false }
  }
}
