import SQLText
import SchemaModel

extension SchemaWriter {
  /// Functions, or procedures.
  func routines(isProcedure: Bool) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    for case .function(let routine) in schema.objects(of: .function)
    where routine.isProcedure == isProcedure {
      entries.append(YAMLEntry(name: signature(routine), .mapping(routineEntries(routine))))
    }
    return entries
  }

  private func signature(_ routine: Routine) -> String {
    let types = routine.arguments.filter(\.isInput).map { typeText($0.type) }
    return text(Array(routine.id.path.prefix(2))) + "(" + types.joined(separator: ", ") + ")"
  }

  private func routineEntries(_ routine: Routine) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    let arguments = routine.arguments.filter { $0.mode != .table }
    if arguments.contains(where: { $0.name != nil || $0.defaultValue != nil || $0.mode != .input })
    {
      entries.append(
        YAMLEntry("arguments", .sequence(arguments.map { .text(text($0)) })))
    }
    let columns = routine.arguments.filter { $0.mode == .table }
    if !columns.isEmpty {
      let list = columns.map { text($0) }.joined(separator: ", ")
      entries.append(YAMLEntry("returns", .text("table(\(list))")))
    } else if let returns = routine.returns {
      entries.append(
        YAMLEntry("returns", .text((routine.returnsSet ? "setof " : "") + typeText(returns))))
    }
    entries.append(YAMLEntry("language", name(routine.language)))
    entries += properties(routine)
    switch routine.body {
    case .text(let text): entries.append(YAMLEntry("body", .text(text.string)))
    case .standard(let expression):
      entries.append(YAMLEntry("sql_body", sql(expression.text)))
    case .aggregate(let definition):
      entries.append(YAMLEntry("aggregate", sql(definition.string)))
      if let direct = routine.directArguments {
        entries.append(YAMLEntry("direct_arguments", .word(String(direct))))
      }
    case .library(let file, let symbol):
      entries.append(
        YAMLEntry(
          "library",
          .mapping([
            YAMLEntry("file", .text(file.string)), YAMLEntry("symbol", .text(symbol.string)),
          ])))
    }
    return entries + common(routine.id)
  }

  private func properties(_ routine: Routine) -> [YAMLEntry] {
    var entries = flag("window", routine.isWindow)
    if routine.volatility != .volatile {
      entries.append(YAMLEntry("volatility", .word(routine.volatility.rawValue)))
    }
    entries += flag("strict", routine.isStrict) + flag("leakproof", routine.isLeakproof)
    if routine.parallel != .unsafe {
      entries.append(YAMLEntry("parallel", .word(routine.parallel.rawValue)))
    }
    if let cost = routine.cost { entries.append(YAMLEntry("cost", scalar(cost.string))) }
    if let rows = routine.rows { entries.append(YAMLEntry("rows", scalar(rows.string))) }
    if let support = routine.support { entries.append(YAMLEntry("support", .text(support.string))) }
    if !routine.transforms.isEmpty {
      entries.append(
        YAMLEntry("transforms", .sequence(routine.transforms.map { .text(typeText($0)) })))
    }
    entries += flag("security_definer", routine.isSecurityDefiner)
    if !routine.settings.isEmpty {
      let settings = ordered(routine.settings, by: routine.settingOrder).map { setting in
        let halves = setting.string.split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return YAMLEntry(
          name: String(halves[0]), scalar(halves.count > 1 ? String(halves[1]) : ""))
      }
      entries.append(YAMLEntry("settings", .mapping(settings)))
    }
    return entries
  }

  private func text(_ argument: Routine.Argument) -> String {
    let mode =
      switch argument.mode {
      case .input, .table: ""
      case .output: "out "
      case .both: "inout "
      case .variadic: "variadic "
      }
    let value = argument.defaultValue.map { " default \($0.text)" } ?? ""
    let rest = typeText(argument.type) + value
    guard let name = argument.name else { return mode + rest }
    let reader = RoutineText(syntax: syntax, types: types)
    let plain = mode + text(name) + " " + rest
    if let read = try? reader.argument(plain), read.name == name,
      read.type.canonical == argument.type.canonical
    {
      return plain
    }
    // A name that begins a type's name, such as `interval`.
    return mode + quoted(name) + " " + rest
  }
}
