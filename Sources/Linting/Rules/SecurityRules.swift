import SQLText
import SchemaModel

/// Who may do what.
enum SecurityRules {
  static let all = [
    rowSecurity, policies, grants, ownership, viewSecurity, securityDefiner,
  ]

  static let rowSecurity = Rule(
    "SE01", "row-security", .warning,
    summary:
      "Row security switched on hides all rows that no policy shows; switched off it shows them.",
    remedy: "make the policies first, and test as the roles that clients use",
    bad: [
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY;", "ALTER TABLE t NO FORCE ROW LEVEL SECURITY;",
    ],
    good: ["CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"]
  ) { context in
    context.actions { alter, action in
      guard case .rowSecurity = action.kind else { return nil }
      return Violation("which rows of \(alter.name.text) clients see changes", at: action.range)
    }
  }

  static let policies = Rule(
    "SE02", "policy-changed", .warning,
    summary: "A policy decides which rows clients see and write.",
    remedy: "test as the roles that clients use",
    bad: [
      "CREATE POLICY p ON t USING (true);", "ALTER POLICY p ON t TO r;", "DROP POLICY p ON t;",
    ],
    good: ["CREATE TABLE t (id int PRIMARY KEY); CREATE POLICY p ON t USING (true);"]
  ) { context in
    let table: Name? =
      switch context.node {
      case .create(let create) where create.object == .policy: create.table
      case .drop(let drop) where drop.object == .policy: drop.table
      case .alter(let alter) where alter.object == .policy: alter.table
      default: nil
      }
    guard let table, context.isOld(table) else { return [] }
    return [
      Violation("which rows of \(table.text) clients see changes", at: context.statement.range)
    ]
  }

  static let grants = Rule(
    "SE03", "grant-or-revoke", .warning,
    summary: "What roles may do changes.",
    remedy: "see that clients lose nothing that they need, and get nothing that they do not",
    bad: ["REVOKE SELECT ON t FROM r;", "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM r;"],
    good: ["CREATE TABLE t (id int PRIMARY KEY);"]
  ) { context in
    guard case .grant(let isRevoke) = context.node else { return [] }
    return [
      Violation(
        isRevoke ? "roles lose rights" : "roles get rights", at: context.statement.range,
        level: isRevoke ? nil : .notice)
    ]
  }

  static let ownership = Rule(
    "SE04", "owner-role-or-system-option", .warning,
    summary: "Owners, roles and settings of the database or the whole server change.",
    remedy: "keep it out of migrations of the schema where you can",
    bad: [
      "ALTER TABLE t OWNER TO r;", "ALTER ROLE r SUPERUSER;",
      "ALTER DATABASE d SET work_mem = '1GB';",
      "ALTER SYSTEM SET work_mem = '1GB';",
    ],
    good: ["CREATE ROLE r;"]
  ) { context in
    guard case .alter(let alter) = context.node else { return [] }
    switch alter.object {
    case .role, .user, .database, .system, .group:
      return [
        Violation("this reaches beyond the schema", at: context.statement.range)
      ]
    default:
      return alter.actions.compactMap { action in
        guard case .ownerTo = action.kind, context.isOld(alter.name) else { return nil }
        return Violation(
          "who may change \(alter.name.text) changes; ACCESS EXCLUSIVE on it", at: action.range)
      }
    }
  }

  static let viewSecurity = Rule(
    "SE05", "view-recreated-without-attributes", .error,
    summary:
      "A view that is dropped and made again loses its grants, owner, comment, and options such as "
      + "security_invoker.",
    remedy:
      "CREATE OR REPLACE VIEW where that is possible; else restore them in the same transaction",
    bad: ["DROP VIEW v; CREATE VIEW v AS SELECT a FROM t;"],
    good: [
      """
      DROP VIEW v;
      CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t;
      GRANT SELECT ON v TO r;
      """,
      "CREATE VIEW v AS SELECT a FROM t;",
    ]
  ) { context in
    guard case .createView(let view) = context.node, !view.isReplace else { return [] }
    let wasDropped = context.catalog.dropped.contains(context.key(view.name))
    let hasGrants = context.following.contains { statement in
      guard case .grant = statement.node else { return false }
      return statement.tokens.contains { $0.unquoted.asciiLowercased == view.name.last.raw }
    }
    // As generated migrations keep them.
    let areCarried = context.preceding.contains { statement in
      let words = statement.tokens.map(\.text)
      return words.contains { $0.hasPrefix("'kedge.rights_") }
        && words.contains("'\(view.name.text)'")
    }
    guard wasDropped, !hasGrants, !areCarried else { return [] }
    return [
      Violation(
        "\(view.name.text) comes back without its grants"
          + (view.withOptions.isEmpty ? " and options" : ""),
        at: context.statement.range)
    ]
  }

  static let securityDefiner = Rule(
    "SE06", "security-definer-without-search-path", .warning,
    summary: "A SECURITY DEFINER function runs as its owner, but looks up names along the caller's "
      + "search_path: a caller can put his own in the way.",
    remedy: "SET search_path = pg_catalog, … as a part of the function",
    bad: [
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
    ],
    good: [
      """
      CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER
      SET search_path = pg_catalog AS 'SELECT 1';
      """,
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ]
  ) { context in
    switch context.node {
    case .createRoutine(let routine) where routine.isSecurityDefiner && !routine.setsSearchPath:
      return [
        Violation(
          "\(routine.name.text) looks up names along the caller's search_path",
          at: context.range(ofWord: "security") ?? context.statement.range)
      ]
    case .alter(let alter)
    where alter.object == .function && alter.rest.contains(words: ["security", "definer"]):
      return [
        Violation(
          "\(alter.name.text) looks up names along the caller's search_path",
          at: context.statement.range)
      ]
    default: return []
    }
  }
}
