import Planning
import SQLText
import SchemaModel

/// Puts a new type under the name of an old one that cannot be altered, and moves every column over.
struct TypeSwap {
  let context: PlanContext
  let rebuilt: Set<ObjectID>

  /// `made` creates the new type; `word` is what the old one is dropped as.
  func step(_ id: ObjectID, made: [Statement], dropping word: SQL) -> Step {
    let aside = Identifier(
      String(decoding: id.name.raw.utf8.prefix(50), as: UTF8.self) + "__kedge")
    var statements = [
      Statement("ALTER \(word) \(path: id.path) RENAME TO \(aside)", lock: .accessExclusive)
    ]
    statements += made
    var touched: [ObjectID] = []
    for object in context.from.objects(of: .column) {
      guard case .column(let column) = object, column.type.object == id,
        case .column(let wanted)? = context.to[column.id], wanted.type == column.type,
        !rebuilt.contains(column.id)
      else { continue }
      touched.append(column.id)
      statements += moved(column, to: wanted)
    }
    statements.append(
      Statement("DROP \(word) \(path: [id.path[0], aside])", lock: .accessExclusive))
    // The columns are destroyed and produced too, so that their views are out of the way.
    return Step(
      .alter, id, produces: [id] + touched, consumes: needs(id), destroys: [id] + touched,
      statements: statements,
      hazards: [Hazard("LK17", "Every table with a column of type \(id.name) is rewritten.")],
      reversibility: .conditional)
  }

  private func needs(_ id: ObjectID) -> [ObjectID] {
    context.to[id].map { context.needs($0, in: context.to) } ?? []
  }

  /// The default goes first: it is a constant of the old type.
  private func moved(_ column: Column, to wanted: Column) -> [Statement] {
    let table = column.id.relationPath
    let name = column.id.name
    let through: SQL = column.type.canonical.string.hasSuffix("[]") ? "text[]" : "text"
    var statements: [Statement] = []
    func run(_ clause: SQL) {
      statements.append(
        Statement(
          "ALTER TABLE \(path: table) ALTER COLUMN \(name) \(clause)", lock: .accessExclusive))
    }
    if column.defaultValue != nil { run("DROP DEFAULT") }
    run("TYPE \(wanted.type) USING \(name)::\(through)::\(wanted.type)")
    if let value = wanted.defaultValue, column.defaultValue != nil { run("SET DEFAULT \(value)") }
    return statements
  }
}
