import SQLText
import SchemaModel

/// Partitions come and go.
enum PartitionRules {
  static let all = [
    attachScan, attachDefaultScan, attachBuildsIndexes, createPartitionOf, detachNotConcurrent,
    dropPartition, partitionRecursion, attachOutOfRange,
  ]

  private static func attachment(
    _ context: LintContext, _ find: (RelationKey, RelationKey, AlterAction) -> Violation?
  ) -> [Violation] {
    context.actions { alter, action in
      guard case .attachPartition(let name, _) = action.kind else { return nil }
      return find(context.key(alter.name), context.key(name), action)
    }
  }

  static let attachScan = Rule(
    "LK33", "attach-partition-scan", .error,
    summary:
      "ATTACH PARTITION reads the new partition under ACCESS EXCLUSIVE on it, unless a valid CHECK "
      + "says what the bound says, with IS NOT NULL for a nullable key.",
    remedy:
      "ADD CHECK (key IS NOT NULL AND key >= … AND key < …) NOT VALID to the partition, VALIDATE it, "
      + "ATTACH, drop the check",
    bad: ["ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (9);"],
    good: [
      """
      ALTER TABLE q ADD CONSTRAINT k CHECK (id IS NOT NULL AND id >= 1 AND id < 9) NOT VALID;
      ALTER TABLE q VALIDATE CONSTRAINT k;
      ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (9);
      """,
      """
      CREATE TABLE q (LIKE p INCLUDING ALL);
      ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (9);
      """,
    ]
  ) { context in
    attachment(context) { _, partition, action in
      guard context.isOld(partition), !context.catalog.hasValidCheck(partition) else { return nil }
      return Violation(
        "\(partition) is read under ACCESS EXCLUSIVE to see whether its rows fit", at: action.range)
    }
  }

  static let attachDefaultScan = Rule(
    "LK34", "attach-default-partition-scan", .error,
    summary:
      "With a DEFAULT partition ATTACH reads that one under ACCESS EXCLUSIVE, unless a valid CHECK "
      + "(NOT (bound)) says that nothing in it belongs to the new partition.",
    remedy:
      "ADD CHECK (NOT (…)) NOT VALID to the default partition, VALIDATE it, ATTACH, drop the check",
    bad: [
      """
      ALTER TABLE p ATTACH PARTITION d DEFAULT;
      CREATE TABLE q (LIKE p);
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      """
    ],
    good: ["CREATE TABLE q (LIKE p); ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);"]
  ) { context in
    attachment(context) { parent, _, action in
      guard let other = context.catalog.defaultPartition(of: parent), context.isOld(other),
        !context.catalog.hasValidCheck(other)
      else { return nil }
      return Violation(
        "the default partition \(other) is read under ACCESS EXCLUSIVE", at: action.range)
    }
  }

  static let attachBuildsIndexes = Rule(
    "LK35", "attach-builds-indexes", .error,
    summary:
      "Indexes of the parent that the partition has no counterpart for are built under ACCESS "
      + "EXCLUSIVE on it; a unique index is no counterpart of a primary key or unique constraint.",
    remedy:
      "CREATE INDEX CONCURRENTLY on the partition, and ADD CONSTRAINT … USING INDEX for keys, before",
    bad: [
      """
      -- kedge:section 1
      ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (id);
      -- kedge:section 2
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      """
    ],
    good: [
      """
      ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (id);
      ALTER TABLE q ADD CONSTRAINT q_pkey PRIMARY KEY USING INDEX q_pkey;
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      """
    ]
  ) { context in
    attachment(context) { parent, partition, action in
      guard context.isOld(partition) else { return nil }
      let catalog = context.catalog
      let keys = keyCount(catalog.relations[parent])
      let missing =
        keys > keyCount(catalog.relations[partition])
        || catalog.indexes(on: parent).count > catalog.indexes(on: partition).count
      guard missing else { return nil }
      return Violation(
        "\(parent) has indexes of which \(partition) seems to have none: they are built under ACCESS "
          + "EXCLUSIVE",
        at: action.range)
    }
  }

  private static func keyCount(_ relation: Catalog.Relation?) -> Int {
    relation?.constraints.values.count { constraint in
      switch constraint.kind {
      case .primaryKey, .unique: true
      case .check, .foreignKey, .exclusion, .notNull: false
      }
    } ?? 0
  }

