import SQLText
import SchemaModel

/// Indexes, and constraints that are one: built under a lock unless CONCURRENTLY.
enum IndexRules {
  static let all = [
    indexNotConcurrent, dropIndexNotConcurrent, reindexNotConcurrent, uniqueBuildsIndex,
    primaryKeyBuildsIndex, primaryKeyOverNullable, exclusionConstraint, indexOnPartitioned,
  ]

  static let indexNotConcurrent = Rule(
    "LK01", "index-not-concurrent", .error,
    summary: "CREATE INDEX holds SHARE on the table while it builds: every write waits.",
    remedy: "CREATE INDEX CONCURRENTLY, alone and outside a transaction",
    bad: [
      "CREATE INDEX i ON t (c);", "CREATE UNIQUE INDEX IF NOT EXISTS i ON s.t USING btree (c);",
      "CREATE TABLE u (a int); CREATE INDEX i ON t (c);",
    ],
    good: [
      "CREATE INDEX CONCURRENTLY i ON t (c);", "CREATE TABLE t (c int); CREATE INDEX i ON t (c);",
      "CREATE TEMP TABLE t (c int); CREATE INDEX ON t (c);", "CREATE INDEX i ON ONLY t (c);",
    ]
  ) { context in
    guard case .createIndex(let index) = context.node, !index.isConcurrent, !index.isOnly,
      context.isOld(index.table), context.catalog.relation(index.table)?.isPartitioned != true
    else { return [] }
    return [
      Violation(
        "the build holds SHARE on \(index.table.text): writes wait until it is done",
        at: context.statement.range,
        edits: context.ifAutocommit([.insert(" CONCURRENTLY", at: index.indexWord.upperBound)]))
    ]
  }

  static let dropIndexNotConcurrent = Rule(
    "LK02", "drop-index-not-concurrent", .warning,
    summary:
      "DROP INDEX takes ACCESS EXCLUSIVE on the table: short, but everybody queues behind it.",
    remedy: "DROP INDEX CONCURRENTLY, one index a statement, outside a transaction",
    bad: ["DROP INDEX i;", "DROP INDEX IF EXISTS s.i, s.j;"],
    good: [
      "DROP INDEX CONCURRENTLY i;",
      "CREATE TABLE t (c int); CREATE INDEX i ON t (c); DROP INDEX i;",
    ]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .index, !drop.isConcurrent,
      drop.names.contains(where: { context.isOld($0) })
    else { return [] }
    let edits = [Edit.insert(" CONCURRENTLY", at: drop.objectWord.upperBound)]
    return [
      Violation(
        "this takes ACCESS EXCLUSIVE on the table of \(drop.names.first?.text ?? "the index")",
        at: context.statement.range,
        edits: drop.names.count == 1 && !drop.cascade ? context.ifAutocommit(edits) : [])
    ]
  }

  static let reindexNotConcurrent = Rule(
    "LK03", "reindex-not-concurrent", .error,
    summary: "REINDEX holds SHARE on the table and ACCESS EXCLUSIVE on the index: writes wait, and "
      + "reads that would use the index.",
    remedy: "REINDEX … CONCURRENTLY, outside a transaction",
    bad: ["REINDEX TABLE t;", "REINDEX INDEX i;"],
    good: ["REINDEX INDEX CONCURRENTLY i;", "REINDEX (CONCURRENTLY) TABLE t;"]
  ) { context in
    guard case .reindex(let reindex) = context.node, !reindex.isConcurrent,
      reindex.name.map({ context.isOld($0) }) ?? true
    else { return [] }
    return [
      Violation(
        "the rebuild stops writes to the table, and reads through the index",
        at: context.statement.range,
        edits: reindex.target == .system
          ? [] : context.ifAutocommit([.insert(" CONCURRENTLY", at: reindex.targetWord.upperBound)])
      )
    ]
  }

  static let uniqueBuildsIndex = Rule(
    "LK04", "unique-builds-index", .error,
    summary: "A UNIQUE constraint builds its index under ACCESS EXCLUSIVE: nobody reads or writes "
      + "meanwhile.",
    remedy: "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … UNIQUE USING INDEX",
    bad: [
      "ALTER TABLE t ADD CONSTRAINT t_c_key UNIQUE (c);", "ALTER TABLE t ADD COLUMN c int UNIQUE;",
      "ALTER TABLE t ADD UNIQUE (c);",
    ],
    good: [
      "ALTER TABLE t ADD CONSTRAINT t_c_key UNIQUE USING INDEX t_c_key;",
      "CREATE TABLE t (c int); ALTER TABLE t ADD UNIQUE (c);",
    ]
  ) { context in
    context.actions { alter, action in
      switch action.kind {
      case .addColumn(let column, _) where column.isUnique:
        return Violation(
          "the index of \(column.name.text) is built under ACCESS EXCLUSIVE on \(alter.name.text)",
          at: action.range)
      case .addConstraint(let constraint):
        guard case .unique(let columns) = constraint.kind, constraint.usingIndex == nil else {
          return nil
        }
        var edits: [Edit] = []
        if let name = constraint.name, alter.actions.count == 1, !columns.isEmpty,
          constraint.end == constraint.range.upperBound
        {
          let table = context.text(alter.name.range)
          let list = columns.map { Quoting.name($0.raw) }.joined(separator: ", ")
          let index = context.text(name.range)
          edits = context.ifAutocommit([
            context.prepending("CREATE UNIQUE INDEX CONCURRENTLY \(index) ON \(table) (\(list))"),
            Edit(
              constraint.range, "CONSTRAINT \(index) UNIQUE USING INDEX \(index)"),
          ])
        }
        return Violation(
          "the index is built under ACCESS EXCLUSIVE on \(alter.name.text)", at: action.range,
          edits: edits)
      default: return nil
      }
    }
  }

