package import Planning
import SchemaModel

/// Which section of a way up each section of the way back undoes.
package enum SectionNumbers {
  /// The last one that touches what it touches; never a later one than that of the section before it,
  /// since a half-run migration is taken back last section first.
  package static func ofWayBack(_ down: [Section], undoing up: [Section]) -> [Int] {
    var touched: [ObjectID: Int] = [:]
    for (index, section) in up.enumerated() {
      for step in section.steps { for id in ids(of: step) { touched[id] = index + 1 } }
    }
    var bound = up.count
    return down.map { section in
      let number = section.steps.flatMap { ids(of: $0) }.compactMap { touched[$0] }.max()
      bound = max(1, min(bound, number ?? bound))
      return bound
    }
  }

  private static func ids(of step: Step) -> [ObjectID] {
    [step.subject] + step.produces + step.destroys
  }
}
