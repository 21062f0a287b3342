import SQLText
import SchemaModel

/// Columns and storage: what writes the whole table anew under ACCESS EXCLUSIVE.
enum RewriteRules {
  static let all = [
    volatileDefault, stableDefaultFreezes, autoIncrementColumn, storedGenerated,
    constrainedDomainColumn, storageRewrite, vacuumFull, refreshBlocksReads, truncates,
  ]

  static let volatileDefault = Rule(
    "LK13", "add-column-volatile-default", .error,
    summary:
      "A default that is evaluated for every row writes the table and all its indexes anew under "
      + "ACCESS EXCLUSIVE. Constants and stable functions such as now() do not.",
    remedy:
      "ADD COLUMN without the default, SET DEFAULT in a second statement, fill old rows in batches",
    bad: [
      "ALTER TABLE t ADD COLUMN id uuid DEFAULT gen_random_uuid();",
      "ALTER TABLE t ADD COLUMN r float8 NOT NULL DEFAULT random();",
      "ALTER TABLE t ADD COLUMN x int DEFAULT my_function(1);",
      "ALTER TABLE t ADD COLUMN at timestamptz DEFAULT clock_timestamp();",
    ],
    good: [
      "ALTER TABLE t ADD COLUMN at timestamptz NOT NULL DEFAULT now();",
      "ALTER TABLE t ADD COLUMN n int DEFAULT 1 + 1;",
      "ALTER TABLE t ADD COLUMN d date DEFAULT CURRENT_DATE;",
      "ALTER TABLE t ADD COLUMN id uuid; ALTER TABLE t ALTER id SET DEFAULT gen_random_uuid();",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .addColumn(let column, _) = action.kind, let value = column.defaultValue else {
        return nil
      }
      switch Volatility.of(value) {
      case .volatile:
        return Violation(
          "\(context.text(value.range)) differs from row to row: \(alter.name.text) is written anew under ACCESS "
            + "EXCLUSIVE",
          at: value.range)
      case .unknown:
        return Violation(
          "if \(value.calls.first ?? "the function") is volatile, \(alter.name.text) is written anew "
            + "under ACCESS EXCLUSIVE",
          at: value.range,
          hint:
            "make sure that it is IMMUTABLE or STABLE, or set the default in a second statement",
          level: .warning)
      case .constant, .stable: return nil
      }
    }
  }

  static let stableDefaultFreezes = Rule(
    "LK13B", "add-column-stable-default-freezes", .notice,
    summary: "DEFAULT now() gives every old row one and the same value: the time of the migration.",
    remedy: "leave old rows NULL, and SET DEFAULT in a second statement, if that is not meant",
    bad: ["ALTER TABLE t ADD COLUMN created_at timestamptz DEFAULT now();"],
    good: ["ALTER TABLE t ADD COLUMN n int DEFAULT 0;"]
  ) { context in
    context.actions { _, action in
      guard case .addColumn(let column, _) = action.kind, let value = column.defaultValue,
        Volatility.of(value) == .stable
      else { return nil }
      return Violation("every old row gets the same \(context.text(value.range))", at: value.range)
    }
  }

  static let autoIncrementColumn = Rule(
    "LK14", "add-auto-increment-column", .error,
    summary:
      "A new serial or identity column numbers all old rows: the table is written anew under "
      + "ACCESS EXCLUSIVE.",
    remedy:
      "ADD COLUMN bigint, CREATE SEQUENCE OWNED BY it, SET DEFAULT nextval(…), number old rows in "
      + "batches",
    bad: [
      "ALTER TABLE t ADD COLUMN id bigserial;",
      "ALTER TABLE t ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;",
    ],
    good: ["CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"]
  ) { context in
    context.actions { alter, action in
      guard case .addColumn(let column, _) = action.kind, column.isSerial || column.isIdentity
      else {
        return nil
      }
      return Violation(
        "every row of \(alter.name.text) gets a number: it is written anew under ACCESS EXCLUSIVE",
        at: column.range)
    }
  }

