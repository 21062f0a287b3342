import Planning
import SQLText
import SchemaModel

/// Puts a new collation under the name of an old one, which cannot be altered, and moves every column over.
enum CollationSwap {
  static func columns(of collation: ObjectID, in schema: Schema) -> [Column] {
    let name = ExactText(QualifiedName.text(collation.path))
    return schema.objects(of: .column).compactMap { object in
      guard case .column(let column) = object, column.collation == name else { return nil }
      return column
    }
  }

  static func step(_ new: DefinedObject, _ context: PlanContext) -> Step {
    let path = new.id.path
    let aside = IdentitySteps.aside(path)
    var statements: [SQL] = ["ALTER COLLATION \(path: path) RENAME TO \(aside[aside.count - 1])"]
    statements += CollationKind.sql.create(new)
    var touched: [ObjectID] = []
    for column in columns(of: new.id, in: context.from) {
      // One that changes besides is moved by its own step, one that goes takes the old one along.
      guard case .column(let wanted)? = context.to[column.id], wanted == column else { continue }
      touched.append(column.id)
      statements.append(
        """
        ALTER TABLE \(path: column.id.relationPath) ALTER COLUMN \(column.id.name) \
        TYPE \(column.type) COLLATE \(path: path)
        """)
    }
    statements.append("DROP COLLATION \(path: aside)")
    return Step(
      .alter, new.id, produces: [new.id] + touched,
      consumes: context.needs(.defined(new), in: context.to), destroys: [new.id] + touched,
      statements: statements.map { Statement($0, lock: .accessExclusive) },
      hazards: touched.isEmpty
        ? []
        : [Hazard("LK17", "Every table with a column of collation \(new.id.name) is rewritten.")])
  }
}
