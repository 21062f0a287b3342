import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Primary keys, unique, check and foreign key constraints.
enum ConstraintSteps {
  /// The clause after the constraint's name; nil for what is no constraint.
  static func definition(_ object: SchemaObject) -> SQL? {
    switch object {
    case .primaryKey(let key):
      return "PRIMARY KEY (\(key.columns.map(\.name))\(overlaps(key.isWithoutOverlaps)))"
        + included(key.include) + stored(key.storage) + deferrable(key.deferrability)
    case .unique(let key):
      let nulls: SQL = key.nullsNotDistinct ? " NULLS NOT DISTINCT" : ""
      return
        "UNIQUE\(nulls) (\(key.columns.map(\.name))\(overlaps(key.isWithoutOverlaps)))"
        + included(key.include) + stored(key.storage) + deferrable(key.deferrability)
    case .check(let check):
      return "CHECK (\(check.expression))" + (check.isNoInherit ? " NO INHERIT" : "")
        + validity(isNotValid: check.isNotValid, isNotEnforced: check.isNotEnforced)
    case .foreignKey(let key): return foreignKey(key)
    case .exclusion(let constraint): return exclusion(constraint)
    default: return nil
    }
  }

  static func add(_ object: SchemaObject, _ context: PlanContext) -> Step {
    let table = object.id.table
    let clause = definition(object) ?? .empty
    let isForeignKey = object.kind == .foreignKey
    var needed = context.needs(object, in: context.to)
    if object.kind == .primaryKey {
      needed += PlanContext.ownColumns(object).map {
        .milestone("not null", of: table.part(.column, $0))
      }
    }
    return Step(
      .create, object.id, produces: [object.id], consumes: needed,
      statements: [
        Statement(
          "ALTER TABLE \(path: table.path) ADD CONSTRAINT \(object.id.name) \(clause)",
          lock: context.isNew(table)
            ? .none : isForeignKey ? .shareRowExclusive : .accessExclusive)
      ], hazards: context.isNew(table) ? [] : hazards(object), reversibility: .exact)
  }

  static func drop(_ object: SchemaObject, _ context: PlanContext) -> Step {
    Step(
      .drop, object.id, destroys: [object.id], releases: context.holds(object),
      statements: [
        Statement(
          "ALTER TABLE \(path: object.id.relationPath) DROP CONSTRAINT \(object.id.name)",
          lock: .accessExclusive)
      ],
      hazards: object.kind == .foreignKey
        ? [Hazard("LK27", "The referenced table of \(object.id.name) is locked as well.")] : [],
      reversibility: .conditional)
  }

  /// Whether an `ALTER` does it; else the object is dropped and made again.
  static func canAlter(_ alteration: Alteration) -> Bool {
    switch (alteration.from, alteration.to) {
    case (.check(var old), .check(let new)):
      if old.isNotValid, !new.isNotValid { old.isNotValid = false }
      return old == new
    case (.foreignKey(var old), .foreignKey(let new)):
      if old.isNotValid, !new.isNotValid { old.isNotValid = false }
      old.deferrability = new.deferrability
      old.isNotEnforced = new.isNotEnforced
      return old == new
    case (.index(var old), .index(let new)):
      old.storageParameters = new.storageParameters
      old.tablespace = new.tablespace
      for index in old.parts.indices where index < new.parts.count {
        old.parts[index].statisticsTarget = new.parts[index].statisticsTarget
      }
      return old == new
    case (.primaryKey(var old), .primaryKey(let new)):
      old.storage = new.storage
      return old == new
    case (.unique(var old), .unique(let new)):
      old.storage = new.storage
      return old == new
    case (.exclusion(var old), .exclusion(let new)):
      old.storage = new.storage
      return old == new
    default: return false
    }
  }

