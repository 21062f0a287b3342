import SchemaModel

/// The keys of schema.yaml. `docs/schema-yaml.md` explains them.
enum SchemaKeys {
  static let file = KeyTable(
    "the file",
    [
      Key("kedge", .word(["1"]), "The version of this format: 1."),
      Key("engine", .word(EngineName.allCases.map(\.rawValue)), "The database engine."),
      Key(
        "schemas", .oneOf([.names, .named(.oneOf([.nothing, .object(namespace)]))]),
        "The PostgreSQL schemas that this file describes; others are never touched.",
        engine: .postgresql),
      Key(
        "search_path", .names,
        "How unqualified names are meant; the first is where unqualified objects live.",
        engine: .postgresql),
      Key(
        "manage", .oneOf([.word(["all"]), .names]),
        "What is compared besides structure: owners, grants, or all.", engine: .postgresql),
      Key("owner", .name, "The owner of every object that says nothing else.", engine: .postgresql),
      Key(
        "roles", .names, "The roles whose grants this file describes, beside those that it names.",
        engine: .postgresql),
      Key(
        "extensions", .oneOf([.names, .named(.oneOf([.nothing, .object(`extension`)]))]),
        "Extensions: a list of names, or name to a mapping.", engine: .postgresql),
      Key(
        "enums", .named(.oneOf([.list(enumValueForm), .object(enumType)])),
        "Enum types: name to the list of values.", engine: .postgresql),
      Key(
        "domains", .named(.oneOf([.sql(examples: ["text check (VALUE ~ '@')"]), .object(domain)])),
        "Domains: name to the type with its clauses, or to a mapping.", engine: .postgresql),
      Key(
        "composite_types", .named(.object(compositeType)), "Composite types.",
        engine: .postgresql),
      Key(
        "sequences", .named(.oneOf([.nothing, .object(sequence)])),
        "Sequences other than those of identity and serial columns.", engine: .postgresql),
      Key("tables", .named(.object(table)), "Tables: name to what is in them."),
      Key(
        "virtual_tables",
        .named(.oneOf([.sql(examples: ["fts5(title, body)"]), .object(virtualTable)])),
        "Virtual tables: name to MODULE(ARGUMENT, …), or to a mapping.", engine: .sqlite),
      Key(
        "views", .named(.oneOf([.sql(examples: []), .object(view)])),
        "Views: name to the query, or to a mapping with more to say."),
      Key(
        "materialized_views", .named(.oneOf([.sql(examples: []), .object(materializedView)])),
        "Materialized views: name to the query, or to a mapping with more to say.",
        engine: .postgresql),
      Key(
        "functions", .named(.object(function)), "Functions: name(argument types) to a mapping.",
        engine: .postgresql),
      Key(
        "procedures", .named(.object(procedure)),
        "Procedures: name(argument types) to a mapping.", engine: .postgresql),
      Key(
        "default_privileges", .list(.object(defaultPrivileges)),
        "What roles may do with the objects that others make from now on.", engine: .postgresql),
      Key(
        "statistics", .named(.object(statistics)), "Extended statistics: name to a mapping.",
        engine: .postgresql),
      Key(
        "publications", .named(.oneOf([.nothing, .object(publication)])),
        "Publications: name to what is published.", engine: .postgresql),
    ] + DefinedSection.all.map(\.fileKey))

  static let owner = Key("owner", .name, "The role that owns it.", engine: .postgresql)
  static let grants = Key(
    "grants", .named(.oneOf([.nothing, .names, .object(grant)])),
    "Who may do what with it: role to privileges.", engine: .postgresql)
  static let grant = KeyTable(
    "grant",
    [
      Key("privileges", .names, "What the role may do."),
      Key("grantable", .names, "What it may do and grant to others."),
    ])
  static let defaultPrivileges = KeyTable(
    "default privileges",
    [
      Key("for", .name, "The role that makes the objects.", required: true),
      Key("in", .name, "The schema; by default every schema."),
      Key(
        "on", .word(DefaultPrivileges.Kind.allCases.map(\.rawValue)), "The kind of objects.",
        required: true),
      Key("grants", grants.form, "Role to privileges.", required: true),
    ])

