import Planning
import SQLText
import SchemaModel

enum CommentSteps {
  static func set(_ comment: Comment, _ context: PlanContext) -> Step {
    step(comment, .create, value: "\(literal: comment.text.string)", in: context.to)
  }

  static func remove(_ comment: Comment, _ context: PlanContext) -> Step {
    // Without the comment that each database begins with, pg_dump calls the schema's comment changed.
    let isPublic = comment.id.attachmentTarget == .namespace(Identifier("public"))
    let value: SQL = isPublic ? "\(literal: CommentKind.ofPublic)" : "NULL"
    return step(comment, .drop, value: value, in: context.from)
  }

  private static func step(
    _ comment: Comment, _ operation: Step.Operation, value: SQL, in schema: Schema
  ) -> Step {
    let target = comment.id.attachmentTarget ?? comment.id
    return Step(
      operation, comment.id, produces: operation == .create ? [comment.id] : [],
      consumes: operation == .create ? needs(target) : [],
      destroys: operation == .create ? [] : [comment.id],
      releases: operation == .create ? [] : needs(target),
      statements: [
        Statement(
          "COMMENT ON \(name(target, in: schema)) IS \(value)",
          lock: .shareUpdateExclusive)
      ])
  }

  private static func name(_ target: ObjectID, in schema: Schema) -> SQL {
    if target.kind == .table, case .table(let table)? = schema[target], table.server != nil {
      return "FOREIGN \(name(target))"
    }
    if target.kind == .check, schema.contains(ObjectID(.domain, target.relationPath)) {
      return "CONSTRAINT \(target.name) ON DOMAIN \(path: target.relationPath)"
    }
    return name(target)
  }

  /// What may hold the target. What is not there is not waited for.
  private static func needs(_ target: ObjectID) -> [ObjectID] {
    let holders = CommentTargets.possibleHolders(of: target)
    return target.kind == .column ? [target, target.table] + holders : [target] + holders
  }

  /// `TABLE s.t`, as COMMENT ON, OWNER TO and GRANT want it.
  static func name(_ target: ObjectID) -> SQL {
    switch target.kind {
    case .namespace: "SCHEMA \(target.name)"
    case .enumType: "TYPE \(path: target.path)"
    case .sequence: "SEQUENCE \(path: target.path)"
    case .table: "TABLE \(path: target.path)"
    case .view: "VIEW \(path: target.path)"
    case .column: "COLUMN \(path: target.path)"
    case .extension: "EXTENSION \(target.name)"
    case .domain: "DOMAIN \(path: target.path)"
    case .compositeType: "TYPE \(path: target.path)"
    case .function: "ROUTINE \(RoutineSteps.signature(target))"
    case .materializedView: "MATERIALIZED VIEW \(path: target.path)"
    case .policy: "POLICY \(target.name) ON \(path: target.relationPath)"
    case .primaryKey, .unique, .check, .exclusion, .foreignKey:
      "CONSTRAINT \(target.name) ON \(path: target.relationPath)"
    case .index: "INDEX \(path: [target.path[0], target.name])"
    case .trigger: "TRIGGER \(target.name) ON \(path: target.relationPath)"
    case .rule: "RULE \(target.name) ON \(path: target.relationPath)"
    case .statistics: "STATISTICS \(path: target.path)"
    case .publication: "PUBLICATION \(target.name)"
    case .language, .accessMethod, .collation, .baseType, .rangeType, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .subscription, .eventTrigger:
      DefinedKind.of(target.kind).map { "\($0.words) \($0.name(target))" } ?? .empty
    case .comment, .virtualTable, .owner, .grant, .defaultPrivileges: .empty
    }
  }
}
