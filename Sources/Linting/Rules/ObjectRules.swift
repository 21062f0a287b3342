import SQLText
import SchemaModel

/// Views, functions, types, triggers, keys: what clients use besides tables.
enum ObjectRules {
  static let all = [
    viewShape, functionSignature, enumValueOrder, triggerGone, replicaIdentity, constraintDropped,
    jsonColumn, compositeType, typeDropped, inheritanceDetached,
  ]

  static let viewShape = Rule(
    "BC11", "view-shape-change", .warning,
    summary:
      "CREATE OR REPLACE VIEW can only append columns; anything else needs DROP and CREATE, and "
      + "clients that use a column that goes fail.",
    remedy: "append columns only; or make a new view and let clients change over",
    bad: [
      "DROP VIEW v;", "CREATE OR REPLACE VIEW v AS SELECT a FROM t;",
      "DROP MATERIALIZED VIEW m;",
    ],
    good: ["CREATE VIEW v AS SELECT a FROM t;", "CREATE VIEW v AS SELECT 1; DROP VIEW v;"]
  ) { context in
    switch context.node {
    case .drop(let drop) where drop.object == .view || drop.object == .materializedView:
      return drop.names.filter(context.isOld).map {
        Violation("clients that use \($0.text) fail", at: $0.range)
      }
    case .createView(let view) where view.isReplace && context.isOld(view.name):
      return [
        Violation(
          "this fails unless the columns of \(view.name.text) stay as they are, with new ones at the end",
          at: context.statement.range, level: .notice)
      ]
    default: return []
    }
  }

  static let functionSignature = Rule(
    "BC12", "function-signature", .warning,
    summary:
      "Callers of a dropped function fail; a change of the result type or parameter names needs a "
      + "drop.",
    remedy: "make the new signature beside the old one, without defaults that make calls ambiguous",
    bad: ["DROP FUNCTION f(int);", "DROP PROCEDURE p;"],
    good: [
      "CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';"
    ]
  ) { context in
    guard case .drop(let drop) = context.node,
      [.function, .procedure, .routine, .aggregate].contains(drop.object)
    else { return [] }
    return drop.names.map { Violation("callers of \($0.text) fail", at: $0.range) }
  }

  static let enumValueOrder = Rule(
    "BC13", "enum-value-order", .warning,
    summary:
      "ADD VALUE without BEFORE or AFTER puts the label last; comparisons and ORDER BY follow.",
    remedy: "say BEFORE or AFTER which label",
    bad: ["ALTER TYPE mood ADD VALUE 'c';"], good: ["ALTER TYPE mood ADD VALUE 'c' AFTER 'b';"]
  ) { context in
    guard case .alter(let alter) = context.node,
      case .addValue(let label, isPlaced: false, _)? = alter.typeChange
    else { return [] }
    return [
      Violation(
        "\(label) becomes the last label of \(alter.name.text)", at: context.statement.range)
    ]
  }

  static let triggerGone = Rule(
    "BC14", "drop-or-disable-trigger", .warning,
    summary: "What the trigger did is no longer done: audit, derived columns, checks.",
    remedy: "see that something else does it",
    bad: ["DROP TRIGGER x ON t;", "ALTER TABLE t DISABLE TRIGGER x;"],
    good: ["ALTER TABLE t ENABLE TRIGGER x;"]
  ) { context in
    if case .drop(let drop) = context.node, drop.object == .trigger {
      return drop.names.map { Violation("\($0.text) no longer does its work", at: $0.range) }
    }
    return context.actions { _, action in
      guard case .disableTrigger(let name?) = action.kind else { return nil }
      return Violation("\(name.text) no longer does its work", at: action.range)
    }
  }