  static let comment = Key(
    "comment", .text, "The text of COMMENT ON.", engine: .postgresql)
  static let renamedFrom = Key(
    "renamed_from", .names, "The old name, or several, newest first. May stay for ever.")
  private static let conflict = Key(
    "on_conflict", .word(["rollback", "abort", "fail", "ignore", "replace"]),
    "What a violation does (ON CONFLICT).", engine: .sqlite)
  private static let constraintName = Key(
    "name", .name, "The constraint's name; by default the one that the engine gives.")
  static let with = Key(
    "with", .named(.text), "Storage parameters.", engine: .postgresql)
  static let tablespace = Key(
    "tablespace", .name, "Another tablespace than the database's.", engine: .postgresql)
  static let accessMethod = Key(
    "access_method", .name, "Another table access method than heap.", engine: .postgresql)
  static let clusteredOn = Key(
    "clustered_on", .name, "The index that CLUSTER goes by.", engine: .postgresql)
  private static let withoutOverlaps = Key(
    "without_overlaps", .boolean, "WITHOUT OVERLAPS after the last column.", engine: .postgresql)
  private static let notEnforced = Key(
    "not_enforced", .boolean, "NOT ENFORCED: no row is checked.", engine: .postgresql)
  static let deferrable = [
    Key("deferrable", .boolean, "DEFERRABLE."),
    Key("initially_deferred", .boolean, "DEFERRABLE INITIALLY DEFERRED."),
  ]
  static let postgresDeferrable = deferrable.map {
    Key($0.name, $0.form, $0.description, engine: .postgresql)
  }

  static let indexComment = Key(
    "index_comment", .text, "The text of COMMENT ON INDEX, on the index behind the constraint.",
    engine: .postgresql)
  static let namespace = KeyTable("schema", [comment, owner, grants, renamedFrom])

  static let enumValueForm: KeyForm = .oneOf([.text, .object(enumValue)])
  static let enumValue = KeyTable(
    "enum value",
    [Key("value", .text, "The value.", required: true), renamedFrom])
  static let enumType = KeyTable(
    "enum",
    [
      Key("values", .list(enumValueForm), "The values, in order.", required: true),
      comment, owner, grants, renamedFrom,
    ])

  private static let counting = [
    Key("start", .integer, "START WITH."),
    Key("increment", .integer, "INCREMENT BY."),
    Key("minimum", .integer, "MINVALUE."),
    Key("maximum", .integer, "MAXVALUE."),
    Key("cache", .integer, "CACHE."),
    Key("cycle", .boolean, "CYCLE."),
  ]
  private static let persistence = Key(
    "persistence", .word(["logged", "unlogged"]),
    "Whether it survives a crash, where it is not as its table is.")
  static let sequence = KeyTable(
    "sequence",
    [Key("type", .word(["smallint", "integer", "bigint"]), "The type of its values: bigint.")]
      + counting
      + [
        Key("owned_by", .name, "The column that owns it: table.column."), persistence, comment,
        owner, grants, renamedFrom,
      ])

  static let serverOptions = Key(
    "server_options", .named(.text), "OPTIONS of a foreign table or its column.",
    engine: .postgresql)

