import SQLText

/// The changes of a `sqitch.plan`, in its order: sqitch.org/docs/manual/sqitchchanges.
enum SqitchPlan {
  private enum Line {
    case change(String)
    case tag(String)
  }

  static func choices(
    _ entries: [MigrationFolder.Entry], path: String
  ) throws(MigrationProblems) -> [ForeignFolder.Choice] {
    let plan = entries.first { $0.path == "sqitch.plan" }?.text ?? ""
    let scripts = Dictionary(
      entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var problems: [MigrationProblem] = []
    var choices: [ForeignFolder.Choice] = []
    for (change, script) in deployed(lines(of: plan)) {
      if let entry = scripts["deploy/\(script).sql"] {
        choices.append(ForeignFolder.Choice(version: change, entry: entry))
      } else {
        problems.append(
          MigrationProblem("\(path)/sqitch.plan", "there is no deploy/\(script).sql for \(change)"))
      }
    }
    guard problems.isEmpty else { throw MigrationProblems(problems) }
    return choices
  }

  private static func lines(of plan: String) -> [Line] {
    plan.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
      guard let word = words.first, !word.hasPrefix("%") else { return nil }
      if word.hasPrefix("@") { return .tag(String(word)) }
      let name = word.hasPrefix("+") ? word.dropFirst() : word
      return name.isEmpty || name.hasPrefix("-") ? nil : .change(String(name))
    }
  }

  /// A change that is reworked later keeps its first script under the name of the tag in between.
  private static func deployed(_ lines: [Line]) -> [(change: String, script: String)] {
    var last: [String: Int] = [:]
    for (index, line) in lines.enumerated() {
      if case .change(let name) = line { last[name] = index }
    }
    var found: [(change: String, script: String)] = []
    var tag = ""
    for (index, line) in lines.enumerated().reversed() {
      switch line {
      case .tag(let name): tag = name
      case .change(let name):
        found.append((name, last[name] == index ? name : name + tag))
      }
    }
    return found.reversed()
  }
}