  static let replicaIdentity = Rule(
    "BC15", "replica-identity-or-pk-drop", .error,
    summary:
      "Without a primary key or replica identity UPDATE and DELETE of a published table fail.",
    remedy: "REPLICA IDENTITY USING INDEX another unique index first",
    bad: [
      "ALTER TABLE t DROP CONSTRAINT t_pkey;", "ALTER TABLE t REPLICA IDENTITY NOTHING;",
    ],
    good: [
      "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX i;"
    ]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .replicaIdentity(index: nil):
        return Violation(
          "subscribers of \(alter.name.text) depend on the replica identity", at: action.range,
          level: .warning)
      case .dropConstraint(let name, _):
        let constraint = context.catalog.relation(alter.name)?.constraints[name.last]
        let isKey =
          if case .primaryKey? = constraint?.kind { true } else {
            constraint == nil && name.last.raw.hasSuffix("_pkey")
          }
        let isReplaced = alter.actions.contains { other in
          guard case .addConstraint(let added) = other.kind, case .primaryKey = added.kind else {
            return false
          }
          return true
        }
        guard isKey, !isReplaced else { return nil }
        return Violation(
          "if \(alter.name.text) is published, UPDATE and DELETE of it fail", at: action.range)
      default: return nil
      }
    }
  }

  static let constraintDropped = Rule(
    "BC16", "constraint-dropped", .warning,
    summary: "What the constraint kept out comes in from now on.",
    remedy: "see that clients do not rely on it",
    bad: ["ALTER TABLE t DROP CONSTRAINT k;"],
    good: [
      """
      ALTER TABLE t ADD CONSTRAINT k CHECK (c IS NOT NULL) NOT VALID;
      ALTER TABLE t DROP CONSTRAINT k;
      """,
      "ALTER TABLE t DROP CONSTRAINT k, ADD CONSTRAINT k CHECK (c > 0) NOT VALID;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .dropConstraint(let name, _) = action.kind else { return nil }
      let isMadeHere = context.preceding.contains { statement in
        statement.alteration?.actions.contains { adds(name.last, $0) } ?? false
      }
      guard !isMadeHere, !alter.actions.contains(where: { adds(name.last, $0) }) else { return nil }
      return Violation(
        "what \(name.text) kept out of \(alter.name.text) comes in from now on", at: action.range)
    }
  }

  private static func adds(_ name: Identifier, _ action: AlterAction) -> Bool {
    if case .addConstraint(let constraint) = action.kind {
      constraint.name?.last == name
    } else {
      false
    }
  }

  static let jsonColumn = Rule(
    "BC17", "json-column", .warning,
    summary: "json has no equality: SELECT DISTINCT, UNION and GROUP BY over it fail.",
    remedy: "use jsonb",
    bad: ["ALTER TABLE t ADD COLUMN c json;", "CREATE TABLE t (id int PRIMARY KEY, c json);"],
    good: ["ALTER TABLE t ADD COLUMN c jsonb;"]
  ) { context in
    context.newColumns.compactMap { column in
      guard let type = column.type, type.canonical == "json" else { return nil }
      return Violation(
        "\(column.name.text) cannot be compared: SELECT DISTINCT fails", at: column.range,
        edits: [Edit(type.fragment.range, "jsonb")])
    }
  }

  static let compositeType = Rule(
    "BC19", "composite-type-change", .warning,
    summary:
      "Rows of the type change their shape for clients; changing an attribute's type fails while a "
      + "column uses it.",
    remedy: "make a new type",
    bad: ["ALTER TYPE pair ADD ATTRIBUTE c int;", "ALTER TYPE pair RENAME ATTRIBUTE a TO b;"],
    good: ["CREATE TYPE pair AS (a int, b int);"]
  ) { context in
    guard case .alter(let alter) = context.node else { return [] }
    switch alter.typeChange {
    case .attributes, .renameAttribute:
      return [
        Violation(
          "clients get rows of \(alter.name.text) in another shape", at: context.statement.range)
      ]
    case .addValue, .renameValue, nil: return []
    }
  }

  static let typeDropped = Rule(
    "BC20", "drop-type-or-domain", .warning,
    summary: "Clients that name the type in casts or parameters fail.",
    remedy: "see that nobody names it any more",
    bad: ["DROP TYPE mood;", "DROP DOMAIN email;"],
    good: ["CREATE TYPE mood AS ENUM ('a'); DROP TYPE mood;"]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .type || drop.object == .domain else {
      return []
    }
    return drop.names.filter { context.catalog.types[context.key($0)]?.isNew != true }.map {
      Violation("clients that name \($0.text) fail", at: $0.range)
    }
  }

  static let inheritanceDetached = Rule(
    "BC21", "detach-inheritance", .warning,
    summary: "Queries of the parent no longer see the rows of the child.",
    remedy: "see that clients do not need them there",
    bad: [
      "ALTER TABLE c NO INHERIT p;", "ALTER TABLE p DETACH PARTITION q CONCURRENTLY;",
    ],
    good: ["ALTER TABLE c INHERIT p;"]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .noInherit(let parent):
        Violation(
          "queries of \(parent.text) no longer see \(alter.name.text)", at: action.range)
      case .detachPartition(let partition, _, finalize: false):
        Violation(
          "queries of \(alter.name.text) no longer see \(partition.text)", at: action.range)
      default: nil
      }
    }
  }
}