  static let table = KeyTable(
    "table",
    [
      comment, owner, grants, renamedFrom,
      Key(
        "columns", .named(.oneOf([.sql(examples: columnExamples), .object(column), .nothing])),
        "The columns in their order: TYPE [not null] [default EXPR] …, or a mapping."),
      Key(
        "primary_key", .oneOf([.names, .object(primaryKey)]),
        "The columns of the primary key, or a mapping with more to say."),
      Key(
        "uniques",
        .oneOf([
          .named(.oneOf([.names, .object(unique)])), .list(.oneOf([.names, .object(unique)])),
        ]),
        "Unique constraints: name to columns; or a list of those without a name."),
      Key(
        "checks",
        .oneOf([
          .named(.oneOf([.sql(examples: ["price >= 0"]), .object(check)])),
          .list(.oneOf([.sql(examples: ["price >= 0"]), .object(check)])),
        ]),
        "Check constraints: name to expression; or a list of those without a name."),
      Key(
        "foreign_keys", .oneOf([.named(.object(foreignKey)), .list(.object(foreignKey))]),
        "Foreign keys: name to a mapping; or a list of those without a name."),
      Key(
        "exclusions", .named(.object(exclusion)), "Exclusion constraints.", engine: .postgresql),
      Key(
        "indexes", .named(.oneOf([.names, .object(index)])), "Indexes: name to what they are on."),
      Key("rules", .named(.object(rule)), "Rewrite rules.", engine: .postgresql),
      Key("triggers", .named(.object(trigger)), "Triggers."),
      Key("row_security", .boolean, "ENABLE ROW LEVEL SECURITY.", engine: .postgresql),
      Key("force_row_security", .boolean, "FORCE ROW LEVEL SECURITY.", engine: .postgresql),
      Key("policies", .named(.object(policy)), "Row security policies.", engine: .postgresql),
      Key("strict", .boolean, "STRICT.", engine: .sqlite),
      Key("without_rowid", .boolean, "WITHOUT ROWID.", engine: .sqlite),
      Key("unlogged", .boolean, "UNLOGGED.", engine: .postgresql),
      Key(
        "partition_by", .sql(examples: ["range (created_at)"]), "How the table is partitioned.",
        engine: .postgresql),
      Key(
        "partitions", .word(["managed", "ignored"]),
        "managed, or ignored: somebody else makes and drops them, and they are not declared.",
        engine: .postgresql),
      Key(
        "partition_of", .name, "The table that this is a partition of.", engine: .postgresql),
      Key(
        "partition_bound", .sql(examples: ["for values from (1) to (10)", "default"]),
        "Which rows the partition takes.", engine: .postgresql),
      Key(
        "partition_indexes", .named(.name),
        "Names of a partition's indexes that are its own: the parent's index to this one's.",
        engine: .postgresql),
      Key(
        "partition_triggers", .named(.word(["origin", "replica", "always", "disabled"])),
        "Triggers of the parent that fire otherwise on this partition.", engine: .postgresql),
      Key("of", .name, "The composite type whose attributes the columns are.", engine: .postgresql),
      Key("server", .name, "The server of a foreign table.", engine: .postgresql),
      serverOptions,
      Key("inherits", .names, "The tables that this inherits from.", engine: .postgresql),
      with, tablespace, accessMethod,
      Key(
        "replica_identity", .wordOrText(["full", "nothing", "index NAME"]),
        "What of an old row replication carries along.", engine: .postgresql),
      clusteredOn,
    ])

