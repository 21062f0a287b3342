package import SchemaModel

/// Objects of every kind, with every attribute set in one of them.
package enum Samples {
  package static let table = ObjectID(.table, ["public", "orders"])
  package static let users = ObjectID(.table, ["public", "users"])
  package static let view = ObjectID(.view, ["public", "recent"])

  /// At least one of each kind; a kind with attributes that exclude each other has several.
  package static let objects = modelled + defined

  private static let modelled: [SchemaObject] = [
    .namespace(Namespace(id: .namespace("public"))),
    .enumType(
      EnumType(id: ObjectID(.enumType, ["public", "status"]), values: ["new", "paid", "sent"])),
    .sequence(
      Sequence(
        id: ObjectID(.sequence, ["public", "numbers"]),
        options: SequenceOptions(
          type: "bigint", start: 10, increment: 2, minimum: 5, maximum: 1000, cache: 3, cycles: true
        ),
        ownedBy: table.part(.column, "total"), persistence: .logged)),
    .table(
      Table(
        id: table, isStrict: true, isWithoutRowid: true, isUnlogged: true,
        hasRowSecurity: true, forcesRowSecurity: true,
        storageParameters: ["autovacuum_enabled=false", "fillfactor=70"],
        partitionKey: "RANGE (id)", parents: [users], partitionBound: "DEFAULT",
        tablespace: "fast", accessMethod: "columnar", replicaIdentity: .index("orders_pkey"),
        clusteredOn: "orders_total_idx",
        type: ObjectID(.compositeType, ["public", "point3"]), server: "films",
        serverOptions: ["schema_name=far"],
        partitionIndexes: [AttachedIndex(name: "orders_i", parentName: "users_i")],
        partitionTriggers: [PartitionTrigger(name: "users_t", enabled: .disabled)],
        columnOrder: ["id", "total", "state"],
        inheritedNotNulls: [InheritedNotNull(column: "id", name: "users_id_not_null")],
        attachedIndexes: [AttachedIndex(name: "orders_i", parentName: "users_i")],
        parameterOrder: ["fillfactor=70"], source: "CREATE TABLE orders (…)",
        isAnalyzed: true)),
    .column(
      Column(
        id: table.part(.column, "total"),
        type: TypeName(
          "sales.money_text", spelling: "sales.Money_Text",
          object: ObjectID(.enumType, ["sales", "money_text"])),
        isNullable: false, defaultValue: expression("0"), collation: "pg_catalog.\"C\"",
        notNullConflict: .replace,
        notNull: NotNullConstraint(name: "needed", isNoInherit: true, isNotValid: true),
        isInherited: true,
        settings: ColumnSettings(
          storage: "external", compression: "lz4", statisticsTarget: 7,
          options: ["n_distinct=5"], serverOptions: ["column_name=sum"]),
        source: "total sales.Money_Text NOT NULL DEFAULT 0")),
    .column(
      Column(
        id: table.part(.column, "id"), type: TypeName("bigint"), isNullable: false,
        identity: Identity(
          mode: .byDefault, options: .defaults(type: "bigint"), sequenceName: "orders_numbers",
          persistence: .unlogged),
        settings: ColumnSettings(statisticsTarget: 3))),
    .column(
      Column(
        id: table.part(.column, "gross"), type: TypeName("numeric(10,2)"),
        generation: Generation(expression: expression("total * 1.2"), storage: .stored),
        settings: ColumnSettings(statisticsTarget: 3))),
    .primaryKey(
      PrimaryKey(
        id: table.part(.primaryKey, "orders_pkey"),
        columns: [KeyColumn("id", isDescending: true, collation: "nocase")], include: ["total"],
        deferrability: .initiallyDeferred, isAutoincrement: true, conflict: .ignore,
        isWithoutOverlaps: true,
        storage: IndexStorage(parameters: ["fillfactor=70"], tablespace: "fast"),
        source: SourceForm(text: "PRIMARY KEY (id DESC)", inlineIn: "id", isNamed: true))),
    .unique(
      UniqueConstraint(
        id: table.part(.unique, "orders_total_key"),
        columns: [KeyColumn("total", isDescending: true, collation: "rtrim"), KeyColumn("id")],
        include: ["gross"], deferrability: .initiallyImmediate, nullsNotDistinct: true,
        conflict: .rollback, isWithoutOverlaps: true,
        storage: IndexStorage(parameters: ["fillfactor=70"], tablespace: "fast"),
        source: SourceForm(text: "UNIQUE (total DESC, id)", inlineIn: "total", isNamed: true))),
    .check(
      CheckConstraint(
        id: table.part(.check, "orders_total_check"), expression: expression("total >= 0"),
        isNoInherit: true, isNotValid: true, isNotEnforced: true, conflict: .fail,
        source: SourceForm(text: "CHECK (total >= 0)", inlineIn: "total", isNamed: true))),
    .foreignKey(
      ForeignKey(
        id: table.part(.foreignKey, "orders_user_fkey"), columns: ["user_id", "region"],
        referencedTable: users, referencedColumns: ["id", "region"], onDelete: .setNull,
        onUpdate: .cascade, setColumns: ["user_id"], match: .full,
        deferrability: .initiallyDeferred, isNotValid: true, isNotEnforced: true,
        isTemporal: true,
        source: SourceForm(text: "FOREIGN KEY (user_id) …", inlineIn: "user_id", isNamed: true))),
    .index(
      Index(
        id: table.part(.index, "orders_total_idx"), isUnique: true, method: "gist",
        parts: [
          IndexPart(
            .column("total"), collation: "\"C\"", operatorClass: "text_pattern_ops",
            isDescending: true, nullsFirst: false),
          IndexPart(.expression(expression("lower(state)")), statisticsTarget: 5),
        ],
        include: ["gross"], predicate: expression("total > 0"), nullsNotDistinct: true,
        storageParameters: ["fillfactor=80"], tablespace: "fast", isValid: false,
        parameterOrder: ["fillfactor=80"],
        source: "CREATE UNIQUE INDEX orders_total_idx …")),
    .view(
      View(
        id: view, query: expression("SELECT id FROM orders"), columnNames: ["number"],
        options: ["security_barrier=true"],
        columnDefaults: [.init(column: "number", value: expression("7"))],
        optionOrder: ["security_barrier=true"],
        resultColumns: [View.ResultColumn(name: "number", type: "bigint")],
        source: "CREATE VIEW recent (number) AS SELECT id FROM orders")),
    .virtualTable(
      VirtualTable(
        id: ObjectID(.virtualTable, ["main", "orders_text"]), module: "fts5",
        arguments: [expression("state"), expression("content='orders'")],
        source: "CREATE VIRTUAL TABLE orders_text …")),
    .trigger(
      Trigger(
        id: table.part(.trigger, "orders_audit"), timing: .before,
        events: [.insert, .update(of: ["total", "id"]), .delete], isForEachRow: true,
        condition: expression("new.total > 0"), body: expression("BEGIN SELECT 1; END"),
        constraint: .initiallyDeferred, from: users, oldTable: "before", newTable: "after",
        enabled: .always,
        source: "CREATE TRIGGER orders_audit …")),
    .comment(Comment(on: table.part(.column, "total"), text: "Before tax.")),
    .owner(Owner(of: table, role: "clerk")),
    .grant(
      Grant(
        on: table.part(.column, "total"), to: "auditor", privileges: ["select", "update"],
        grantable: ["select"], position: 2)),
    .defaultPrivileges(
      DefaultPrivileges(
        of: "clerk", in: "public", on: .tables, to: "auditor", privileges: ["select", "insert"],
        grantable: ["insert"], position: 1)),
    .extension(
      Extension(id: ObjectID(.extension, ["citext"]), schema: "public", version: "1.6")),
    .domain(
      Domain(
        id: ObjectID(.domain, ["public", "amount"]),
        type: TypeName("public.status", object: ObjectID(.enumType, ["public", "status"])),
        isNullable: false, defaultValue: expression("'new'"), collation: "\"C\"",
        checks: [
          DomainCheck(name: "positive", expression: expression("VALUE > 0"), isNotValid: true)
        ])),
    .compositeType(
      CompositeType(
        id: ObjectID(.compositeType, ["public", "point3"]),
        attributes: [
          .init(name: "x", type: TypeName("text"), collation: "\"C\""),
          .init(name: "y", type: TypeName("integer")),
        ])),
    .function(
      Routine(
        id: ObjectID(.function, ["public", "price", "integer, text"]), isProcedure: true,
        arguments: [
          .init(mode: .both, name: "number", type: TypeName("integer")),
          .init(name: "unit", type: TypeName("text"), defaultValue: expression("'m'")),
        ], returns: TypeName("record"), returnsSet: true, language: "plpgsql",
        body: .text("BEGIN END"), isWindow: true, volatility: .stable, isStrict: true,
        isSecurityDefiner: true, isLeakproof: true, parallel: .safe, cost: "10", rows: "5",
        support: "public.helper", transforms: [TypeName("jsonb")], directArguments: 1,
        settings: ["search_path=public"], settingOrder: ["search_path=public"])
    ),
    .function(
      Routine(
        id: ObjectID(.function, ["public", "one", "integer"]),
        arguments: [.init(type: TypeName("integer"))], returns: TypeName("integer"),
        language: "sql", body: .standard(expression("RETURN 1")), transforms: [TypeName("jsonb")],
        settings: ["a.b=c"])),
    .exclusion(
      ExclusionConstraint(
        id: table.part(.exclusion, "orders_during_excl"), method: "spgist",
        elements: [
          .init(part: IndexPart(.column("total"), operatorClass: "range_ops"), operatorName: "&&"),
          .init(part: IndexPart(.expression(expression("lower(state)"))), operatorName: "="),
        ], include: ["gross"], predicate: expression("total > 0"),
        deferrability: .initiallyDeferred,
        storage: IndexStorage(parameters: ["fillfactor=70"], tablespace: "fast"))),
    .materializedView(
      MaterializedView(
        id: ObjectID(.materializedView, ["public", "totals"]),
        query: expression("SELECT sum(total) FROM orders"), storageParameters: ["fillfactor=70"],
        tablespace: "fast", accessMethod: "columnar", clusteredOn: "totals_idx",
        columnSettings: [
          ResultColumnSettings(
            column: "sum",
            settings: ColumnSettings(
              storage: "main", compression: "pglz", statisticsTarget: 9,
              options: ["n_distinct=7"], serverOptions: ["a=b"]))
        ])),
    .policy(
      Policy(
        id: table.part(.policy, "own_rows"), isPermissive: false, command: .update,
        roles: ["clerk"], using: expression("owner = CURRENT_USER"), check: expression("true"))),
    .rule(
      Rule(
        id: table.part(.rule, "keep"), event: .delete, isInstead: true,
        condition: expression("old.total > 0"), commands: expression("NOTHING"), enabled: .always)
    ),
    .statistics(
      Statistics(
        id: ObjectID(.statistics, ["public", "orders_stats"]), relation: table,
        measures: [.mcv, .ndistinct], columns: ["id", "total"],
        expressions: [expression("lower(state)")], target: 50)),
    .publication(
      Publication(
        id: ObjectID(.publication, ["feed"]), isForAllTables: true, operations: [.insert],
        viaRoot: true, generatedColumns: "stored",
        members: [
          .init(table: table, columns: ["id", "total"], filter: expression("total > 0"))
        ], schemas: ["sales"])),
  ]

  /// One of each kind that is a name and attributes; together they have every form of value.
  private static let defined: [SchemaObject] = [
    DefinedObject(
      id: ObjectID(.collation, ["public", "german"]),
      attributes: ["provider": .text("icu"), "nondeterministic": .flag]),
    DefinedObject(
      id: ObjectID(.rangeType, ["public", "spans"]),
      attributes: [
        "subtype": .type(
          TypeName("public.status", object: ObjectID(.enumType, ["public", "status"]))),
        "subtype_diff": .name(ObjectID(.function, ["public", "span_diff"])),
      ]),
    DefinedObject(
      id: ObjectID(.baseType, ["public", "complex"]),
      attributes: ["input": .name(ObjectID(.function, ["public", "complex_in"]))]),
    DefinedObject(
      id: ObjectID(.operator, ["public", "===", "integer, integer"]),
      attributes: ["commutator": .name(ObjectID(.operator, ["public", "==="]))]),
    DefinedObject(
      id: ObjectID(.operatorFamily, ["public", "abs_ops", "btree"]),
      attributes: ["members": .list([.expression(expression("FUNCTION 1 (integer, integer) f"))])]),
    DefinedObject(
      id: ObjectID(.operatorClass, ["public", "abs_ops", "btree"]),
      attributes: ["members": .list([.expression(expression("OPERATOR 1 <(integer, integer)"))])]),
    DefinedObject(
      id: ObjectID(.cast, ["public", "public.status AS integer"]),
      attributes: ["function": .expression(expression("public.number(public.status)"))]),
    DefinedObject(
      id: ObjectID(.conversion, ["public", "latin"]), attributes: ["for": .text("LATIN1")]),
    DefinedObject(
      id: ObjectID(.transform, ["public", "public.hstore LANGUAGE plperl"]),
      attributes: ["to_sql": .expression(expression("public.to_hstore(internal)"))]),
    DefinedObject(
      id: ObjectID(.language, ["plsample"]),
      attributes: ["handler": .name(ObjectID(.function, ["public", "call"]))]),
    DefinedObject(
      id: ObjectID(.accessMethod, ["heap2"]), attributes: ["type": .text("table")]),
    DefinedObject(
      id: ObjectID(.textSearchParser, ["public", "words"]),
      attributes: ["start": .name(ObjectID(.function, ["prsd_start"]))]),
    DefinedObject(
      id: ObjectID(.textSearchTemplate, ["public", "stems"]),
      attributes: ["lexize": .name(ObjectID(.function, ["dsimple_lexize"]))]),
    DefinedObject(
      id: ObjectID(.textSearchDictionary, ["public", "russian"]),
      attributes: ["options": .options([.init(name: "stopwords", value: .text("russian"))])]),
    DefinedObject(
      id: ObjectID(.textSearchConfiguration, ["public", "mixed"]),
      attributes: [
        "mappings": .options([
          .init(
            name: "word",
            value: .list([.name(ObjectID(.textSearchDictionary, ["public", "russian"]))]))
        ])
      ]),
    DefinedObject(
      id: ObjectID(.foreignDataWrapper, ["files"]),
      attributes: ["options": .options([.init(name: "debug", value: .text("true"))])]),
    DefinedObject(
      id: ObjectID(.server, ["films"]),
      attributes: ["wrapper": .name(ObjectID(.foreignDataWrapper, ["files"]))]),
    DefinedObject(
      id: ObjectID(.userMapping, ["films", "clerk"]),
      attributes: ["secrets": .set(.init(["password"]))]),
    DefinedObject(
      id: ObjectID(.subscription, ["feed"]),
      attributes: ["publications": .list([.name(ObjectID(.publication, ["feed"]))])]),
    DefinedObject(
      id: ObjectID(.eventTrigger, ["watch"]), attributes: ["event": .text("sql_drop")]),
  ].map { .defined($0) }

  /// Properties that are kept but take no part in equality, reports and fingerprints, by type. A property
  /// that is in neither this list nor `fields` would let drift pass.
  package static let incidental: [String: Set<String>] = [
    "Table": [
      "columnOrder", "parameterOrder", "attachedIndexes", "inheritedNotNulls", "source",
      "isAnalyzed",
    ],
    "Column": ["source"],
    "PrimaryKey": ["source"],
    "UniqueConstraint": ["source"],
    "CheckConstraint": ["source"],
    "ForeignKey": ["source"],
    "Index": ["source", "parameterOrder"],
    "View": ["optionOrder", "resultColumns", "source"],
    "VirtualTable": ["source"],
    "Trigger": ["source"],
    "Extension": ["version"],
    "Routine": ["settingOrder"],
    "Grant": ["position"],
    "DefaultPrivileges": ["position"],
  ]

  private static func expression(_ text: String) -> Expression {
    Expression(text: text, canonical: text)
  }
}

extension Identifier: ExpressibleByStringLiteral {
  /// A name whose case counts.
  package init(stringLiteral value: String) { self.init(value) }
}
