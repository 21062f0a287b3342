import Planning
import SQLText
import SchemaModel

enum RoutineSteps {
  static func create(_ routine: Routine, _ context: PlanContext) -> Step {
    Step(
      .create, routine.id, produces: [routine.id],
      consumes: context.needs(.function(routine), in: context.to),
      statements: [Statement(definition(routine, word: "CREATE"))])
  }

  static func drop(_ routine: Routine, _ context: PlanContext) -> Step {
    var word: SQL = routine.isProcedure ? "PROCEDURE" : "FUNCTION"
    if case .aggregate = routine.body { word = "ROUTINE" }
    return Step(
      .drop, routine.id, destroys: [routine.id],
      releases: context.needs(.function(routine), in: context.from),
      statements: [Statement("DROP \(word) \(dropped(routine))", lock: .accessExclusive)],
      hazards: [Hazard("BC12", "Programs that call \(routine.id.name) fail.")])
  }

  static func replace(_ old: Routine, by new: Routine, _ context: PlanContext) -> Step {
    let needed = Set(context.needs(.function(new), in: context.to))
    let released = Set(context.needs(.function(old), in: context.from)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: [Statement(definition(new, word: "CREATE OR REPLACE"))])
  }

  /// `CREATE OR REPLACE` keeps the kind, the result, the names of the arguments and their defaults.
  static func canReplace(_ old: Routine, by new: Routine) -> Bool {
    guard old.isProcedure == new.isProcedure, isAggregate(old) == isAggregate(new),
      old.isWindow == new.isWindow,
      old.returns == new.returns, old.returnsSet == new.returnsSet,
      old.arguments.count == new.arguments.count
    else { return false }
    return zip(old.arguments, new.arguments).allSatisfy { before, after in
      before.mode == after.mode && before.type == after.type
        && (before.name == after.name || (before.name == nil && before.isInput))
        && (before.defaultValue == nil || after.defaultValue != nil)
    }
  }

  /// `schema.name(types)`, as DROP and COMMENT want it.
  static func signature(_ id: ObjectID) -> SQL {
    "\(path: Array(id.path.prefix(2)))(\(.verbatim(id.path.last?.raw ?? "")))"
  }

  /// A procedure is named by its inputs; without a mode the list would also fit one whose outputs make it as long.
  private static func dropped(_ routine: Routine) -> SQL {
    guard routine.isProcedure, let inputs = routine.id.path.last?.raw, !inputs.isEmpty else {
      return signature(routine.id)
    }
    return "\(path: Array(routine.id.path.prefix(2)))(IN \(.verbatim(inputs)))"
  }

  private static func isAggregate(_ routine: Routine) -> Bool {
    if case .aggregate = routine.body { true } else { false }
  }

  // MARK: - Text

  private static func definition(_ routine: Routine, word: SQL) -> SQL {
    if case .aggregate(let definition) = routine.body {
      var list = routine.arguments.map(argument)
      if let direct = routine.directArguments.map({ Int($0) }), (0...list.count).contains(direct) {
        // A variadic argument before ORDER BY stands for the one after it too.
        let sorted = direct == list.count ? list.suffix(1) : list[direct...]
        let before = list.prefix(direct).joined(", ")
        list = ["\(before)\(before.isEmpty ? "" : " ")ORDER BY \(sorted.joined(", "))"]
      }
      return """
        \(word) AGGREGATE \(path: Array(routine.id.path.prefix(2)))\
        (\(list.isEmpty ? "*" : list.joined(", "))) (\(.verbatim(definition.string)))
        """
    }
    let kind: SQL = routine.isProcedure ? "PROCEDURE" : "FUNCTION"
    let inputs = routine.arguments.filter { $0.mode != .table }.map(argument)
    var sql: SQL =
      "\(word) \(kind) \(path: Array(routine.id.path.prefix(2)))(\(inputs.joined(", ")))"
    let columns = routine.arguments.filter { $0.mode == .table }
    if !columns.isEmpty {
      let list = columns.map { column -> SQL in
        "\(column.name ?? Identifier("")) \(column.type)"
      }
      sql += " RETURNS TABLE(\(list.joined(", ")))"
    } else if let returns = routine.returns {
      sql += routine.returnsSet ? " RETURNS SETOF \(returns)" : " RETURNS \(returns)"
    }
    sql += "\n    LANGUAGE \(routine.language)"
    if !routine.transforms.isEmpty {
      let types = routine.transforms.map { type -> SQL in "FOR TYPE \(type)" }
      sql += " TRANSFORM \(types.joined(", "))"
    }
    sql += properties(routine)
    switch routine.body {
    case .text(let text): sql += "\n    AS \(.verbatim(dollarQuoted(text.string)))"
    case .standard(let text): sql += "\n    \(text)"
    case .aggregate: break
    case .library(let file, let symbol):
      sql += "\n    AS \(literal: file.string), \(literal: symbol.string)"
    }
    return sql
  }

