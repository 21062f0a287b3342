import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readIndexes(_ section: YAMLNode?, of table: ObjectID) {
    for pair in nodes.pairs(section, of: "'indexes'") {
      guard let name = name(pair.name, at: pair.key) else { continue }
      let id = table.part(.index, name)
      guard claim(id, at: pair.key.mark) else { continue }
      claimRelation([table.path[0], name], at: pair.key.mark)
      var fields = Fields(mark: pair.value.mark)
      var node: YAMLNode? = pair.value
      if case .mapping = pair.value.content {
        fields = nodes.fields(pair.value, SchemaKeys.index, of: "index '\(name.raw)'")
        node = fields["on"]
      }
      guard let node, let parts = indexParts(node, of: table) else { continue }
      var index = Index(id: id, isUnique: fields.flag("unique"), parts: parts)
      if let method = fields["using"], let text = fields.text("using") {
        index.method = ExactText(self.name(text, at: method)?.raw ?? text)
      }
      index.include = columnNames(fields["include"], of: table, in: "include")
      if let place = fields["where"], let text = fields.text("where") {
        index.predicate = expression(text, at: place)
      }
      index.nullsNotDistinct = fields.flag("nulls_not_distinct")
      index.storageParameters = parameters(fields["with"])
      index.parameterOrder = parameterOrder(fields["with"])
      index.tablespace = ownName(fields, "tablespace")
      readStatistics(fields["statistics"], into: &index)
      objects.append(.index(index))
      readCommon(fields, of: id)
    }
  }

  private mutating func readStatistics(_ node: YAMLNode?, into index: inout Index) {
    for pair in nodes.pairs(node, of: "'statistics'") {
      guard let number = Int(pair.name), index.parts.indices.contains(number - 1),
        let target = pair.value.scalarText.flatMap({ Int64($0) })
      else {
        nodes.report(
          pair.key.mark,
          "'statistics' is the number of a part, from 1 to \(index.parts.count), to a whole number")
        continue
      }
      index.parts[number - 1].statisticsTarget = target
    }
  }

  private mutating func indexParts(_ node: YAMLNode, of table: ObjectID) -> [IndexPart]? {
    var parts: [IndexPart] = []
    var isWhole = true
    for (text, item) in nodes.texts(node, of: "'on'") {
      do throws(SyntaxProblem) {
        let part = try IndexPartText.part(text, columns: columns[table] ?? [], syntax: syntax)
        if case .column(let column) = part.subject, !hasColumn(column, table, at: item) {
          isWhole = false
        }
        parts.append(part)
      } catch {
        report(error, at: item)
        isWhole = false
      }
    }
    if parts.isEmpty, isWhole { nodes.report(node.mark, "an index is on something") }
    return isWhole && !parts.isEmpty ? parts : nil
  }
}

extension SchemaWriter {
  /// Nil for an index that a failed `CREATE INDEX CONCURRENTLY` left behind.
  func index(_ object: SchemaObject) -> YAMLEntry? {
    guard case .index(let index) = object, index.isValid else { return nil }
    let parts = YAMLValue.sequence(index.parts.map { .text(text($0, of: index.id.table)) })
    var entries: [YAMLEntry] = []
    if index.isUnique { entries += flag("unique", true) }
    if index.method != "btree" {
      entries.append(YAMLEntry("using", name(Identifier(index.method.string))))
    }
    entries.append(YAMLEntry("on", parts))
    if !index.include.isEmpty { entries.append(YAMLEntry("include", names(index.include))) }
    if let predicate = index.predicate {
      entries.append(YAMLEntry("where", sql(predicate.text)))
    }
    entries += flag("nulls_not_distinct", index.nullsNotDistinct)
    entries += parameters(index.storageParameters, order: index.parameterOrder)
    entries += placement(index.tablespace)
    let targets = index.parts.enumerated().compactMap { position, part in
      part.statisticsTarget.map {
        YAMLEntry(name: String(position + 1), .word(String($0)))
      }
    }
    if !targets.isEmpty { entries.append(YAMLEntry("statistics", .mapping(targets))) }
    entries += common(index.id)
    return YAMLEntry(
      name: text(index.id.name), entries.count == 1 ? parts : .mapping(entries))
  }

  func text(_ part: IndexPart, of table: ObjectID) -> String {
    var suffix = ""
    if let collation = part.collation { suffix += " collate \(collation.string)" }
    if let operatorClass = part.operatorClass { suffix += " \(operatorClass)" }
    if part.isDescending { suffix += " desc" }
    if part.nullsFirst != part.isDescending {
      suffix += part.nullsFirst ? " nulls first" : " nulls last"
    }
    switch part.subject {
    case .column(let column): return text(column) + suffix
    case .expression(let expression):
      let bare = expression.text + suffix
      let columns = parts(.column, of: table).map(\.id.name)
      if var read = try? IndexPartText.part(bare, columns: columns, syntax: syntax) {
        read.statisticsTarget = part.statisticsTarget
        if read == part { return bare }
      }
      return "(\(expression.text))" + suffix
    }
  }
}
