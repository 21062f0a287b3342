import SchemaModel

/// What there is to be granted (postgresql.org/docs/current/ddl-priv.html, table 5.2). Letters are those of
/// `acldefault`; `c` is a column.
enum Privileges {
  static func all(_ letter: String, serverVersion: Int) -> Set<ExactText> {
    switch letter {
    case "r":
      let names: Set<ExactText> = [
        "insert", "select", "update", "delete", "truncate", "references", "trigger",
      ]
      return serverVersion >= 170_000 ? names.union(["maintain"]) : names
    case "s": return ["usage", "select", "update"]
    case "f": return ["execute"]
    case "n": return ["usage", "create"]
    case "c": return ["insert", "select", "update", "references"]
    case "L": return ["select", "update"]
    default: return ["usage"]
    }
  }

  /// What `PUBLIC` may do when nobody has said anything.
  static func ofEverybody(_ letter: String) -> Set<ExactText> {
    switch letter {
    case "f": ["execute"]
    case "T", "l": ["usage"]
    default: []
    }
  }

  /// Nil: nothing can be granted on objects of the kind.
  static func letter(of kind: ObjectKind) -> String? {
    switch kind {
    case .table, .view, .materializedView: "r"
    case .sequence: "s"
    case .function: "f"
    case .namespace: "n"
    case .column: "c"
    case .enumType, .domain, .compositeType, .rangeType, .baseType: "T"
    case .language: "l"
    case .foreignDataWrapper: "F"
    case .server: "S"
    case .extension, .accessMethod, .collation, .operator, .operatorFamily, .operatorClass, .cast,
      .conversion, .transform, .textSearchParser, .textSearchTemplate, .textSearchDictionary,
      .textSearchConfiguration, .userMapping, .primaryKey, .unique, .check, .exclusion,
      .foreignKey, .index, .statistics, .virtualTable, .rule, .trigger, .policy, .publication,
      .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
      nil
    }
  }

  static func letter(of kind: DefaultPrivileges.Kind) -> String {
    switch kind {
    case .tables: "r"
    case .sequences: "s"
    case .functions: "f"
    case .types: "T"
    case .schemas: "n"
    case .largeObjects: "L"
    }
  }

  /// `pg_default_acl.defaclobjtype`.
  static func defaultKind(_ letter: String) -> DefaultPrivileges.Kind {
    switch letter {
    case "S": .sequences
    case "f": .functions
    case "T": .types
    case "n": .schemas
    case "L": .largeObjects
    default: .tables
    }
  }
}
