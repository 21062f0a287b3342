import SQLText
import SchemaModel

/// Functions and procedures.
extension SchemaBuilder {
  /// Keys hold types, so routines are found when the types are known.
  mutating func readRoutines(_ section: YAMLNode?, isProcedure: Bool) {
    let what = isProcedure ? "procedure" : "function"
    for pair in nodes.pairs(section, of: "'\(what)s'") {
      guard let signature = signature(pair.name, at: pair.key),
        let path = routinePath(signature.path, at: pair.key)
      else { continue }
      let fields = nodes.fields(
        pair.value, isProcedure ? SchemaKeys.procedure : SchemaKeys.function,
        of: "\(what) '\(pair.name)'")
      var arguments = signature.arguments
      if let list = fields["arguments"] {
        let known = nodes.problems.count
        arguments = self.arguments(list)
        let types = { (arguments: [Routine.Argument]) in
          arguments.filter(\.isInput).map(\.type.canonical)
        }
        let isWhole = nodes.problems.count == known
        if isWhole, types(arguments) != types(signature.arguments) {
          nodes.report(
            list.mark, "the types of 'arguments' are not those of '\(pair.name)'",
            suggestion: "the name is followed by the types of the input arguments")
        }
      }
      readRoutine(path, arguments, pair, fields, isProcedure: isProcedure)
    }
  }

  private mutating func readRoutine(
    _ path: [Identifier], _ arguments: [Routine.Argument], _ pair: YAMLPair, _ fields: Fields,
    isProcedure: Bool
  ) {
    let id = Routine.id(schema: path[0], name: path[1], arguments: arguments)
    guard claim(id, at: pair.key.mark) else { return }
    readCommon(fields, of: id)
    guard let body = routineBody(fields, at: pair) else { return }
    var language = Identifier("sql")
    if let node = fields["language"], let text = fields.text("language") {
      language = name(text, at: node) ?? language
    }
    var routine = Routine(
      id: id, isProcedure: isProcedure, arguments: arguments, language: language, body: body)
    if !isProcedure { readResult(fields, at: pair, into: &routine) }
    routine.isWindow = fields.flag("window")
    routine.directArguments = fields.integer("direct_arguments")
    routine.volatility =
      fields.word("volatility").flatMap { Routine.Volatility(rawValue: $0) } ?? .volatile
    routine.parallel =
      fields.word("parallel").flatMap { Routine.Parallel(rawValue: $0) } ?? .unsafe
    routine.isStrict = fields.flag("strict")
    routine.isSecurityDefiner = fields.flag("security_definer")
    routine.isLeakproof = fields.flag("leakproof")
    let usualCost = language == Identifier("c") || language == Identifier("internal") ? "1" : "100"
    if let cost = fields.text("cost"), cost != usualCost { routine.cost = ExactText(cost) }
    if let rows = fields.text("rows"), rows != (routine.returnsSet ? "1000" : "0") {
      routine.rows = ExactText(rows)
    }
    routine.support = fields.text("support").map { ExactText($0) }
    if let list = fields["transforms"] {
      for (text, item) in nodes.texts(list, of: "'transforms'") {
        if let type = typeName(text, at: item) { routine.transforms.append(type) }
      }
    }
    for setting in nodes.pairs(fields["settings"], of: "'settings'") {
      guard let value = nodes.text(setting.value, of: "a setting") else { continue }
      routine.settings.append(ExactText("\(setting.name)=\(value)"))
    }
    routine.settingOrder = routine.settings
    routine.settings.sort()
    objects.append(.function(routine))
  }

  private mutating func signature(
    _ text: String, at node: YAMLNode
  ) -> (path: [Identifier], arguments: [Routine.Argument])? {
    do throws(SyntaxProblem) {
      return try RoutineText(syntax: syntax, types: types).signature(text)
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func routinePath(_ names: [Identifier], at node: YAMLNode) -> [Identifier]? {
    qualifiedPath(QualifiedName.text(names), at: node)
  }

  private mutating func arguments(_ node: YAMLNode) -> [Routine.Argument] {
    var arguments: [Routine.Argument] = []
    for (text, item) in nodes.texts(node, of: "'arguments'") {
      do throws(SyntaxProblem) {
        arguments.append(try RoutineText(syntax: syntax, types: types).argument(text))
      } catch {
        report(error, at: item)
      }
    }
    return arguments
  }

  /// Without `returns` the output arguments tell the type.
  private mutating func readResult(
    _ fields: Fields, at pair: YAMLPair, into routine: inout Routine
  ) {
    let outputs = routine.arguments.filter { $0.mode == .output || $0.mode == .both }
    guard let node = fields["returns"], let text = fields.text("returns") else {
      if outputs.isEmpty, !fields.given.contains("returns") {
        nodes.report(pair.key.mark, "function '\(pair.name)' lacks the key 'returns'")
      }
      routine.returns = outputs.count == 1 ? outputs[0].type : TypeName("record")
      return
    }
    do throws(SyntaxProblem) {
      let result = try RoutineText(syntax: syntax, types: types).result(text)
      routine.returns = result.type
      routine.returnsSet = result.isSet
      routine.arguments += result.columns
    } catch {
      report(error, at: node)
    }
  }

  private mutating func routineBody(_ fields: Fields, at pair: YAMLPair) -> Routine.Body? {
    let given = ["body", "sql_body", "library", "aggregate"].filter { fields.given.contains($0) }
    guard given.count == 1 else {
      nodes.report(
        pair.key.mark,
        "'\(pair.name)' has \(given.isEmpty ? "none" : "more than one") of 'body', 'sql_body', "
          + "'library' and 'aggregate'")
      return nil
    }
    if let text = fields.text("aggregate") { return .aggregate(ExactText(text.trimmingSpace)) }
    if let text = fields.text("body") { return .text(ExactText(text)) }
    if let node = fields["sql_body"], let text = fields.text("sql_body") {
      return expression(SchemaBuilder.withoutSemicolon(text), at: node).map { .standard($0) }
    }
    guard let node = fields["library"] else { return nil }
    let inner = nodes.fields(node, SchemaKeys.library, of: "'library'")
    guard let file = inner.text("file"), let symbol = inner.text("symbol") else { return nil }
    return .library(file: ExactText(file), symbol: ExactText(symbol))
  }
}
