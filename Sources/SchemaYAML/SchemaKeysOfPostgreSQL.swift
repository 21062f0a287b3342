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
    ])

  static let compositeType = KeyTable(
    "composite type",
    [
      Key(
        "attributes", .named(.sql(examples: ["text", "text collate \"C\""])),
        "The attributes, in order: name to type.", required: true),
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
    ] + postgresDeferrable + [comment, renamedFrom])

  static let materializedView = KeyTable(
    "materialized view",
    [
      Key("query", .sql(examples: []), "The SELECT, without a final semicolon.", required: true),
      Key(
        "indexes", .named(.oneOf([.names, .object(index)])), "Indexes: name to what they are on."),
      Key("column_comments", .named(.text), "Comments on the result's columns: name to text."),
      columnGrants, with, tablespace, accessMethod, clusteredOn, comment, owner, grants,
      renamedFrom,
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
