import Planning
import SchemaModel

/// Cuts a plan into transactions, so that nothing is locked while something else takes long.
enum PostgresSections {
  /// Longer than `deadlock_timeout`: only then does an autovacuum make way.
  static let lockTimeout = "3s"

  static func online(_ plan: Plan) -> [Section] {
    let bridged = bridged(plan.steps)
    var start = 0
    return plan.sections().flatMap { section in
      defer { start += section.steps.count }
      return parted(section, bridged: bridged, from: start)
    }.map { section in
      var section = section
      let waits = section.steps.contains { $0.lock > .rowExclusive }
      let isLong = section.steps.contains(where: \.isAlone)
      if section.mode == .transaction, waits, !isLong { section.lockTimeout = lockTimeout }
      return section
    }
  }

  /// What rewrites or reads a table under a lock gets a transaction of its own, unless something would be
  /// missing between that and the next.
  /// `start` is the place of the section's first step in the plan.
  private static func parted(
    _ section: Section, bridged: Set<Int>, from start: Int
  ) -> [Section] {
    guard section.mode == .transaction, section.steps.count > 1,
      section.steps.contains(where: isLong)
    else { return [section] }
    var sections: [Section] = []
    for (index, step) in section.steps.enumerated() {
      let wants = isLong(step) || (index > 0 && isLong(section.steps[index - 1]))
      if index == 0 || (wants && !bridged.contains(start + index)) {
        sections.append(Section(mode: section.mode, steps: []))
      }
      sections[sections.count - 1].steps.append(step)
    }
    return sections
  }

  private static func isLong(_ step: Step) -> Bool {
    step.statements.contains { $0.work > .metadata && $0.lock >= .share }
  }

  /// The places between two steps over which something is gone: destroyed before, made again after.
  private static func bridged(_ steps: [Step]) -> Set<Int> {
    var destroyed: [ObjectID: Int] = [:]
    var places: Set<Int> = []
    for (index, step) in steps.enumerated() {
      for id in step.produces {
        if let start = destroyed.removeValue(forKey: id), start < index {
          places.formUnion(start + 1...index)
        }
      }
      for id in step.destroys where !step.produces.contains(id) { destroyed[id] = index }
    }
    return places
  }
}
