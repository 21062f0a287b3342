import SchemaModel

/// The kinds that only PostgreSQL has.
extension SchemaKeys {
  static let `extension` = KeyTable(
    "extension",
    [
      Key("schema", .name, "Where its objects live."),
      Key("version", .text, "What was installed; for information."),
    ])

  static let domain = KeyTable(
    "domain",
    [
      Key(
        "type", .sql(examples: ["text not null"]),
        "The base type; the clauses of the short form may follow it.", required: true),
      Key("not_null", .boolean, "NOT NULL."),
      Key("default", .sql(examples: []), "The default expression."),
      Key("collate", .name, "A collation other than the type's own."),
      Key(
        "checks",
        .oneOf([
          .named(.oneOf([.sql(examples: ["VALUE > 0"]), .object(domainCheck)])),
          .list(.sql(examples: ["VALUE > 0"])),
        ]), "Checks over VALUE: name to expression."),
      comment, owner, grants, renamedFrom,
    ])
  static let domainCheck = KeyTable(
    "check of a domain",
    [
      Key("expression", .sql(examples: ["VALUE > 0"]), "The condition.", required: true),
      Key("not_valid", .boolean, "NOT VALID: existing values are not checked."),
      comment,
    ])

  static let compositeType = KeyTable(
    "composite type",
    [
      Key(
        "attributes", .named(.sql(examples: ["text", "text collate \"C\""])),
        "The attributes, in order: name to type.", required: true),
      Key("attribute_comments", .named(.text), "Comments on the attributes: name to text."),
      comment, owner, grants, renamedFrom,
    ])

  static let function = KeyTable("function", routine(isProcedure: false))
  static let procedure = KeyTable("procedure", routine(isProcedure: true))

  private static func routine(isProcedure: Bool) -> [Key] {
    let arguments = Key(
      "arguments", .list(.sql(examples: ["amount numeric default 0", "out total bigint"])),
      "The arguments in order: [MODE] [NAME] TYPE [default EXPR].")
    let returns = Key(
      "returns", .sql(examples: ["trigger", "setof users", "table(id bigint, name text)"]),
      "The result's type.")
    let shared = [
      Key("language", .name, "The language: sql."),
      Key("body", .text, "The text between the dollar quotes."),
      Key(
        "sql_body", .sql(examples: ["RETURN a + b"]),
        "RETURN … or BEGIN ATOMIC … END, which the server parses."),
      Key("library", .object(library), "The file and symbol of a C function."),
      Key(
        "aggregate", .sql(examples: ["SFUNC = add, STYPE = integer"]),
        "The definition of an aggregate."),
      Key(
        "direct_arguments", .integer,
        "How many arguments of an ordered-set aggregate stand before ORDER BY."),
    ]
    let ofFunctions = [
      Key("window", .boolean, "WINDOW."),
      Key(
        "volatility", .word(["immutable", "stable", "volatile"]),
        "immutable, stable or volatile, which is the default."),
      Key("strict", .boolean, "STRICT: a null argument makes the result null."),
      Key("leakproof", .boolean, "LEAKPROOF."),
      Key(
        "parallel", .word(["unsafe", "restricted", "safe"]),
        "unsafe, which is the default, restricted or safe."),
      Key("cost", .text, "COST."),
      Key("rows", .text, "ROWS."),
      Key("support", .text, "SUPPORT."),
      Key("transforms", .list(.sql(examples: ["jsonb"])), "TRANSFORM FOR TYPE: the types."),
    ]
    let last = [
      Key("security_definer", .boolean, "SECURITY DEFINER."),
      Key("settings", .named(.text), "SET name TO value."),
      comment, owner, grants, renamedFrom,
    ]
    return isProcedure
      ? [arguments] + shared + last : [arguments, returns] + shared + ofFunctions + last
  }

  static let library = KeyTable(
    "library",
    [
      Key("file", .text, "The file.", required: true),
      Key("symbol", .text, "The symbol.", required: true),
    ])

  static let exclusion = KeyTable(
    "exclusion constraint",
    [
      Key("using", .name, "The access method: gist."),
      Key("on", .names, "The elements: PART with OPERATOR.", required: true),
      Key("include", .names, "Columns that the index carries along."),
      Key("where", .sql(examples: []), "The rows that it holds for."), with, tablespace,
    ] + postgresDeferrable + [comment, indexComment, renamedFrom])

  static let materializedView = KeyTable(
    "materialized view",
    [
      Key("query", .sql(examples: []), "The SELECT, without a final semicolon.", required: true),
      Key(
        "indexes", .named(.oneOf([.names, .object(index)])), "Indexes: name to what they are on."),
      Key("column_comments", .named(.text), "Comments on the result's columns: name to text."),
      Key(
        "column_settings", .named(.object(resultColumn)),
        "How the result's columns are kept: name to settings."),
      columnGrants, with, tablespace, accessMethod, clusteredOn, comment, owner, grants,
      renamedFrom,
    ])

  static let rule = KeyTable(
    "rule",
    [
      Key("on", .word(["select", "insert", "update", "delete"]), "The event.", required: true),
      Key("where", .sql(examples: ["NEW.total > 0"]), "The condition."),
      Key("instead", .boolean, "DO INSTEAD."),
      Key(
        "do", .sql(examples: ["nothing"]), "A command; several in parentheses; or nothing.",
        required: true),
      Key(
        "enabled", .word(["origin", "replica", "always", "disabled"]),
        "In which sessions it works."),
      comment, renamedFrom,
    ])

  static let statistics = KeyTable(
    "statistics",
    [
      Key("table", .name, "The table or materialized view.", required: true),
      Key("on", .names, "Columns, and expressions in parentheses.", required: true),
      Key("kinds", .names, "dependencies, mcv, ndistinct: all."),
      Key("target", .integer, "SET STATISTICS."), comment, owner, renamedFrom,
    ])

  static let publication = KeyTable(
    "publication",
    [
      Key("all_tables", .boolean, "FOR ALL TABLES."),
      Key("publish", .names, "insert, update, delete, truncate: all."),
      Key("via_partition_root", .boolean, "publish_via_partition_root."),
      Key("generated_columns", .word(["none", "stored"]), "publish_generated_columns."),
      Key(
        "tables", .oneOf([.names, .named(.oneOf([.nothing, .object(published)]))]),
        "The tables: a list, or each to a mapping."),
      Key("schemas", .names, "The schemas whose tables are published."), comment, owner,
      renamedFrom,
    ])
  static let published = KeyTable(
    "published table",
    [
      Key("columns", .names, "The columns: all."),
      Key("where", .sql(examples: ["id > 100"]), "The rows: all."),
    ])

  static let policy = KeyTable(
    "policy",
    [
      Key("restrictive", .boolean, "AS RESTRICTIVE."),
      Key("for", .word(["all", "select", "insert", "update", "delete"]), "The command: all."),
      Key("to", .names, "The roles: public."),
      Key("using", .sql(examples: []), "Which rows are seen."),
      Key("check", .sql(examples: []), "Which rows may be written."),
      comment, renamedFrom,
    ])
}