  private static let columnExamples = [
    "bigint identity", "text not null", "timestamptz not null default now()",
  ]
  static let column = KeyTable(
    "column",
    [
      Key(
        "type", .sql(examples: columnExamples),
        "The type; the clauses of the scalar form may follow it."),
      Key(
        "not_null", .oneOf([.boolean, .object(notNull)]),
        "NOT NULL; on PostgreSQL 18 with more to say."),
      Key("not_null_conflict", conflict.form, "What a NULL does.", engine: .sqlite),
      Key("default", .sql(examples: ["now()", "'pending'", "0"]), "The default expression."),
      Key("collate", .name, "A collation other than the type's own."),
      Key(
        "identity", .oneOf([.word(["always", "by default"]), .object(identity)]),
        "GENERATED … AS IDENTITY.", engine: .postgresql),
      Key(
        "generated", .oneOf([.sql(examples: ["price * quantity"]), .object(generation)]),
        "GENERATED ALWAYS AS (…)."),
    ] + valueSettings + [
      Key(
        "inherited", .boolean,
        "The table has the column from a parent, and says something else of it.",
        engine: .postgresql),
      serverOptions,
      Key(
        "backfill", .oneOf([.sql(examples: ["''", "price * 2"]), .object(conversion)]),
        "What rows that are there get where the column has no value; or up and down.",
        engine: .postgresql),
      Key(
        "using", .oneOf([.sql(examples: ["total::numeric"]), .object(conversion)]),
        "The new value in terms of the old ones, when the type changes; or up and down.",
        engine: .postgresql),
      comment, grants, renamedFrom,
    ])
  static let valueSettings = [
    Key(
      "storage", .word(["plain", "external", "main", "extended"]),
      "How long values are kept; by default as the type says.", engine: .postgresql),
    Key(
      "compression", .word(["pglz", "lz4"]), "How long values are compressed.",
      engine: .postgresql),
    Key("statistics", .integer, "The statistics target.", engine: .postgresql),
    Key("options", .named(.text), "n_distinct and the like.", engine: .postgresql),
  ]
  static let resultColumn = KeyTable("column of a materialized view", valueSettings)
  static let conversion = KeyTable(
    "conversion",
    [
      Key("up", .sql(examples: ["''"]), "For the way to this schema."),
      Key("down", .sql(examples: ["''"]), "For the way back."),
    ])
  static let notNull = KeyTable(
    "not_null",
    [
      Key("name", .name, "The constraint's name.", engine: .postgresql),
      Key("no_inherit", .boolean, "NO INHERIT.", engine: .postgresql),
      Key(
        "not_valid", .boolean, "NOT VALID: existing rows are not checked.", engine: .postgresql),
    ])
  static let identity = KeyTable(
    "identity",
    [
      Key("mode", .word(["always", "by default"]), "by default, or always."),
      Key("sequence", .name, "The name of its sequence."), persistence, grants,
    ] + counting)
  static let generation = KeyTable(
    "generated",
    [
      Key("expression", .sql(examples: []), "The expression.", required: true),
      Key("storage", .word(["stored", "virtual"]), "stored, or virtual."),
    ])

  static let primaryKey = KeyTable(
    "primary key",
    [
      constraintName,
      Key("columns", .names, "The columns of the key.", required: true),
      Key("include", .names, "Columns that the index carries along.", engine: .postgresql),
    ] + postgresDeferrable + [
      withoutOverlaps, with, tablespace,
      Key("autoincrement", .boolean, "AUTOINCREMENT.", engine: .sqlite), conflict, comment,
      indexComment, renamedFrom,
    ])
  static let unique = KeyTable(
    "unique constraint",
    [
      constraintName,
      Key("columns", .names, "The columns of the constraint.", required: true),
      Key("include", .names, "Columns that the index carries along.", engine: .postgresql),
    ] + postgresDeferrable + [
      Key("nulls_not_distinct", .boolean, "NULLS NOT DISTINCT.", engine: .postgresql),
      withoutOverlaps, with, tablespace, conflict, comment, indexComment, renamedFrom,
    ])
  static let check = KeyTable(
    "check",
    [
      constraintName,
      Key("expression", .sql(examples: ["price >= 0"]), "The condition.", required: true),
      Key("no_inherit", .boolean, "NO INHERIT.", engine: .postgresql),
      Key(
        "not_valid", .boolean, "NOT VALID: existing rows are not checked.", engine: .postgresql),
      notEnforced, conflict, comment, renamedFrom,
    ])

