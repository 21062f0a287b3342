import Linting
import SchemaModel
import Testing
import TestSupport

/// The pages about lint keep up with the rules.
struct DocumentTests {
  @Test func thePageOfRulesIsUpToDate() throws {
    try expectGolden(RulePage.text(), Repository.url("docs/rules.md"))
  }

  /// What a table answers with is there.
  @Test func theTablesNameRealRules() throws {
    let known = Set((RuleCatalogue.all + MeasuredRules.all).map(\.id))
    let elsewhere: Set = [
      "TX09", "TX10", "BF06", "ST16", "ST02", "DD06", "ST17", "SL19", "SL13",
    ]
    for match in try Repository.text("docs/lint.md").matches(of: /\b[A-Z]{2}[0-9]{2}\b/) {
      let id = String(match.0)
      #expect(known.contains(id) || elsewhere.contains(id), "docs/lint.md names \(id)")
    }
  }

  @Test(arguments: Self.squawk) func everyRuleOfSquawkHasItsRow(_ rule: String) throws {
    #expect(try Repository.text("docs/lint.md").contains("\n| \(rule) |"))
  }

  @Test(arguments: Self.strongMigrations)
  func everyCheckOfStrongMigrationsHasItsRow(_ check: String) throws {
    let page = try Repository.text("docs/lint.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(
      rows.contains { row in
        let cell = row.dropFirst(2).split(separator: "|")[0]
        return cell.split(whereSeparator: { " ,".contains($0) }).contains { $0 == check }
      })
  }

  /// What `squawk --exclude` accepts in 2.70.
  private static let squawk = """
    adding-field-with-default adding-foreign-key-constraint adding-not-nullable-field
    adding-required-field adding-serial-primary-key-field ban-add-column
    ban-add-composite-attribute ban-add-enum-value ban-alter-database-options
    ban-alter-domain-with-add-constraint ban-alter-extension ban-alter-function-options
    ban-alter-generated-expression ban-alter-identity ban-alter-policy-condition
    ban-alter-policy-roles ban-alter-role-options ban-alter-row-level-security
    ban-alter-sequence-values ban-alter-system-options ban-alter-view-options ban-char-field
    ban-concurrent-index-creation-in-transaction ban-create-domain-with-constraint
    ban-create-policy ban-detach-inheritance ban-disable-trigger ban-drop-column
    ban-drop-constraint ban-drop-database ban-drop-default ban-drop-domain ban-drop-extension
    ban-drop-function ban-drop-generated-expression ban-drop-index ban-drop-not-null
    ban-drop-policy ban-drop-schema ban-drop-sequence ban-drop-table ban-drop-trigger
    ban-drop-type ban-drop-view ban-duplicate-column-assignments ban-new-write-restriction
    ban-replace-view-function ban-replica-identity ban-revoke ban-set-default ban-set-schema
    ban-truncate-cascade ban-uncommitted-transaction changing-column-type
    constraint-missing-not-valid disallowed-unique-constraint identifier-too-long
    prefer-bigint-over-int prefer-bigint-over-smallint prefer-identity prefer-repack
    prefer-robust-stmts prefer-text-field prefer-timestamp-tz renaming-column renaming-object
    renaming-table require-concurrent-index-creation require-concurrent-index-deletion
    require-concurrent-partition-detach require-concurrent-reindex require-enum-value-ordering
    require-lock-timeout require-statement-timeout require-table-schema
    require-timeout-settings transaction-nesting unused-ignore
    """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)

  private static let strongMigrations = """
    add_check_constraint add_check_constraint_mysql add_column_auto_incrementing
    add_column_default add_column_default_callable add_column_generated_stored add_column_json
    add_exclusion_constraint add_foreign_key add_index add_index_columns add_index_corruption
    add_reference add_unique_constraint change_column change_column_constraint
    change_column_default change_column_null change_column_null_mysql
    change_column_null_postgresql change_column_with_not_null change_table create_table execute
    remove_column remove_index rename_column rename_enum_value rename_schema rename_table
    validate_check_constraint validate_foreign_key
    """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
}

/// docs/rules.md, made from the rules.
enum RulePage {
  private static let families = [
    ("BC", "Clients that break"), ("BF", "Changes of rows"), ("DD", "What depends on the data"),
    ("DL", "Data loss"), ("LK", "Locks, scans, rewrites"),
    ("MS", "Measured by a trace"), ("SE", "Rights"), ("SL", "SQLite"),
    ("ST", "Design and directives"), ("TO", "Timeouts"), ("TX", "Transactions"),
  ]

  static func text() -> String {
    var text = """
      # The rules of lint

      Made from the rules themselves by a test (`make record`); [lint.md](lint.md) says how to use them. The first example of
      each is what the rule finds, the second what it leaves alone.

      """
    for (prefix, title) in families {
      text += "\n## \(title)\n"
      for rule in RuleCatalogue.all + MeasuredRules.all where rule.id.hasPrefix(prefix) {
        text += section(rule)
      }
    }
    return text
  }

  private static func section(_ rule: Linting.Rule) -> String {
    var text = "\n### \(rule.id) \(rule.name)\n\n"
    let engines = rule.engines.map(\.displayName).joined(separator: ", ")
    text += "*\(rule.level.rawValue), \(engines)\(rule.isOptIn ? ", off by default" : "")*\n\n"
    text += "\(rule.summary)\n\nInstead: \(rule.remedy).\n"
    for example in rule.bad.prefix(1) + rule.good.prefix(1) {
      text += "\n```sql\n\(example.sql.split(separator: "\n").joined(separator: "\n"))\n```\n"
    }
    return text
  }
}