  static func alter(_ alteration: Alteration) -> Step {
    var statements: [Statement] = []
    let table = alteration.id.relationPath
    let name = alteration.id.name
    switch (alteration.from, alteration.to) {
    case (.check(let old), .check(let new)):
      if old.isNotValid, !new.isNotValid { statements.append(validation(table, name)) }
    case (.foreignKey(let old), .foreignKey(let new)):
      if old.deferrability != new.deferrability {
        let words: SQL =
          switch new.deferrability {
          case .notDeferrable: "NOT DEFERRABLE"
          case .initiallyImmediate: "DEFERRABLE INITIALLY IMMEDIATE"
          case .initiallyDeferred: "DEFERRABLE INITIALLY DEFERRED"
          }
        statements.append(
          Statement(
            "ALTER TABLE \(path: table) ALTER CONSTRAINT \(name) \(words)", lock: .accessExclusive))
      }
      if old.isNotEnforced != new.isNotEnforced {
        let word: SQL = new.isNotEnforced ? "NOT ENFORCED" : "ENFORCED"
        statements.append(
          Statement(
            "ALTER TABLE \(path: table) ALTER CONSTRAINT \(name) \(word)", lock: .accessExclusive))
      }
      if old.isNotValid, !new.isNotValid { statements.append(validation(table, name)) }
    case (.index(let old), .index(let new)):
      statements += storage(
        alteration.id,
        from: IndexStorage(parameters: old.storageParameters, tablespace: old.tablespace),
        to: IndexStorage(parameters: new.storageParameters, tablespace: new.tablespace),
        order: new.parameterOrder)
      statements += IndexSteps.statistics(new, from: old.parts.map(\.statisticsTarget))
    case (.primaryKey(let old), .primaryKey(let new)):
      statements += storage(alteration.id, from: old.storage, to: new.storage)
    case (.unique(let old), .unique(let new)):
      statements += storage(alteration.id, from: old.storage, to: new.storage)
    case (.exclusion(let old), .exclusion(let new)):
      statements += storage(alteration.id, from: old.storage, to: new.storage)
    default: break
    }
    return Step(
      .alter, alteration.id, produces: [alteration.id], statements: statements,
      reversibility: .conditional)
  }

  /// Whether a text of the object mentions the column: by its tokens, so rather too often.
  static func mentions(_ object: SchemaObject, _ column: Identifier) -> Bool {
    texts(object).contains { text in
      guard let tokens = try? Lexer.tokens(of: text.text, rules: .postgresql) else { return true }
      return tokens.contains {
        ($0.kind == .word || $0.kind == .quotedName) && PostgresSyntax().identifier($0) == column
      }
    }
  }

  private static func texts(_ object: SchemaObject) -> [Expression] {
    switch object {
    case .check(let check): return [check.expression]
    case .exclusion(let constraint):
      let plain = constraint.elements.compactMap { element -> Expression? in
        guard case .expression(let text) = element.part.subject else { return nil }
        return text
      }
      return plain + (constraint.predicate.map { [$0] } ?? [])
    case .index(let index):
      let plain = index.parts.compactMap { part -> Expression? in
        guard case .expression(let text) = part.subject else { return nil }
        return text
      }
      return plain + (index.predicate.map { [$0] } ?? [])
    default: return []
    }
  }

  // MARK: - Pieces

  private static func storage(
    _ id: ObjectID, from old: IndexStorage, to new: IndexStorage, order: [ExactText]? = nil
  ) -> [Statement] {
    let path = [id.path[0], id.name]
    var statements = TableSteps.parameterChanges(
      "INDEX", path, from: old.parameters, to: new.parameters, order: order)
    if old.tablespace != new.tablespace {
      let space = new.tablespace ?? Identifier("pg_default")
      statements.append(
        Statement("ALTER INDEX \(path: path) SET TABLESPACE \(space)", lock: .accessExclusive))
    }
    return statements
  }

  private static func stored(_ storage: IndexStorage) -> SQL {
    var sql = SQL.empty
    if !storage.parameters.isEmpty {
      sql += " WITH (\(TableSteps.parameters(storage.parameters)))"
    }
    if let space = storage.tablespace { sql += " USING INDEX TABLESPACE \(space)" }
    return sql
  }

  private static func overlaps(_ isWithout: Bool) -> SQL { isWithout ? " WITHOUT OVERLAPS" : "" }

  private static func validity(isNotValid: Bool, isNotEnforced: Bool) -> SQL {
    isNotEnforced ? " NOT ENFORCED" : isNotValid ? " NOT VALID" : ""
  }

