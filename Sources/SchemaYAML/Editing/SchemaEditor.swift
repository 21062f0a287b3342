import SQLText
package import SchemaModel

/// Brings changes into the text of a schema.yaml that a person wrote: lines that say nothing about what
/// changed stay as they are, comments and order with them.
package enum SchemaEditor {
  package struct Outcome: Sendable {
    package var text: String
    /// Objects that had to be written anew whole, since the place of their change could not be told from
    /// the rest: comments inside of them are gone.
    package var rewritten: [String]
  }

  /// `declared` is what the text says, `wanted` what it should say.
  ///
  /// Throws what is wrong with the text.
  package static func edit(
    _ source: YAMLSource, from declared: Schema, to wanted: Schema
  ) throws(YAMLProblems) -> Outcome {
    let tree = try parsed(source)
    let old = SchemaWriter.write(declared).text
    let new = SchemaWriter.write(wanted).text
    let newSource = YAMLSource(file: "wanted", text: new)
    let newTree = try parsed(newSource)
    let changes = YAMLTreeDifference.changes(
      from: try parsed(YAMLSource(file: "declared", text: old)), to: newTree)
    var editor = LineEditor(
      text: YAMLLines(source, tree), model: YAMLLines(newSource, newTree))
    for change in changes { editor.apply(change) }
    return editor.finish()
  }

  private static func parsed(_ source: YAMLSource) throws(YAMLProblems) -> YAMLNode {
    var problems = YAMLProblems()
    let tree = YAMLParser.parse(source, problems: &problems)
    guard let tree else { throw problems.finished([source]) }
    return tree
  }
}

/// A text as lines, with the tree that stands in them.
struct YAMLLines {
  let lines: [String]
  let root: YAMLNode

  init(_ source: YAMLSource, _ root: YAMLNode) {
    lines = String(decoding: source.bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    self.root = root
  }

  /// The pairs on the way to a path, as far as they are there; names are compared as SQL names.
  func pairs(along path: [String]) -> [YAMLPair] {
    var found: [YAMLPair] = []
    var node = root
    for name in path {
      guard case .mapping(let pairs) = node.content,
        let pair = pairs.first(where: { $0.name == name })
          ?? pairs.first(where: { Self.isSame($0.name, name) })
      else { return found }
      found.append(pair)
      node = pair.value
    }
    return found
  }

  /// `"users"`, `USERS` and `public.users` may all be meant by `users`.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    func plain(_ text: String) -> String {
      let bare = text.hasPrefix("public.") ? String(text.dropFirst("public.".count)) : text
      if bare.count > 1, bare.hasPrefix("\""), bare.hasSuffix("\"") {
        return String(bare.dropFirst().dropLast())
      }
      return bare.asciiLowercased
    }
    return plain(left) == plain(right)
  }

  /// The lines of a pair, from zero: without blank lines and comments behind it.
  func range(of pair: YAMLPair) -> Range<Int> {
    let start = pair.key.mark.line - 1
    var end = min(max(pair.value.end.line, pair.key.mark.line), lines.count)
    // A block collection ends where the next thing begins.
    if end > start + 1, endsBeforeItsLine(pair.value) { end -= 1 }
    while end > start + 1, isFiller(lines[end - 1], deeperThan: pair.key.mark.column) { end -= 1 }
    return start..<end
  }

  private func endsBeforeItsLine(_ node: YAMLNode) -> Bool {
    let isBlock: Bool
    switch node.content {
    case .scalar(_, let style): isBlock = style.isBlock
    case .sequence, .mapping: isBlock = !isFlow(node)
    }
    return isBlock && node.end.line > node.mark.line
      && (node.end.column == 1 || lines.indices.contains(node.end.line - 1))
  }

  /// Whether it is written in brackets.
  func isFlow(_ node: YAMLNode) -> Bool {
    guard lines.indices.contains(node.mark.line - 1) else { return false }
    let line = lines[node.mark.line - 1].unicodeScalars
    guard let first = line.dropFirst(node.mark.column - 1).first else { return false }
    switch node.content {
    case .scalar: return false
    case .sequence: return first == "["
    case .mapping: return first == "{"
    }
  }

  /// Blank, or a comment that does not stand inside of the pair.
  private func isFiller(_ line: String, deeperThan column: Int) -> Bool {
    let indent = line.prefix { $0 == " " }.count
    let rest = line.dropFirst(indent)
    return rest.isEmpty || rest == "\r" || (rest.first == "#" && indent < column)
  }
}
