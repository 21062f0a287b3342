import SQLText
import SchemaModel

/// Reads nodes by key tables and collects what is wrong with them.
struct NodeReader {
  /// The file that is being read; problems go to it.
  var source: YAMLSource
  /// Decides which keys are known; nil where no engine matters.
  let engine: EngineName?
  var problems = YAMLProblems()

  init(source: YAMLSource, engine: EngineName?) {
    self.source = source
    self.engine = engine
  }

  mutating func report(_ mark: YAMLMark, _ message: String, suggestion: String? = nil) {
    problems.add(source, mark, message, suggestion: suggestion)
  }

  /// The values of a mapping that are of their key's form; every other is reported.
  mutating func fields(_ node: YAMLNode, _ table: KeyTable, of subject: String) -> Fields {
    var fields = Fields(mark: node.mark)
    guard case .mapping(let pairs) = node.content else {
      if !node.isNull {
        report(node.mark, "\(subject) is a mapping of keys, this is \(node.kindName)")
      }
      return fields
    }
    for pair in pairs {
      fields.given.insert(pair.name)
      guard let key = table[pair.name] else {
        reportUnknown(pair, table, of: subject)
        continue
      }
      if let only = key.engine, let engine, only != engine {
        report(
          pair.key.mark, "'\(key.name)' is known to \(only.displayName) only",
          suggestion: only == .postgresql && key.name == "comment"
            ? "use a YAML comment, '# …'" : nil)
        continue
      }
      if check(pair.value, key.form, of: "'\(key.name)'") {
        fields.pairs[key.name] = pair
      }
    }
    for key in table.required where key.isKnown(to: engine) {
      let given = pairs.first { $0.name == key.name }
      if let given, !given.value.isNull || !key.form.isCollection { continue }
      report(
        given?.key.mark ?? node.mark,
        given == nil
          ? "\(subject) lacks the key '\(key.name)'" : "'\(key.name)' of \(subject) is empty")
    }
    return fields
  }

  /// A text as messages quote it.
  func shown(_ text: String) -> String {
    source.shown(text)
  }

  private mutating func reportUnknown(_ pair: YAMLPair, _ table: KeyTable, of subject: String) {
    let name = shown(pair.name)
    if let reason = table.unsupported[pair.name] {
      report(pair.key.mark, reason)
      return
    }
    let known = table.keys.filter { $0.isKnown(to: engine) }
    let nearest = nearestName(to: pair.name, among: known.map(\.name))
    report(
      pair.key.mark, "\(subject) has no key '\(name)'",
      suggestion: nearest.map { "did you mean '\($0)'?" }
        ?? "known are \(known.map(\.name).joined(separator: ", "))")
  }

  /// Whether the node has the form at its own level; what is in it is checked when it is read.
  private mutating func check(
    _ node: YAMLNode, _ form: KeyForm, of subject: @autoclosure () -> String
  ) -> Bool {
    if let matching = matching(node, form) {
      if case .word(let words) = matching { return checkWord(node, words, of: subject()) }
      return true
    }
    // A section with nothing in it is an empty section.
    if node.isNull, form.isCollection { return false }
    if case .boolean = form, let text = node.scalarText?.asciiLowercased,
      ["yes", "on", "y", "no", "off", "n"].contains(text)
    {
      report(
        node.mark, "\(subject()) is true or false",
        suggestion: ["yes", "on", "y"].contains(text) ? "write true" : "write false")
      return false
    }
    report(node.mark, "\(subject()) is \(form.words), this is \(describe(node, form))")
    return false
  }

  private func describe(_ node: YAMLNode, _ form: KeyForm) -> String {
    guard let text = node.scalarText, !node.isNull else { return node.kindName }
    return "'\(shown(text))'"
  }

  private mutating func checkWord(
    _ node: YAMLNode, _ words: [String], of subject: String
  ) -> Bool {
    guard let text = node.scalarText else { return false }
    if words.contains(text.asciiLowercased) { return true }
    let nearest = nearestName(to: text, among: words)
    report(
      node.mark,
      "\(subject) is \(KeyForm.word(words).words), not '\(shown(text))'",
      suggestion: nearest.map { "did you mean '\($0)'?" })
    return false
  }