  private static func argument(_ argument: Routine.Argument) -> SQL {
    var sql: SQL =
      switch argument.mode {
      case .input, .table: ""
      case .output: "OUT "
      case .both: "INOUT "
      case .variadic: "VARIADIC "
      }
    if let name = argument.name { sql += "\(name) " }
    sql += "\(argument.type)"
    if let value = argument.defaultValue { sql += " DEFAULT \(value)" }
    return sql
  }

  private static func properties(_ routine: Routine) -> SQL {
    var sql = SQL.empty
    if routine.isWindow { sql += " WINDOW" }
    switch routine.volatility {
    case .immutable: sql += " IMMUTABLE"
    case .stable: sql += " STABLE"
    case .volatile: break
    }
    if routine.isStrict { sql += " STRICT" }
    if routine.isSecurityDefiner { sql += " SECURITY DEFINER" }
    if routine.isLeakproof { sql += " LEAKPROOF" }
    switch routine.parallel {
    case .safe: sql += " PARALLEL SAFE"
    case .restricted: sql += " PARALLEL RESTRICTED"
    case .unsafe: break
    }
    if let cost = routine.cost { sql += " COST \(.verbatim(cost.string))" }
    if let rows = routine.rows { sql += " ROWS \(.verbatim(rows.string))" }
    if let support = routine.support { sql += " SUPPORT \(.verbatim(support.string))" }
    for setting in TableSteps.ordered(routine.settings, by: routine.settingOrder) {
      sql += "\n    SET \(value(of: setting.string))"
    }
    return sql
  }

  /// `name TO value`; the settings that are lists are stored as quoted names
  /// (`GUC_LIST_QUOTE` in the sources).
  private static func value(of setting: String) -> SQL {
    let halves = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(halves[0])
    let text = halves.count > 1 ? String(halves[1]) : ""
    let word = SQL.verbatim(
      name.split(separator: ".").map { Quoting.name(String($0)) }.joined(separator: "."))
    let lists: Set<String> = [
      "search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries",
    ]
    guard lists.contains(name) else { return "\(word) TO \(literal: text)" }
    let tokens = (try? Lexer.tokens(of: text, rules: .postgresql)) ?? []
    let names = tokens.filter { !$0.isSymbol(",") }.map { token -> SQL in
      "\(literal: token.kind == .quotedName ? token.unquoted : token.text)"
    }
    return names.isEmpty ? "\(word) TO ''" : "\(word) TO \(names.joined(", "))"
  }

  /// A tag that the text does not hold.
  static func dollarQuoted(_ text: String) -> String {
    var tag = "$$"
    var number = 0
    while contains(text, tag.dropLast()) {
      number += 1
      tag = number == 1 ? "$function$" : "$function\(number)$"
    }
    return tag + text + tag
  }

  /// Also without the last `$`: the text may end with the rest of it.
  private static func contains(_ text: String, _ part: Substring) -> Bool {
    let bytes = Array(text.utf8)
    let wanted = Array(part.utf8)
    guard bytes.count >= wanted.count else { return false }
    if wanted.count == 1 {
      // A single `$` inside is harmless unless it touches another or the end.
      for index in bytes.indices where bytes[index] == UInt8(ascii: "$") {
        if index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: "$") { return true }
      }
      return false
    }
    return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
  }
}
