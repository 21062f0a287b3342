import SchemaModel

/// What is wrong with the directives of lint itself; `Allowances` finds it.
enum DirectiveRules {
  static let all = [unusedAllow, allowWithoutReason]

  static let unusedAllow = Rule(
    "ST18", "unused-allow", .warning, engines: [.postgresql, .sqlite],
    summary: "A `kedge:allow` that allows nothing hides what comes later.",
    remedy: "take the directive out",
    bad: ["-- kedge:allow LK01 the table is small\nALTER TABLE t ADD COLUMN c int;"],
    good: ["-- kedge:allow LK01 the table is small\nCREATE INDEX i ON t (c);"]
  ) { _ in [] }

  static let allowWithoutReason = Rule(
    "ST19", "allow-without-reason", .warning, engines: [.postgresql, .sqlite],
    summary: "Whoever reads the migration later must know why the hazard was accepted.",
    remedy: "write the reason behind the id",
    bad: ["-- kedge:allow LK01\nCREATE INDEX i ON t (c);"],
    good: ["-- kedge:allow LK01 the table is small\nCREATE INDEX i ON t (c);"]
  ) { _ in [] }
}