  static let storedGenerated = Rule(
    "LK15", "add-stored-generated-column", .error,
    summary: "A STORED generated column is computed for every row: the table is written anew under "
      + "ACCESS EXCLUSIVE. VIRTUAL ones, of PostgreSQL 18, are not.",
    remedy:
      "use VIRTUAL (PostgreSQL 18), or a plain column that a trigger fills, and old rows in batches",
    bad: [
      "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a + 1) STORED;",
      Example("ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a + 2);", version: 17),
    ],
    good: [
      Example("ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a + 1) VIRTUAL;", version: 18),
      Example("ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a + 1);", version: 18),
      Example(
        "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a + 1) VIRTUAL;\n"
          + "ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a + 2);", version: 18),
    ]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .addColumn(let column, _):
        guard let generated = column.generated,
          generated.isStored ?? (context.version < 18)
        else { return nil }
        return Violation(
          "\(column.name.text) is computed for every row of \(alter.name.text), which is written anew "
            + "under ACCESS EXCLUSIVE",
          at: column.range)
      case .setExpression(let name):
        let generation = context.catalog.column(name.last, of: context.catalog.key(alter.name))?
          .generation
        if generation == .virtual { return nil }
        let isStored = generation == .stored || context.version < 18
        return Violation(
          "\(name.text) is computed anew for every row" + (isStored ? "" : " if it is STORED"),
          at: action.range, hint: "add a new column and let clients change over",
          level: isStored ? nil : .warning)
      default: return nil
      }
    }
  }

  static let constrainedDomainColumn = Rule(
    "LK16", "add-constrained-domain-column", .error,
    summary:
      "A new column of a domain with a constraint writes the table anew, even without a default.",
    remedy: "use the domain's base type, and a CHECK of the table, NOT VALID and validated later",
    bad: [
      "CREATE DOMAIN positive AS int CHECK (VALUE > 0); ALTER TABLE t ADD COLUMN n positive;"
    ],
    good: ["CREATE DOMAIN n AS int; ALTER TABLE t ADD COLUMN n n;"]
  ) { context in
    context.actions { alter, action in
      guard case .addColumn(let column, _) = action.kind,
        context.reader().isConstrainedDomain(column), let type = column.type
      else { return nil }
      return Violation(
        "\(context.text(type.fragment.range)) has a constraint: \(alter.name.text) is written "
          + "anew under ACCESS EXCLUSIVE",
        at: column.range)
    }
  }

  static let storageRewrite = Rule(
    "LK23", "storage-rewrite", .error,
    summary: "SET LOGGED, UNLOGGED, TABLESPACE and ACCESS METHOD copy the whole table under ACCESS "
      + "EXCLUSIVE.",
    remedy: "make a new table and change over, or use pg_repack for a tablespace",
    bad: [
      "ALTER TABLE t SET UNLOGGED;", "ALTER TABLE t SET TABLESPACE fast;",
      "ALTER TABLE t SET ACCESS METHOD columnar;",
    ],
    good: ["ALTER TABLE t SET (fillfactor = 70);"]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .setLogged, .setTablespace, .setAccessMethod:
        return Violation(
          "\(alter.name.text) is copied under ACCESS EXCLUSIVE", at: action.range)
      default: return nil
      }
    }
  }

  static let vacuumFull = Rule(
    "LK24", "vacuum-full-cluster", .error,
    summary: "VACUUM FULL and CLUSTER write the table anew under ACCESS EXCLUSIVE.",
    remedy: "pg_repack, pg_squeeze, or REPACK (CONCURRENTLY) from PostgreSQL 19 on",
    bad: ["VACUUM FULL t;", "VACUUM (FULL, ANALYZE) t;", "CLUSTER t USING i;"],
    good: ["VACUUM (ANALYZE) t;"]
  ) { context in
    switch context.node {
    case .vacuum(let tables, isFull: true) where tables.allSatisfy(context.isOld):
      return [
        Violation(
          "nobody reads or writes the table until it is copied", at: context.statement.range)
      ]
    case .cluster(let table) where table.map(context.isOld) ?? true:
      return [
        Violation(
          "nobody reads or writes the table until it is copied", at: context.statement.range)
      ]
    default: return []
    }
  }

  static let refreshBlocksReads = Rule(
    "LK25", "refresh-matview-blocks-reads", .warning,
    summary:
      "REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE while the query runs; CONCURRENTLY lets "
      + "readers go on, and needs a unique index over plain columns without WHERE.",
    remedy: "REFRESH MATERIALIZED VIEW CONCURRENTLY",
    bad: ["REFRESH MATERIALIZED VIEW m;"],
    good: [
      "REFRESH MATERIALIZED VIEW CONCURRENTLY m;",
      "CREATE MATERIALIZED VIEW m AS SELECT 1; REFRESH MATERIALIZED VIEW m;",
    ]
  ) { context in
    guard case .refresh(let view, concurrently: false) = context.node, context.isOld(view) else {
      return []
    }
    let edits = context.range(ofWord: "view").map { word in
      [Edit.insert(" CONCURRENTLY", at: word.upperBound)]
    }
    return [
      Violation(
        "readers of \(view.text) wait until its query is done", at: context.statement.range,
        edits: edits ?? [])
    ]
  }

  static let truncates = Rule(
    "LK26", "truncate", .error,
    summary:
      "TRUNCATE takes ACCESS EXCLUSIVE, older snapshots see the table empty, and only ON TRUNCATE "
      + "triggers fire.",
    remedy: "DELETE in batches, or swap in an empty table",
    bad: ["TRUNCATE t;", "TRUNCATE TABLE t, u CASCADE;"],
    good: ["CREATE TABLE t (id int PRIMARY KEY); TRUNCATE t;"]
  ) { context in
    guard case .truncate(let tables, _, _) = context.node,
      let table = tables.first(where: context.isOld)
    else { return [] }
    return [
      Violation(
        "ACCESS EXCLUSIVE on \(table.text), which older snapshots then see empty",
        at: context.statement.range)
    ]
  }
}
