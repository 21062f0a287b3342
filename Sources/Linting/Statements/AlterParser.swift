import SQLText
import SchemaModel

/// Reads ALTER.
extension Cursor {
  mutating func alterStatement() -> StatementNode {
    guard let object = objectWord() else { return .other }
    switch object {
    case .defaultPrivileges: return .grant(isRevoke: rest().contains(word: "revoke"))
    case .system:
      return .alter(
        AlterStatement(object: .system, name: Name(path: [], range: offset..<offset), rest: rest()))
    default: break
    }
    let ifExists = take("if", "exists")
    guard let name = relation() else { return .other }
    var statement = AlterStatement(object: object, name: name, ifExists: ifExists, rest: rest())
    switch object {
    case .trigger, .policy, .rule:
      if take("on") { statement.table = self.relation() }
      statement.rest = rest()
    case .type: statement.typeChange = typeChange()
    case .domain: statement.domainChange = domainChange()
    case .function, .procedure, .routine, .aggregate: _ = parenthesized()
    default: break
    }
    statement.actions = actions(of: object)
    return .alter(statement)
  }

  /// Everything that is left, without going there.
  func rest() -> Fragment { Fragment(tokens[min(position, limit)..<limit]) }

  private mutating func typeChange() -> AlterStatement.TypeChange? {
    let start = position
    defer { position = start }
    if take("add", "value") {
      let ifNotExists = take("if", "not", "exists")
      guard let label = next() else { return nil }
      return .addValue(
        label: label.text, isPlaced: isAt("before") || isAt("after"), ifNotExists: ifNotExists)
    }
    if take("rename", "value") { return .renameValue }
    if take("rename", "attribute") { return .renameAttribute }
    let changes = ["add", "drop", "alter"].contains { isAt($0, "attribute") }
    return changes ? .attributes : nil
  }

  private mutating func domainChange() -> AlterStatement.DomainChange? {
    if isAt("add") { return .addConstraint(isNotValid: rest().contains(words: ["not", "valid"])) }
    if isAt("validate", "constraint") { return .validate }
    if isAt("set", "not", "null") { return .setNotNull }
    return isAt("drop") || isAt("set", "default") ? .other : nil
  }

  private mutating func actions(of object: ObjectWord) -> [AlterAction] {
    var actions: [AlterAction] = []
    while !isAtEnd {
      let start = offset
      let kind = action(of: object)
      // What the action did not understand of itself is skipped up to the next one.
      _ = fragment { $0.isSymbol(",") }
      actions.append(AlterAction(kind: kind, range: start..<end))
      guard takeSymbol(",") else { break }
    }
    return actions
  }

  private mutating func action(of object: ObjectWord) -> AlterAction.Kind {
    if take("add") { return addition(object) }
    if take("drop") { return removal() }
    if take("alter", "constraint") {
      return simpleName().map { .alterConstraint($0, rest()) } ?? .other
    }
    if isAt("alter"), object != .type { return column() }
    if take("rename") { return renaming(object) }
    if take("validate", "constraint") {
      return simpleName().map { .validateConstraint($0) } ?? .other
    }
    if take("owner", "to") { return .ownerTo }
    if take("set") || take("reset") { return setting() }
    if take("attach", "partition") { return attachment(object) }
    if take("detach", "partition") {
      guard let partition = name() else { return .other }
      return .detachPartition(
        partition, concurrently: take("concurrently"), finalize: take("finalize"))
    }
    if take("merge", "partitions") || take("split", "partition") { return .mergeOrSplitPartitions }
    if take("inherit") { return name().map { .inherit($0) } ?? .other }
    if take("no", "inherit") { return name().map { .noInherit($0) } ?? .other }
    if take("cluster", "on") { return .clusterOn }
    if take("replica", "identity") {
      return .replicaIdentity(index: take("using", "index") ? name() : nil)
    }
    if take("enable") || isAt("disable") { return switching() }
    if isAt("force") || isAt("no", "force") { return .rowSecurity }
    return .other
  }

  private mutating func addition(_ object: ObjectWord) -> AlterAction.Kind {
    guard object != .type, object != .domain else { return .other }
    if isAtTableConstraint { return tableConstraint().map { .addConstraint($0) } ?? .other }
    _ = take("column")
    let ifNotExists = take("if", "not", "exists")
    guard let column = columnDefinition() else { return .other }
    return .addColumn(column, ifNotExists: ifNotExists)
  }