  static let primaryKeyBuildsIndex = Rule(
    "LK05", "primary-key-builds-index", .error,
    summary: "A primary key builds its index, and checks for NULLs, under ACCESS EXCLUSIVE.",
    remedy: "make the columns NOT NULL through a checked constraint (LK11), CREATE UNIQUE INDEX "
      + "CONCURRENTLY, then ADD CONSTRAINT … PRIMARY KEY USING INDEX",
    bad: [
      "ALTER TABLE t ADD PRIMARY KEY (id);",
      "ALTER TABLE t ADD COLUMN id bigserial PRIMARY KEY;",
    ],
    good: ["ALTER TABLE t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;"]
  ) { context in
    context.actions { alter, action in
      let isFound =
        switch action.kind {
        case .addColumn(let column, _): column.isPrimaryKey
        case .addConstraint(let constraint):
          if case .primaryKey = constraint.kind { constraint.usingIndex == nil } else { false }
        default: false
        }
      guard isFound else { return nil }
      return Violation(
        "the index of the key is built under ACCESS EXCLUSIVE on \(alter.name.text)",
        at: action.range)
    }
  }

  static let primaryKeyOverNullable = Rule(
    "LK06", "pk-using-index-nullable", .error,
    summary: "PRIMARY KEY USING INDEX makes nullable columns NOT NULL, which reads the whole table "
      + "under ACCESS EXCLUSIVE unless a valid CHECK proves that there are no NULLs.",
    remedy: "ADD CHECK (c IS NOT NULL) NOT VALID and VALIDATE it before",
    bad: [
      "CREATE UNIQUE INDEX CONCURRENTLY i ON t (id); ALTER TABLE t ADD PRIMARY KEY USING INDEX i;"
    ],
    good: [
      """
      CREATE UNIQUE INDEX CONCURRENTLY i ON t (id);
      ALTER TABLE t ADD CONSTRAINT c CHECK (id IS NOT NULL) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT c;
      ALTER TABLE t ADD PRIMARY KEY USING INDEX i;
      """
    ]
  ) { context in
    context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind,
        case .primaryKey = constraint.kind, let index = constraint.usingIndex,
        context.claims.scans.contains(context.key(alter.name))
      else { return nil }
      return Violation(
        "a column of \(index.text) may be null: \(alter.name.text) is read under ACCESS EXCLUSIVE",
        at: action.range)
    }
  }

  static let exclusionConstraint = Rule(
    "LK07", "exclusion-constraint", .error,
    summary: "EXCLUDE builds its index under ACCESS EXCLUSIVE, and has no form that does not.",
    remedy: "make a new table with the constraint and copy into it, or check in a trigger",
    bad: ["ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (during WITH &&);"],
    good: [
      "CREATE TABLE t (during tsrange, EXCLUDE USING gist (during WITH &&), id int PRIMARY KEY);"
    ]
  ) { context in
    context.actions { alter, action in
      guard case .addConstraint(let constraint) = action.kind, constraint.kind == .exclusion else {
        return nil
      }
      return Violation(
        "the index is built under ACCESS EXCLUSIVE on \(alter.name.text)", at: action.range)
    }
  }

  static let indexOnPartitioned = Rule(
    "LK39", "index-on-partitioned-parent", .error,
    summary: "An index on a partitioned table is built on every partition under SHARE, all of them "
      + "until the last is done; CONCURRENTLY is not supported there.",
    remedy:
      "CREATE INDEX ON ONLY the parent, CREATE INDEX CONCURRENTLY on each partition, then ALTER "
      + "INDEX … ATTACH PARTITION",
    bad: [
      """
      -- kedge:section 1
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      -- kedge:section 2
      CREATE INDEX i ON p (c);
      """,
      "ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1); CREATE INDEX CONCURRENTLY i ON p (c);",
    ],
    good: ["ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1); CREATE INDEX i ON ONLY p (c);"]
  ) { context in
    guard case .createIndex(let index) = context.node, !index.isOnly, context.isOld(index.table),
      context.catalog.relation(index.table)?.isPartitioned == true
    else { return [] }
    return [
      Violation(
        index.isConcurrent
          ? "\(index.table.text) is partitioned: CONCURRENTLY fails there"
          : "\(index.table.text) and all its partitions take no writes until every index is built",
        at: context.statement.range)
    ]
  }
}
