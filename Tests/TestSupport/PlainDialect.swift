package import Planning
import SQLText
package import SchemaDiff
package import SchemaModel

/// A dialect for tests of what comes before and after an engine: it writes one word a change.
package struct PlainDialect: Dialect {
  package let engine: EngineName
  package let decidesTexts: Bool
  package let kindsRenamedByShape: Set<ObjectKind>

  /// As the engine's own dialect answers.
  package init(
    engine: EngineName = .sqlite, decidesTexts: Bool? = nil,
    kindsRenamedByShape: Set<ObjectKind>? = nil
  ) {
    self.engine = engine
    self.decidesTexts = decidesTexts ?? (engine == .sqlite)
    let postgres: Set<ObjectKind> = [.primaryKey, .unique, .check, .foreignKey, .index]
    self.kindsRenamedByShape = kindsRenamedByShape ?? (engine == .postgresql ? postgres : [])
  }

  package func steps(
    for difference: Difference, from: Schema, to: Schema
  ) throws(PlanningError) -> [Step] {
    difference.renames.map {
      Step(
        .rename, $0.to, statements: [Statement(.verbatim("rename \($0.from.name) \($0.to.name)"))])
    } + difference.changes.map(PlainDialect.step)
  }

  package func script(_ plan: Plan, options: ScriptOptions) -> String {
    plan.steps.flatMap(\.statements).map { $0.sql.text + "\n" }.joined()
  }

  package func statements(of script: String) throws(ScriptProblem) -> [ScriptStatement] {
    script.split(separator: ";").map { ScriptStatement(text: String($0), line: 1) }
  }

  package func tokens(of script: String) throws(ScriptProblem) -> [String] {
    script.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private static func step(_ change: Change) -> Step {
    switch change {
    case .create(let object):
      Step(
        .create, object.id, produces: [object.id], consumes: object.requires,
        statements: [Statement(.verbatim("create \(object.id.name)"))])
    case .drop(let object):
      Step(
        .drop, object.id, destroys: [object.id], releases: object.requires,
        statements: [Statement(.verbatim("drop \(object.id.name)"))])
    case .alter(let alteration):
      Step(
        .alter, alteration.id, statements: [Statement(.verbatim("alter \(alteration.id.name)"))])
    }
  }
}
