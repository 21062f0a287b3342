package import Planning
import SQLText
package import SchemaDiff
package import SchemaModel

/// How PostgreSQL carries out a difference.
package struct PostgresDialect: Dialect {
  package init() {}

  package var engine: EngineName { .postgresql }
  package var kindsRenamedByShape: Set<ObjectKind> {
    [.primaryKey, .unique, .check, .exclusion, .foreignKey, .index]
  }
  package var decidesTexts: Bool { false }

  package func steps(
    for difference: Difference, from: Schema, to: Schema
  ) throws(PlanningError) -> [Step] {
    let renamed: Schema
    do {
      renamed = difference.renames.isEmpty ? from : try from.applying(difference.renames)
    } catch {
      throw .invalid(error)
    }
    var renames = RenamePlanner(difference.renames, from: from).steps()
    if !renames.isEmpty, from.serverVersion ?? to.serverVersion ?? 0 >= 180_000 {
      renames += NotNullRenames.steps(difference.renames, from: from)
    }
    let context = PlanContext(from: renamed, to: to, changes: difference.changes)
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

  /// Transactions around what may stand in one; every transaction says itself how its names are meant and
  /// leaves the session as it was.
  package func script(_ plan: Plan, options: ScriptOptions) -> String {
    guard !plan.isEmpty else { return "" }
    var writer = ScriptWriter(options: options)
    for step in plan.steps { writer.write(step) }
    return writer.finish()
  }
}

/// Writes a plan down as text.
private struct ScriptWriter {
  private let options: ScriptOptions
  private var text = ""
  private var isInTransaction = false

  init(options: ScriptOptions) {
    self.options = options
    if options.form == .script { text += "\\set ON_ERROR_STOP on\n\n" }
  }

  mutating func write(_ step: Step) {
    let isAllowed = options.allowed.allow(step)
    for hazard in step.hazards {
      let permission =
        options.allowed.allow(hazard) ? "" : " (not allowed: --allow \(hazard.code))"
      write(comment: "\(hazard.code): \(hazard.message)\(permission)")
    }
    for statement in step.statements {
      guard isAllowed else {
        write(comment: statement.sql.text + ";")
        continue
      }
      if statement.isTransactional { begin() } else { commit() }
      text += statement.sql.text + ";\n"
    }
  }

  mutating func finish() -> String {
    commit()
    return text.hasSuffix("\n") ? text : text + "\n"
  }

  private mutating func write(comment: String) {
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      text += line.isEmpty ? "--\n" : "-- \(line)\n"
    }
  }

  private mutating func begin() {
    guard !isInTransaction else { return }
    isInTransaction = true
    // What was read from a catalog is qualified; what was declared is meant under the file's path.
    let path =
      options.searchPath.isEmpty
      ? "''" : options.searchPath.map { Quoting.name($0.raw) }.joined(separator: ", ")
    text += "BEGIN;\nSET LOCAL search_path = \(path);\nSET LOCAL check_function_bodies = off;\n"
  }

  private mutating func commit() {
    guard isInTransaction else { return }
    isInTransaction = false
    text += "COMMIT;\n"
  }
}