  static let createPartitionOf = Rule(
    "LK36", "create-partition-of", .warning,
    summary:
      "CREATE TABLE … PARTITION OF takes ACCESS EXCLUSIVE on the parent; CREATE TABLE (LIKE …) and "
      + "ATTACH need only SHARE UPDATE EXCLUSIVE.",
    remedy: "CREATE TABLE q (LIKE p INCLUDING ALL); ALTER TABLE p ATTACH PARTITION q …",
    bad: ["CREATE TABLE q PARTITION OF p FOR VALUES FROM (1) TO (9);"],
    good: [
      """
      CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE q PARTITION OF p FOR VALUES FROM (1) TO (9);
      """
    ]
  ) { context in
    guard case .createTable(let table) = context.node, let parent = table.partitionOf,
      context.isOld(parent)
    else { return [] }
    var edits: [Edit] = []
    let rest = context.statement.tokens.drop { $0.range.lowerBound < parent.range.upperBound }
    if let first = rest.first, first.isWord("for") || first.isWord("default"),
      !rest.contains(where: { $0.isWord("partition") || $0.isWord("with") }), !table.ifNotExists
    {
      let (name, other) = (context.text(table.name.range), context.text(parent.range))
      let bound = context.text(first.range.lowerBound..<context.end)
      edits = [
        Edit(
          context.statement.range,
          "CREATE TABLE \(name) (LIKE \(other) INCLUDING ALL);\n"
            + "ALTER TABLE \(other) ATTACH PARTITION \(name) \(bound)")
      ]
    }
    return [
      Violation(
        "ACCESS EXCLUSIVE on \(parent.text): nobody reads or writes it",
        at: context.statement.range,
        edits: edits)
    ]
  }

  static let detachNotConcurrent = Rule(
    "LK37", "detach-not-concurrent", .error,
    summary: "DETACH PARTITION takes ACCESS EXCLUSIVE on the parent and the partition.",
    remedy: "DETACH PARTITION … CONCURRENTLY, outside a transaction; not with a DEFAULT partition",
    bad: ["ALTER TABLE p DETACH PARTITION q;"],
    good: [
      "ALTER TABLE p DETACH PARTITION q CONCURRENTLY;",
      "ALTER TABLE p DETACH PARTITION q FINALIZE;",
    ]
  ) { context in
    guard context.version >= 14 else { return [] }
    return context.actions { alter, action in
      guard case .detachPartition(_, concurrently: false, finalize: false) = action.kind else {
        return nil
      }
      let hasDefault = context.catalog.defaultPartition(of: context.key(alter.name)) != nil
      return Violation(
        "ACCESS EXCLUSIVE on \(alter.name.text)", at: action.range,
        hint: hasDefault
          ? "a DEFAULT partition stands in the way of CONCURRENTLY: set lock_timeout" : nil,
        edits: hasDefault
          ? [] : context.ifAutocommit([.insert(" CONCURRENTLY", at: action.range.upperBound)]),
        level: hasDefault ? .warning : nil)
    }
  }

  static let dropPartition = Rule(
    "LK38", "drop-partition-directly", .warning,
    summary: "DROP TABLE of a partition takes ACCESS EXCLUSIVE on its parent.",
    remedy: "DETACH PARTITION … CONCURRENTLY, then DROP TABLE",
    bad: ["ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1); DROP TABLE q;"],
    good: [
      """
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      ALTER TABLE p DETACH PARTITION q CONCURRENTLY;
      DROP TABLE q;
      """
    ]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .table else { return [] }
    return drop.names.compactMap { name in
      guard let parent = context.catalog.relation(name)?.parent, context.isOld(parent) else {
        return nil
      }
      return Violation("ACCESS EXCLUSIVE on \(parent), whose partition this is", at: name.range)
    }
  }

  static let partitionRecursion = Rule(
    "LK44", "partition-recursion", .notice,
    summary:
      "ALTER of a partitioned table takes the same lock on every partition; lock_timeout counts "
      + "for each of them, not for all.",
    remedy:
      "limit the whole with statement_timeout, and see that max_locks_per_transaction suffices",
    bad: [
      """
      ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);
      ALTER TABLE p ADD COLUMN c int;
      """
    ],
    good: ["ALTER TABLE t ADD COLUMN c int;"]
  ) { context in
    context.actions { alter, action in
      guard context.catalog.relation(alter.name)?.isPartitioned == true else { return nil }
      switch action.kind {
      case .addColumn, .dropColumn, .columnType, .setNotNull, .addConstraint, .renameColumn:
        return Violation(
          "the same lock is taken on every partition of \(alter.name.text)", at: action.range)
      default: return nil
      }
    }
  }

  static let attachOutOfRange = Rule(
    "DD08", "attach-out-of-range", .notice,
    summary: "ATTACH fails when a row of the partition is outside the bound.",
    remedy: "look before: SELECT … WHERE NOT (bound) LIMIT 1",
    bad: ["ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1) TO (9);"],
    good: ["CREATE TABLE q (LIKE p); ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1);"]
  ) { context in
    attachment(context) { _, partition, action in
      guard context.isOld(partition), !context.catalog.hasValidCheck(partition) else { return nil }
      return Violation(
        "this fails if a row of \(partition) is outside the bound", at: action.range)
    }
  }
}