  private mutating func removal() -> AlterAction.Kind {
    if take("constraint") {
      _ = take("if", "exists")
      return simpleName().map { .dropConstraint($0, cascade: take("cascade")) } ?? .other
    }
    guard !isAt("attribute") else { return .other }
    _ = take("column")
    _ = take("if", "exists")
    return simpleName().map { .dropColumn($0, cascade: take("cascade")) } ?? .other
  }

  private mutating func column() -> AlterAction.Kind {
    position += 1
    _ = take("column")
    guard let column = simpleName() else { return .other }
    if take("type") || take("set", "data", "type") {
      let type = fragment(least: 1) {
        $0.isSymbol(",") || $0.isWord("using") || $0.isWord("collate")
      }
      let hasCollation = take("collate")
      if hasCollation { _ = name() }
      let using = take("using") ? fragment { $0.isSymbol(",") } : nil
      return .columnType(
        column, TypeText(type, engine: engine), using: using, hasCollation: hasCollation)
    }
    if take("set", "default") {
      return .setDefault(column, fragment(least: 1) { $0.isSymbol(",") })
    }
    if take("drop", "default") { return .dropDefault(column) }
    if take("set", "not", "null") { return .setNotNull(column) }
    if take("drop", "not", "null") { return .dropNotNull(column) }
    if take("add", "generated") { return .addIdentity(column) }
    if take("drop", "identity") { return .dropIdentity(column) }
    if take("set", "expression") { return .setExpression(column) }
    if take("drop", "expression") { return .dropExpression(column) }
    if take("set", "statistics") { return .setStatistics(column) }
    if take("set", "storage") { return .setStorage(column) }
    if take("set", "compression") { return .setCompression(column) }
    if isAt("set"), peek(1)?.isSymbol("(") == true { return .setColumnOptions(column) }
    if isAt("reset") { return .setColumnOptions(column) }
    if isAt("set", "generated") || isAt("restart") || isAt("set") {
      return .setIdentity(column, rest())
    }
    return .other
  }

  private mutating func renaming(_ object: ObjectWord) -> AlterAction.Kind {
    if take("to") { return simpleName().map { .renameTo($0) } ?? .other }
    if take("constraint") {
      guard let from = simpleName(), take("to"), let to = simpleName() else { return .other }
      return .renameConstraint(from, to: to)
    }
    guard !isAt("value"), !isAt("attribute") else { return .other }
    _ = take("column")
    guard let from = simpleName(), take("to"), let to = simpleName() else { return .other }
    return .renameColumn(from, to: to)
  }

  private mutating func setting() -> AlterAction.Kind {
    if take("schema") { return simpleName().map { .setSchema($0) } ?? .other }
    if take("logged") { return .setLogged(true) }
    if take("unlogged") { return .setLogged(false) }
    if take("tablespace") { return .setTablespace }
    if take("access", "method") { return simpleName().map { .setAccessMethod($0) } ?? .other }
    if take("without", "cluster") { return .setWithoutCluster }
    guard let options = parenthesized() else { return .other }
    return .setOptions(
      Cursor.parts(options).map { option in
        option.tokens.prefix { !$0.isSymbol("=") }.map { $0.text.asciiLowercased }.joined()
      })
  }

  private mutating func attachment(_ object: ObjectWord) -> AlterAction.Kind {
    guard let partition = name() else { return .other }
    if object == .index { return .attachIndex(partition) }
    return .attachPartition(partition, bound: fragment { $0.isSymbol(",") })
  }

  private mutating func switching() -> AlterAction.Kind {
    let disables = take("disable")
    _ = take("always") || take("replica")
    if take("trigger") {
      let isAll = isAt("all") || isAt("user")
      let trigger = isAll ? nil : simpleName()
      return disables ? .disableTrigger(trigger) : .enableTrigger(trigger)
    }
    if isAt("rule") { return .enableOrDisableRule }
    return isAt("row") ? .rowSecurity : .other
  }

  /// `TABLE`, `MATERIALIZED VIEW` …
  mutating func objectWord() -> ObjectWord? {
    let start = position
    guard let first = next(), first.kind == .word else { return nil }
    let one = first.text.asciiLowercased
    for count in [3, 2] where position + count - 1 <= limit {
      let words = [one] + (0..<(count - 1)).compactMap { peek($0)?.text.asciiLowercased }
      if let object = ObjectWord(rawValue: words.joined(separator: " ")) {
        position += count - 1
        return object
      }
    }
    if let object = ObjectWord(rawValue: one) { return object }
    position = start
    return nil
  }
}