  /// The form among alternatives that the node has.
  private func matching(_ node: YAMLNode, _ form: KeyForm) -> KeyForm? {
    if case .oneOf(let forms) = form {
      return forms.lazy.compactMap { matching(node, $0) }.first
    }
    return matches(node, form) ? form : nil
  }

  private func matches(_ node: YAMLNode, _ form: KeyForm) -> Bool {
    switch (form, node.content) {
    case (.nothing, .scalar): node.isNull
    case (.boolean, .scalar(let text, .plain)):
      ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text)
    case (.integer, .scalar(let text, _)): Int64(text) != nil
    case (.text, .scalar), (.sql, .scalar), (.name, .scalar), (.names, .scalar), (.word, .scalar),
      (.wordOrText, .scalar):
      !node.isNull
    case (.names, .sequence), (.list, .sequence), (.named, .mapping), (.object, .mapping): true
    default: false
    }
  }

  // MARK: Scalars

  /// The text of a scalar that is not null; everything else is reported.
  mutating func text(_ node: YAMLNode, of subject: @autoclosure () -> String) -> String? {
    if let text = node.scalarText, !node.isNull { return text }
    report(node.mark, "\(subject()) is text, this is \(node.kindName)")
    return nil
  }

  /// The texts of a list of scalars, or of one scalar that stands for such a list.
  mutating func texts(_ node: YAMLNode, of subject: String) -> [(text: String, node: YAMLNode)] {
    guard case .sequence(let items) = node.content else {
      return text(node, of: subject).map { [($0, node)] } ?? []
    }
    return items.compactMap { item in
      text(item, of: "an element of \(subject)").map { ($0, item) }
    }
  }

  /// The pairs of a mapping of names, or nothing when the node is null.
  mutating func pairs(_ node: YAMLNode?, of subject: String) -> [YAMLPair] {
    guard let node, !node.isNull else { return [] }
    if case .mapping(let pairs) = node.content { return pairs }
    report(node.mark, "\(subject) is a mapping, this is \(node.kindName)")
    return []
  }

  /// The place of a byte offset inside a scalar's text, as near as its style lets one tell.
  func mark(_ node: YAMLNode, offset: Int) -> YAMLMark {
    guard case .scalar(let text, let style) = node.content else { return node.mark }
    if style.isBlock {
      let before = text.utf8.prefix(offset)
      return YAMLMark(line: node.mark.line + 1 + before.count { $0 == 0x0A }, column: 1)
    }
    guard node.mark.line == node.end.line else { return node.mark }
    let quote = style == .plain ? 0 : 1
    let points = text.utf8.prefix(offset).count { $0 & 0xC0 != 0x80 }
    return YAMLMark(line: node.mark.line, column: node.mark.column + quote + points)
  }
}

/// The checked values of one mapping.
struct Fields {
  let mark: YAMLMark
  fileprivate(set) var pairs: [String: YAMLPair] = [:]
  /// Every key of the mapping, also where its value was not understood.
  fileprivate(set) var given: Set<String> = []

  init(mark: YAMLMark) { self.mark = mark }

  subscript(name: String) -> YAMLNode? { pairs[name]?.value }

  func keyMark(_ name: String) -> YAMLMark { pairs[name]?.key.mark ?? mark }

  func flag(_ name: String) -> Bool { self[name]?.scalarText?.asciiLowercased == "true" }

  func text(_ name: String) -> String? {
    guard let node = self[name], !node.isNull else { return nil }
    return node.scalarText
  }

  /// A word of the format, which is written in any letter case.
  func word(_ name: String) -> String? { text(name)?.asciiLowercased }

  func integer(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
}

extension KeyForm {
  /// Whether the key is a section, which may be empty.
  fileprivate var isCollection: Bool {
    switch self {
    case .list, .named, .object: true
    case .names, .text, .sql, .name, .boolean, .integer, .word, .wordOrText, .nothing: false
    case .oneOf(let forms): forms.contains { $0.isCollection }
    }
  }
}