  private static let actions = ["no action", "restrict", "cascade", "set null", "set default"]
  static let foreignKey = KeyTable(
    "foreign key",
    [
      constraintName,
      Key("columns", .names, "The referencing columns.", required: true),
      Key(
        "references", .sql(examples: ["users(id)", "sales.orders(id)"]),
        "The table and its columns; without columns its primary key.", required: true),
      Key(
        "undeclared", .boolean, "Says that the referenced table or column is not declared here."),
      Key("on_delete", .wordOrText(actions), "What happens when the referenced row is deleted."),
      Key("on_update", .word(actions), "What happens when the referenced key changes."),
      Key("match", .word(["simple", "full", "partial"]), "How NULLs are treated."),
    ] + deferrable + [
      Key(
        "not_valid", .boolean, "NOT VALID: existing rows are not checked.", engine: .postgresql),
      notEnforced,
      Key(
        "period", .boolean, "PERIOD before the last column of either side.", engine: .postgresql),
      comment, renamedFrom,
    ])

  static let index = KeyTable(
    "index",
    [
      Key("on", .names, "The parts: column or expression, with what follows it.", required: true),
      Key("unique", .boolean, "UNIQUE."),
      Key("using", .name, "The access method.", engine: .postgresql),
      Key("include", .names, "Columns that the index carries along.", engine: .postgresql),
      Key("where", .sql(examples: ["deleted_at is null"]), "The condition of a partial index."),
      Key("nulls_not_distinct", .boolean, "NULLS NOT DISTINCT.", engine: .postgresql),
      with, tablespace,
      Key(
        "statistics", .named(.integer), "Statistics targets: number of a part to target.",
        engine: .postgresql),
      comment, renamedFrom,
    ])

  static let columnGrants = Key(
    "column_grants", .named(grants.form), "Grants on the result's columns: name to grants.",
    engine: .postgresql)

  static let virtualTable = KeyTable(
    "virtual table",
    [
      Key("module", .name, "The module: fts5, rtree …", required: true),
      Key("arguments", .list(.text), "What stands between the parentheses, one by one."),
      renamedFrom,
    ])

  static let view = KeyTable(
    "view",
    [
      Key("query", .sql(examples: []), "The SELECT, without a final semicolon.", required: true),
      Key("columns", .names, "Names of the result's columns."),
      Key(
        "result", .named(.sql(examples: ["integer"])),
        "The result's columns with their types, where a view and a function need each other.",
        engine: .postgresql),
      Key(
        "column_comments", .named(.text), "Comments on the result's columns: name to text.",
        engine: .postgresql),
      columnGrants,
      Key(
        "column_defaults", .named(.sql(examples: ["now()"])),
        "What INSERT puts into columns that it leaves out.", engine: .postgresql),
      Key("with", .named(.text), "Options.", engine: .postgresql),
      Key("rules", .named(.object(rule)), "Rewrite rules.", engine: .postgresql),
      Key("triggers", .named(.object(trigger)), "INSTEAD OF triggers."),
      comment, owner, grants, renamedFrom,
    ])
  static let trigger = KeyTable(
    "trigger",
    [
      Key("timing", .word(["before", "after", "instead of"]), "When it fires."),
      Key(
        "events", .names, "insert, delete, update, truncate, or update of COLUMN, …",
        required: true),
      Key(
        "for_each", .word(["row", "statement"]), "row, or statement, which is the default.",
        engine: .postgresql),
      Key("when", .sql(examples: []), "The condition."),
      Key("body", .sql(examples: []), "BEGIN … END.", engine: .sqlite, required: true),
      Key(
        "execute", .sql(examples: ["touch_updated_at()"]), "The call of the trigger function.",
        engine: .postgresql, required: true),
      Key("constraint", .boolean, "CREATE CONSTRAINT TRIGGER.", engine: .postgresql),
    ] + postgresDeferrable + [
      Key("from", .name, "The other table of a constraint trigger.", engine: .postgresql),
      Key("old_table", .name, "REFERENCING OLD TABLE AS.", engine: .postgresql),
      Key("new_table", .name, "REFERENCING NEW TABLE AS.", engine: .postgresql),
      Key(
        "enabled", .word(["origin", "replica", "always", "disabled"]),
        "In which sessions it fires.", engine: .postgresql),
      comment, renamedFrom,
    ])
}
