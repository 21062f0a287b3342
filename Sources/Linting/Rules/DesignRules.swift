import SQLText
import SchemaModel

/// What one would do otherwise from the start.
enum DesignRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    foreignKeyWithoutIndex, indexTooWide, redundantIndex, smallInteger, serial, limitedText,
    timestampWithoutZone, enumCreated, constrainedDomain, nameTooLong, nameNeedsQuotes, padding,
    analyzeAfter, withoutPrimaryKey,
  ]

  /// Whether an index or key of the table begins with the columns, in any order.
  private static func isIndexed(
    _ columns: [Identifier], of table: RelationKey, _ catalog: Catalog
  ) -> Bool {
    let wanted = Set(columns)
    func covers(_ other: [Identifier]?) -> Bool {
      guard let other, other.count >= columns.count else { return false }
      return Set(other.prefix(columns.count)) == wanted
    }
    if catalog.indexes(on: table).contains(where: { !$0.isPartial && covers($0.columns) }) {
      return true
    }
    return catalog.relations[table]?.constraints.values.contains { constraint in
      switch constraint.kind {
      case .primaryKey(let other), .unique(let other): covers(other)
      case .check, .foreignKey, .exclusion, .notNull: false
      }
    } ?? false
  }

  static let foreignKeyWithoutIndex = Rule(
    "ST01", "fk-without-index", .warning, engines: both,
    summary:
      "Every DELETE or key UPDATE of the referenced table reads the whole referencing table, when no "
      + "index begins with the key's columns (in any order).",
    remedy: "CREATE INDEX over the columns (PostgreSQL: CONCURRENTLY)",
    bad: ["CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES parents (id));"],
    good: [
      """
      CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES parents (id));
      CREATE INDEX ON t (p);
      """,
      """
      CREATE TABLE t (
        a int, b int, PRIMARY KEY (b, a), FOREIGN KEY (a, b) REFERENCES u (a, b));
      """,
    ],
    .file { file in
      file.statements.flatMap { context -> [Violation] in
        guard case .createTable(let table) = context.node, !table.isTemporary else { return [] }
        let key = context.key(table.name)
        var keys = table.columns.compactMap { column in
          column.reference.map { _ in ([column.name.last], column.range) }
        }
        for constraint in table.constraints {
          if case .foreignKey(let columns, _) = constraint.kind {
            keys.append((columns, constraint.range))
          }
        }
        return keys.filter { columns, _ in
          !isIndexed(columns, of: key, file.catalog)
        }.map { columns, range in
          let list = columns.map(\.raw).joined(separator: ", ")
          return Violation("no index of \(table.name.text) begins with \(list)", at: range)
        }
      }
    })

  static let indexTooWide = Rule(
    "ST03", "index-more-than-3-columns", .notice, engines: both,
    summary: "A non-unique index over more than three columns rarely pays.",
    remedy: "begin with the columns that narrow down most, and leave the rest out",
    bad: ["CREATE INDEX CONCURRENTLY i ON t (a, b, c, d);"],
    good: [
      "CREATE INDEX CONCURRENTLY i ON t (a, b, c);",
      "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b, c, d);",
    ]
  ) { context in
    guard case .createIndex(let index) = context.node, !index.isUnique, index.parts.count > 3 else {
      return []
    }
    return [Violation("this index has \(index.parts.count) columns", at: context.statement.range)]
  }

  static let redundantIndex = Rule(
    "ST04", "redundant-index", .notice, engines: both,
    summary: "Another index begins with the same columns: this one costs writes and gains nothing.",
    remedy: "leave it out, or drop the other one",
    bad: [
      "CREATE INDEX CONCURRENTLY i ON t (a, b); CREATE INDEX CONCURRENTLY j ON t (a);",
      "CREATE TABLE t (id int PRIMARY KEY); CREATE INDEX i ON t (id);",
    ],
    good: [
      "CREATE INDEX CONCURRENTLY i ON t (a, b); CREATE INDEX CONCURRENTLY j ON t (b);",
      "CREATE INDEX CONCURRENTLY i ON t (a, b); CREATE UNIQUE INDEX CONCURRENTLY j ON t (a);",
      "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (a) WHERE b;",
      "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t USING gin (a);",
    ]
  ) { context in
    guard case .createIndex(let index) = context.node, !index.isUnique, index.predicate == nil,
      let columns = index.columns, !columns.isEmpty, !hasMethod(context.statement)
    else { return [] }
    let table = context.key(index.table)
    let other = context.catalog.indexNames[table]?.first { key in
      guard let other = context.catalog.indexes[key], other.table == table, !other.isPartial,
        key.name != index.name?.last
      else { return false }
      return other.columns?.starts(with: columns) == true
    }?.name.raw
    let isKey = context.catalog.relations[table]?.constraints.values.contains { constraint in
      switch constraint.kind {
      case .primaryKey(let key), .unique(let key): key.starts(with: columns)
      case .check, .foreignKey, .exclusion, .notNull: false
      }
    }
    guard other != nil || isKey == true else { return [] }
    return [
      Violation(
        "\(other ?? "a key of \(index.table.text)") begins with the same columns",
        at: context.statement.range)
    ]
  }

  /// An access method other than btree answers other questions.
  private static func hasMethod(_ statement: ParsedStatement) -> Bool {
    zip(statement.tokens, statement.tokens.dropFirst()).contains {
      $0.isWord("using") && !$1.isWord("btree")
    }
  }

  private static func columns(
    _ context: LintContext, _ find: (ColumnDefinition, TypeText) -> Violation?
  ) -> [Violation] {
    context.newColumns.compactMap { column in column.type.flatMap { find(column, $0) } }
  }

  static let smallInteger = Rule(
    "ST05", "small-integer", .warning,
    summary: "int ends at 2147483647; the change to bigint later writes the table anew.",
    remedy: "use bigint, for keys at least",
    bad: [
      "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD COLUMN user_id integer;",
      "CREATE TABLE t (id serial PRIMARY KEY);",
      "CREATE TABLE t (id bigint PRIMARY KEY, n smallint);",
    ],
    good: ["CREATE TABLE t (id bigint PRIMARY KEY);"]
  ) { context in
    columns(context) { column, type in
      let larger = [
        "integer": "bigint", "smallint": "bigint", "public.serial": "bigserial",
        "public.serial4": "bigserial", "public.smallserial": "bigserial",
      ][type.canonical]
      guard let larger else { return nil }
      let name = column.name.last.raw.asciiLowercased
      let isKey =
        column.isPrimaryKey || column.isIdentity || column.isSerial || column.reference != nil
        || name == "id" || name.hasSuffix("_id")
      return Violation(
        "\(column.name.text) holds \(type.canonical == "smallint" ? 32_767 : 2_147_483_647) at most",
        at: type.fragment.range, edits: [Edit(type.fragment.range, larger)],
        level: isKey ? nil : .notice)
    }
  }

  static let serial = Rule(
    "ST06", "serial", .warning,
    summary:
      "serial makes a sequence with rights and an owner of its own; identity columns are the "
      + "standard's way.",
    remedy: "GENERATED BY DEFAULT AS IDENTITY",
    bad: ["CREATE TABLE t (id bigserial PRIMARY KEY);"],
    good: ["CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);"]
  ) { context in
    columns(context) { column, type in
      guard column.isSerial else { return nil }
      let integer = [
        "serial": "integer", "serial4": "integer", "smallserial": "smallint", "serial2": "smallint",
      ][type.fragment.text.asciiLowercased]
      return Violation(
        "\(column.name.text) is serial, not identity", at: type.fragment.range,
        edits: [
          Edit(type.fragment.range, (integer ?? "bigint") + " GENERATED BY DEFAULT AS IDENTITY")
        ])
    }
  }

  static let limitedText = Rule(
    "ST07", "limited-text", .notice,
    summary:
      "varchar(n) and char(n) save nothing; a shorter limit later writes the table anew, and char "
      + "pads with spaces.",
    remedy: "text, with a CHECK for the length",
    bad: [
      "CREATE TABLE t (id bigint PRIMARY KEY, c varchar(20));",
      "ALTER TABLE t ADD COLUMN c char(3);",
    ],
    good: ["ALTER TABLE t ADD COLUMN c text;", "ALTER TABLE t ADD COLUMN c varchar;"]
  ) { context in
    columns(context) { column, type in
      guard type.canonical.hasPrefix("character varying(") || type.canonical.hasPrefix("character(")
      else { return nil }
      return Violation(
        "\(column.name.text) has its limit in the type", at: type.fragment.range,
        edits: [Edit(type.fragment.range, "text")])
    }
  }

  static let timestampWithoutZone = Rule(
    "ST08", "timestamp-without-zone", .warning,
    summary: "timestamp keeps no moment, only what a clock showed somewhere.",
    remedy: "timestamptz",
    bad: [
      "ALTER TABLE t ADD COLUMN at timestamp;",
      "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp without time zone);",
    ],
    good: ["ALTER TABLE t ADD COLUMN at timestamptz;"]
  ) { context in
    columns(context) { column, type in
      guard type.base == "timestamp without time zone" else { return nil }
      return Violation(
        "\(column.name.text) has no time zone", at: type.fragment.range,
        edits: [Edit(type.fragment.range, "timestamptz")])
    }
  }

  static let enumCreated = Rule(
    "ST09", "enum-created", .notice,
    summary: "Labels of an enum cannot be taken out again.",
    remedy: "a lookup table, or text with a CHECK, where the list changes",
    bad: ["CREATE TYPE mood AS ENUM ('a', 'b');"], good: ["CREATE TYPE pair AS (a int, b int);"]
  ) { context in
    guard case .createType(let type) = context.node, type.labels != nil else { return [] }
    return [
      Violation("no label of \(type.name.text) can be dropped later", at: context.statement.range)
    ]
  }

  static let constrainedDomain = Rule(
    "ST10", "domain-with-constraint", .warning,
    summary: "A change of a domain's constraint reads every table that uses it under SHARE.",
    remedy: "put the CHECK on the tables",
    bad: ["CREATE DOMAIN positive AS int CHECK (VALUE > 0);"], good: ["CREATE DOMAIN d AS int;"]
  ) { context in
    guard case .createDomain(let domain) = context.node, domain.isConstrained else { return [] }
    return [
      Violation(
        "a later change of \(domain.name.text) reads every table that uses it",
        at: context.statement.range)
    ]
  }

  static let nameTooLong = Rule(
    "ST11", "identifier-too-long", .error,
    summary: "PostgreSQL cuts names after 63 bytes without an error: two long names become one.",
    remedy: "shorten it",
    bad: [
      """
      CREATE INDEX CONCURRENTLY
        an_index_with_a_name_that_is_much_longer_than_what_postgresql_keeps_of_it ON t (c);
      """
    ],
    good: ["CREATE INDEX CONCURRENTLY an_index ON t (c);"]
  ) { context in
    switch context.node {
    case .doBlock, .insert, .update, .delete, .select, .copy, .comment: return []
    default: break
    }
    return context.statement.tokens.filter { token in
      (token.kind == .word || token.kind == .quotedName) && token.unquoted.utf8.count > 63
    }.map {
      Violation(
        "PostgreSQL keeps 63 of the \($0.unquoted.utf8.count) bytes of this name", at: $0.range)
    }
  }

  static let nameNeedsQuotes = Rule(
    "ST12", "name-needs-quotes", .notice, isOptIn: true,
    summary: "A name with capitals or other characters must be quoted everywhere.",
    remedy: "small letters, digits and underscores",
    bad: ["CREATE TABLE \"Users\" (id bigint PRIMARY KEY);"],
    good: ["CREATE TABLE Users (id bigint PRIMARY KEY);"]
  ) { context in
    var names: [Name] = context.newColumns.map(\.name)
    switch context.node {
    case .createTable(let table): names.append(table.name)
    case .createIndex(let index): if let name = index.name { names.append(name) }
    case .createView(let view): names.append(view.name)
    default: break
    }
    return names.filter { name in
      let bare = Quoting.name(name.last.raw)
      return bare.hasPrefix("\"")
    }.map { Violation("\($0.text) must be quoted wherever it is used", at: $0.range) }
  }

  static let padding = Rule(
    "ST13", "column-padding", .notice, isOptIn: true,
    summary: "Columns that are aligned to eight bytes behind shorter ones leave gaps in every row.",
    remedy: "put columns of fixed width first, the widest before the others",
    bad: ["CREATE TABLE t (a boolean, id bigint PRIMARY KEY, b boolean, c bigint);"],
    good: ["CREATE TABLE t (id bigint PRIMARY KEY, c bigint, a boolean, b boolean);"]
  ) { context in
    guard case .createTable(let table) = context.node else { return [] }
    let sizes = table.columns.prefix { width($0.type) != nil }.compactMap { width($0.type) }
    let gap = padded(sizes) - padded(sizes.sorted(by: >))
    guard gap >= 8 else { return [] }
    return [
      Violation("another order of columns saves \(gap) bytes a row", at: table.name.range)
    ]
  }

  private static func width(_ type: TypeText?) -> Int? {
    switch type?.canonical {
    case "bigint", "double precision", "timestamp with time zone", "timestamp without time zone": 8
    case "integer", "real", "date": 4
    case "smallint": 2
    case "boolean": 1
    default: nil
    }
  }

  private static func padded(_ sizes: [Int]) -> Int {
    let end = sizes.reduce(0) { ($0 + $1 - 1) / $1 * $1 + $1 }
    return (end + 7) / 8 * 8
  }

  static let analyzeAfter = Rule(
    "ST14", "analyze-after", .notice,
    summary:
      "A change of a type drops the column's statistics, and an expression index or extended "
      + "statistics have none yet: plans are bad until autovacuum comes by.",
    remedy: "ANALYZE the table after it",
    bad: [
      "ALTER TABLE t ALTER c TYPE bigint;", "CREATE INDEX CONCURRENTLY i ON t (lower(c));",
    ],
    good: [
      "ALTER TABLE t ALTER c TYPE bigint; ANALYZE t;", "CREATE INDEX CONCURRENTLY i ON t (c);",
    ]
  ) { context in
    let table: Name? =
      switch context.node {
      case .createIndex(let index)
      where context.isOld(index.table) && index.columns == nil: index.table
      case .alter(let alter)
      where context.alterOfOldTable != nil
        && alter.actions.contains(where: {
          if case .columnType = $0.kind { true } else { false }
        }):
        alter.name
      case .create(let create) where create.object == .statistics: create.name
      default: nil
      }
    guard let table else { return [] }
    let isAnalyzed = context.following.contains { statement in
      switch statement.node {
      case .analyze: true
      case .vacuum: statement.tokens.contains { $0.isWord("analyze") }
      default: false
      }
    }
    guard !isAnalyzed else { return [] }
    return [
      Violation(
        "\(table.text) has no statistics for this until it is analyzed", at: context.statement.range
      )
    ]
  }

  static let withoutPrimaryKey = Rule(
    "ST15", "table-without-primary-key", .warning, engines: both,
    summary: "Without a primary key rows cannot be told apart: no logical replication, no batches.",
    remedy: "give it a primary key",
    bad: ["CREATE TABLE t (a int);"],
    good: [
      "CREATE TABLE t (id int PRIMARY KEY);", "CREATE TABLE t (a int, PRIMARY KEY (a));",
      "CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a);", "CREATE TEMP TABLE t (a int);",
      "CREATE TABLE t (LIKE u INCLUDING ALL);",
    ],
    .file { file in
      file.tables { context, table in
        guard !table.isTemporary, !table.hasPrimaryKey, table.partitionOf == nil,
          table.likes.isEmpty, table.inherits.isEmpty, !table.isFromQuery, !table.isVirtual
        else { return nil }
        let comesLater = file.catalog.relation(table.name)?.hasPrimaryKey == true
        guard !comesLater else { return nil }
        return Violation("\(table.name.text) has no primary key", at: table.name.range)
      }
    })
}
