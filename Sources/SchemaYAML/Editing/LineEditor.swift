/// Replaces, inserts and removes pairs of a block mapping line by line.
struct LineEditor {
  private let text: YAMLLines
  private let model: YAMLLines
  /// Where each edit works: lines that go, and lines that come in their place.
  private var edits: [(range: Range<Int>, lines: [String], order: Int)] = []
  /// Paths that are written anew whole.
  private var whole: Set<[String]> = []
  private var rewritten: [String] = []

  init(text: YAMLLines, model: YAMLLines) {
    self.text = text
    self.model = model
  }

  mutating func apply(_ change: YAMLChange) {
    guard !whole.contains(where: { change.path.starts(with: $0) }) else { return }
    let found = text.pairs(along: change.path)
    switch change.kind {
    case .remove where found.count == change.path.count && isEditable(found): remove(change, found)
    case .replace where found.count == change.path.count && isEditable(found):
      replace(change, found)
    case .insert(let previous)
    where found.count == change.path.count - 1 && isEditable(found) && isBlockMapping(found.last):
      insert(change, behind: previous, in: found.last)
    case .remove, .replace, .insert: rewrite(change, found)
    }
  }

  func finish() -> SchemaEditor.Outcome {
    var lines = text.lines
    // From the end, so that the numbers of what is before stay right; at one place what goes before what
    // comes.
    for edit in edits.sorted(by: {
      ($0.range.lowerBound, $0.range.count, $0.order)
        > ($1.range.lowerBound, $1.range.count, $1.order)
    }) {
      lines.replaceSubrange(edit.range, with: edit.lines)
    }
    return SchemaEditor.Outcome(text: lines.joined(separator: "\n"), rewritten: rewritten)
  }

  // MARK: - Edits

  private mutating func edit(_ range: Range<Int>, _ lines: [String]) {
    edits.append((range, lines, edits.count))
  }

  private mutating func remove(_ change: YAMLChange, _ found: [YAMLPair]) {
    guard let pair = found.last else { return }
    let parent = found.dropLast().last?.value ?? text.root
    // A mapping whose last pair goes would be left empty: then it goes, too.
    if case .mapping(let pairs) = parent.content, pairs.count == 1, change.path.count > 1 {
      let shorter = YAMLChange(path: Array(change.path.dropLast()), kind: .remove)
      whole.insert(shorter.path)
      return remove(shorter, Array(found.dropLast()))
    }
    edit(text.range(of: pair), [])
  }

  private mutating func replace(_ change: YAMLChange, _ found: [YAMLPair]) {
    guard let pair = found.last, let wanted = model.pairs(along: change.path).last else { return }
    let range = text.range(of: pair)
    var lines = self.lines(of: wanted, indent: pair.key.mark.column - 1)
    if range.count == 1, lines.count == 1, let comment = trailingComment(pair) {
      lines[0] += comment
    }
    edit(range, lines)
  }

  private mutating func insert(
    _ change: YAMLChange, behind previous: String?, in parent: YAMLPair?
  ) {
    guard let wanted = model.pairs(along: change.path).last else { return }
    let node = parent?.value ?? text.root
    guard case .mapping(let pairs) = node.content, let first = pairs.first, let last = pairs.last
    else { return }
    let siblings = change.path.dropLast()
    let before = previous.flatMap { name in
      text.pairs(along: siblings + [name]).last.flatMap { pair in
        pairs.contains { $0.key.mark == pair.key.mark } ? pair : nil
      }
    }
    let place = text.range(of: before ?? last).upperBound
    var lines = self.lines(of: wanted, indent: first.key.mark.column - 1)
    // Sections and tables stand apart where the file sets them apart.
    if pairs.count > 1, isBlank(text.range(of: pairs[0]).upperBound), change.path.count <= 2 {
      lines.insert("", at: 0)
    }
    edit(place..<place, lines)
  }

  /// The nearest pair around the change that can be written anew whole.
  private mutating func rewrite(_ change: YAMLChange, _ found: [YAMLPair]) {
    var depth = min(found.count, change.path.count)
    while depth > 0, !isEditable(Array(found.prefix(depth))) { depth -= 1 }
    guard depth > 0 else {
      // There is nothing to hold it yet: a section of the file.
      let path = Array(change.path.prefix(1))
      whole.insert(path)
      return insert(YAMLChange(path: path, kind: .insert(after: nil)), behind: nil, in: nil)
    }
    let path = Array(change.path.prefix(depth))
    guard whole.insert(path).inserted else { return }
    edits.removeAll { edit in
      text.range(of: found[depth - 1]).contains(edit.range.lowerBound)
    }
    rewritten.append(path.joined(separator: " › "))
    let pairs = Array(found.prefix(depth))
    if model.pairs(along: path).count == depth {
      replace(YAMLChange(path: path, kind: .replace), pairs)
    } else {
      remove(YAMLChange(path: path, kind: .remove), pairs)
    }
  }

  // MARK: - Where lines can be edited

  /// Whether the last of these pairs has lines of its own: everything around it is in block style.
  private func isEditable(_ pairs: [YAMLPair]) -> Bool {
    !text.isFlow(text.root) && pairs.dropLast().allSatisfy { !text.isFlow($0.value) }
  }

  private func isBlockMapping(_ pair: YAMLPair?) -> Bool {
    let node = pair?.value ?? text.root
    guard case .mapping(let pairs) = node.content else { return false }
    return !pairs.isEmpty && !text.isFlow(node)
  }

  private func isBlank(_ line: Int) -> Bool {
    text.lines.indices.contains(line) && text.lines[line].allSatisfy { $0 == " " || $0 == "\r" }
  }

  /// The lines of a pair of the model, indented as its new siblings are.
  private func lines(of pair: YAMLPair, indent: Int) -> [String] {
    let own = pair.key.mark.column - 1
    return model.lines[model.range(of: pair)].map { line in
      guard !line.isEmpty else { return line }
      let rest = line.dropFirst(min(own, line.prefix { $0 == " " }.count))
      return String(repeating: " ", count: indent) + rest
    }
  }

  /// ` # as a person wrote it`, behind a value on its line.
  private func trailingComment(_ pair: YAMLPair) -> String? {
    let line = text.lines[pair.key.mark.line - 1].unicodeScalars
    guard pair.value.end.line == pair.key.mark.line else { return nil }
    let rest = String(String.UnicodeScalarView(line.dropFirst(pair.value.end.column - 1)))
    let comment = rest.drop { $0 == " " || $0 == "\t" }
    return comment.first == "#" ? rest : nil
  }
}
