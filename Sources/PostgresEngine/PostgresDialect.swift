package import Planning
import SQLText
package import SchemaDiff
package import SchemaModel

/// How PostgreSQL carries out a difference.
package struct PostgresDialect: Dialect {
  private let style: PlanStyle

  package init(style: PlanStyle = .online) { self.style = style }

  package var engine: EngineName { .postgresql }
  package var kindsRenamedByShape: Set<ObjectKind> {
    [.primaryKey, .unique, .check, .exclusion, .foreignKey, .index]
  }
  package var decidesTexts: Bool { false }

  package func aligned(_ from: Schema, _ to: Schema) throws -> (from: Schema, to: Schema) {
    try VersionAlignment(from, to)?.aligned() ?? (from, to)
  }

  package func steps(
    for difference: Difference, from: Schema, to: Schema
  ) throws(PlanningError) -> [Step] {
    let renamed: Schema
    do {
      renamed = difference.renames.isEmpty ? from : try from.applying(difference.renames)
    } catch {
      throw .invalid(error)
    }
    let context = PlanContext(
      from: renamed, to: to, changes: difference.changes, renames: difference.renames,
      style: style)
    var renames = RenamePlanner(difference.renames, from: from).steps()
    let known = from.serverVersion ?? to.serverVersion ?? 0
    // Where it is said what servers the plan is for, there may be others than the one that was read.
    if !renames.isEmpty, known >= 180_000 || style.serverVersion != nil {
      renames += NotNullRenames.steps(
        difference.renames, from: from, serverVersion: min(context.serverVersion, known))
    }
    let closure = Rebuild.closure(in: context)
    var loosened: Set<ObjectID> = []
    while true {
      var emitter = StepEmitter(context: context, closure: closure, loosened: loosened)
      let steps = renames + (try emitter.steps())
      guard let members = Self.cycle(in: steps) else { return steps }
      // A view or table in the circle is made in two steps; each once, so that this comes to an end.
      let more = members.filter { $0.kind == .view || $0.kind == .table }.filter {
        loosened.insert($0).inserted
      }
      if more.isEmpty { return steps }
    }
  }

  package func detour(from: Schema, to: Schema) -> Detour? {
    Repartitioning.detour(from: from, to: to, serverVersion: style.serverVersion)
  }

  /// Only functions and views can need each other in a circle.
  private static func cycle(in steps: [Step]) -> [ObjectID]? {
    guard steps.contains(where: { $0.subject.kind == .function || $0.subject.kind == .view }) else {
      return nil
    }
    do {
      _ = try Order.sorted(steps)
      return nil
    } catch {
      if case .cycle(let members) = error { return members }
      return nil
    }
  }

  package func sections(of plan: Plan) -> [Section] {
    style.isOnline ? PostgresSections.online(plan) : plan.sections()
  }

  /// Transactions around what may stand in one; every transaction says itself how its names are meant and
  /// leaves the session as it was.
  package func script(_ plan: Plan, options: ScriptOptions) -> String {
    guard !plan.isEmpty else { return "" }
    var writer = ScriptWriter(options: options)
    for section in sections(of: plan) { writer.write(section) }
    return writer.text
  }
}
