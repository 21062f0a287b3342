import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readExclusions(_ section: YAMLNode?, _ scope: inout TableScope) {
    for pair in nodes.pairs(section, of: "'exclusions'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = scope.id.part(.exclusion, name)
      guard claim(id, at: pair.key.mark) else { continue }
      claimRelation([id.path[0], name], at: pair.key.mark)
      let fields = nodes.fields(
        pair.value, SchemaKeys.exclusion, of: "exclusion constraint '\(name.raw)'")
      readCommon(fields, of: id)
      readComment(fields, "index_comment", of: id.indexBehind)
      guard let node = fields["on"] else { continue }
      var elements: [ExclusionConstraint.Element] = []
      for (text, item) in nodes.texts(node, of: "'on'") {
        do throws(SyntaxProblem) {
          let element = try ExclusionText.element(
            text, columns: columns[scope.id] ?? [], syntax: syntax)
          if case .column(let column) = element.part.subject {
            _ = hasColumn(column, scope.id, at: item)
          }
          elements.append(element)
        } catch {
          report(error, at: item)
        }
      }
      var constraint = ExclusionConstraint(
        id: id, elements: elements,
        include: columnNames(fields["include"], of: scope.id, in: "include"),
        deferrability: deferrability(fields))
      if let method = fields["using"], let text = fields.text("using") {
        constraint.method = ExactText(self.name(text, at: method)?.raw ?? text)
      }
      if let place = fields["where"], let text = fields.text("where") {
        constraint.predicate = expression(text, at: place)
      }
      constraint.storage = indexStorage(fields)
      objects.append(.exclusion(constraint))
    }
  }
}

/// `PART with OPERATOR`.
enum ExclusionText {
  static func element(
    _ text: String, columns: [Identifier], syntax: any EngineSyntax
  ) throws(SyntaxProblem) -> ExclusionConstraint.Element {
    let reader = try ClauseReader(text, syntax: syntax)
    var depth = 0
    var found: Int?
    for (index, token) in reader.tokens.enumerated() {
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
      if depth == 0, token.isWord("with") { found = index }
    }
    guard let found, found > 0, found + 1 < reader.tokens.count else {
      throw SyntaxProblem("an element is PART with OPERATOR, such as 'during with &&'")
    }
    let part = try IndexPartText.part(
      reader.source(0..<found), columns: columns, syntax: syntax)
    var tokens = reader.tokens[(found + 1)...].map(\.text)
    if tokens.first?.asciiLowercased == "operator" { tokens[0] = "OPERATOR" }
    var name = tokens.joined()
    let usual = "OPERATOR(pg_catalog."
    if name.hasPrefix(usual), name.hasSuffix(")") {
      name = String(name.dropFirst(usual.count).dropLast())
    }
    return ExclusionConstraint.Element(part: part, operatorName: ExactText(name))
  }
}

extension SchemaWriter {
  func exclusions(of table: ObjectID) -> [YAMLEntry] {
    var constraints: [YAMLEntry] = []
    for case .exclusion(let constraint) in parts(.exclusion, of: table) {
      var entries: [YAMLEntry] = []
      if constraint.method != "gist" {
        entries.append(YAMLEntry("using", name(Identifier(constraint.method.string))))
      }
      entries.append(
        YAMLEntry(
          "on",
          .sequence(
            constraint.elements.map { element in
              .text(text(element.part, of: table) + " with \(element.operatorName)")
            })))
      if !constraint.include.isEmpty {
        entries.append(YAMLEntry("include", names(constraint.include)))
      }
      if let predicate = constraint.predicate {
        entries.append(YAMLEntry("where", sql(predicate.text)))
      }
      entries += storage(constraint.storage)
      entries += deferrability(constraint.deferrability) + common(constraint.id)
      entries += indexComment(constraint.id)
      constraints.append(YAMLEntry(name: text(constraint.id.name), .mapping(entries)))
    }
    return constraints.isEmpty ? [] : [YAMLEntry("exclusions", .mapping(constraints))]
  }
}