  /// `a, PERIOD b`.
  private static func columns(_ names: [Identifier], isTemporal: Bool) -> SQL {
    guard isTemporal, let last = names.last else { return "\(names)" }
    let first = Array(names.dropLast())
    return first.isEmpty ? "PERIOD \(last)" : "\(first), PERIOD \(last)"
  }

  private static func validation(_ table: [Identifier], _ name: Identifier) -> Statement {
    Statement(
      "ALTER TABLE \(path: table) VALIDATE CONSTRAINT \(name)", lock: .shareUpdateExclusive)
  }

  private static func foreignKey(_ key: ForeignKey) -> SQL {
    var sql: SQL =
      "FOREIGN KEY (\(columns(key.columns, isTemporal: key.isTemporal))) REFERENCES \(path: key.referencedTable.path)"
    if !key.referencedColumns.isEmpty {
      sql += " (\(columns(key.referencedColumns, isTemporal: key.isTemporal)))"
    }
    switch key.match {
    case .simple: break
    case .full: sql += " MATCH FULL"
    case .partial: sql += " MATCH PARTIAL"
    }
    if key.onUpdate != .noAction { sql += " ON UPDATE \(action(key.onUpdate))" }
    if key.onDelete != .noAction {
      sql += " ON DELETE \(action(key.onDelete))"
      if !key.setColumns.isEmpty { sql += " (\(key.setColumns))" }
    }
    return sql + deferrable(key.deferrability)
      + validity(isNotValid: key.isNotValid, isNotEnforced: key.isNotEnforced)
  }

  private static func action(_ action: ForeignKey.Action) -> SQL {
    switch action {
    case .noAction: "NO ACTION"
    case .restrict: "RESTRICT"
    case .cascade: "CASCADE"
    case .setNull: "SET NULL"
    case .setDefault: "SET DEFAULT"
    }
  }

  private static func exclusion(_ constraint: ExclusionConstraint) -> SQL {
    let elements = constraint.elements.map { element -> SQL in
      "\(IndexSteps.part(element.part)) WITH \(.verbatim(element.operatorName.string))"
    }
    var sql: SQL =
      "EXCLUDE USING \(Identifier(constraint.method.string)) (\(elements.joined(", ")))"
    sql += included(constraint.include)
    sql += stored(constraint.storage)
    if let predicate = constraint.predicate { sql += " WHERE (\(predicate))" }
    return sql + deferrable(constraint.deferrability)
  }

  private static func included(_ columns: [Identifier]) -> SQL {
    columns.isEmpty ? "" : " INCLUDE (\(columns))"
  }

  static func deferrable(_ deferrability: Deferrability) -> SQL {
    switch deferrability {
    case .notDeferrable: ""
    case .initiallyImmediate: " DEFERRABLE"
    case .initiallyDeferred: " DEFERRABLE INITIALLY DEFERRED"
    }
  }

  private static func hazards(_ object: SchemaObject) -> [Hazard] {
    let name = object.id.name
    let table = object.id.table.name
    switch object {
    case .primaryKey:
      return [
        Hazard("LK05", "The index of \(name) is built while nobody can use table \(table)."),
        Hazard("DD01", "Rows of table \(table) with equal keys, or without one, stop the change."),
      ]
    case .unique:
      return [
        Hazard("LK04", "The index of \(name) is built while nobody can use table \(table)."),
        Hazard("DD01", "Rows of table \(table) with equal values stop the change."),
      ]
    case .exclusion:
      return [
        Hazard("LK07", "The index of \(name) is built while nobody can use table \(table)."),
        Hazard("DD01", "Rows of table \(table) that exclude each other stop the change."),
      ]
    case .check(let check):
      return check.isNotValid
        ? []
        : [
          Hazard("LK08", "Table \(table) is read through while nobody can use it."),
          Hazard("DD04", "Rows of table \(table) that \(name) forbids stop the change."),
        ]
    case .foreignKey(let key):
      return key.isNotValid
        ? []
        : [
          Hazard("LK09", "Nobody can write to either table while \(name) is checked."),
          Hazard("DD04", "Rows of table \(table) without a partner stop the change."),
        ]
    default: return []
    }
  }
}
