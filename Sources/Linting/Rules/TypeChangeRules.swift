import SQLText
import SchemaModel

/// `ALTER COLUMN … TYPE`.
enum TypeChangeRules {
  static let all = [
    alterTypeRewrite, indexRebuild, rechecksConstraints, changeBlocked, usingDefeatsFastPath,
    timezoneDependentCast, lossyTypeChange, castMayFail, sequenceRange,
  ]

  private static func change(
    _ context: LintContext,
    _ find: (AlterStatement, AlterAction, Name, TypeText, Fragment?, Bool) -> Violation?
  ) -> [Violation] {
    context.actions { alter, action in
      guard case .columnType(let name, let type, let using, let hasCollation) = action.kind else {
        return nil
      }
      return find(alter, action, name, type, using, hasCollation)
    }
  }

  static let alterTypeRewrite = Rule(
    "LK17", "alter-type-rewrite", .error,
    summary:
      "Most changes of a type write the table and its indexes anew under ACCESS EXCLUSIVE. A "
      + "longer or unlimited varchar, text, a larger numeric precision of the same scale and a few "
      + "others do not.",
    remedy: "add a new column, keep both in step with a trigger, fill it in batches, change over",
    bad: [
      "CREATE TABLE x (id int); ALTER TABLE t ALTER COLUMN c TYPE bigint;",
      "ALTER TABLE t ADD COLUMN c varchar(20); ALTER TABLE t ALTER c TYPE varchar(10);",
      "ALTER TABLE t ADD COLUMN c numeric(8,2); ALTER TABLE t ALTER c TYPE numeric(8,3);",
      "ALTER TABLE t ALTER c TYPE text;",
    ],
    good: [
      "ALTER TABLE t ADD COLUMN c varchar(10); ALTER TABLE t ALTER c TYPE varchar(20);",
      "ALTER TABLE t ADD COLUMN c varchar(10); ALTER TABLE t ALTER c SET DATA TYPE text;",
      "ALTER TABLE t ADD COLUMN c numeric(8,2); ALTER TABLE t ALTER c TYPE numeric(10,2);",
      "ALTER TABLE t ADD COLUMN c timestamp(3); ALTER TABLE t ALTER c TYPE timestamp;",
      """
      SET timezone = 'UTC';
      ALTER TABLE t ADD COLUMN c timestamp;
      ALTER TABLE t ALTER c TYPE timestamptz;
      """,
    ]
  ) { context in
    change(context) { alter, action, name, type, using, _ in
      let key = context.key(alter.name)
      let cost = context.reader().typeChangeCost(of: name, of: key, to: type, using: using)
      switch cost {
      case .catalog, .rebuildsIndexes: return nil
      case .rewrite:
        return Violation(
          "\(alter.name.text) and its indexes are written anew under ACCESS EXCLUSIVE",
          at: action.range)
      case .unknown:
        return Violation(
          "whether \(alter.name.text) is written anew depends on what \(name.text) is now",
          at: action.range,
          hint: "lint the file together with those before it, or give the schema: --from SOURCE",
          level: .warning)
      }
    }
  }

  static let indexRebuild = Rule(
    "LK18", "alter-type-index-rebuild", .warning,
    summary: "The rows stay, but indexes with the column are built anew under ACCESS EXCLUSIVE.",
    remedy: "DROP INDEX CONCURRENTLY before, CREATE INDEX CONCURRENTLY after",
    bad: [
      """
      ALTER TABLE t ADD COLUMN c text;
      CREATE INDEX CONCURRENTLY i ON t (lower(c));
      ALTER TABLE t ALTER c TYPE varchar;
      """,
      """
      CREATE INDEX CONCURRENTLY i ON t (c);
      ALTER TABLE t ADD COLUMN c text;
      ALTER TABLE t ALTER c TYPE text COLLATE "C";
      """,
    ],
    good: [
      """
      ALTER TABLE t ADD COLUMN c varchar(10);
      CREATE INDEX CONCURRENTLY i ON t (c);
      ALTER TABLE t ALTER c TYPE text;
      """
    ]
  ) { context in
    change(context) { alter, action, name, _, _, _ in
      let key = context.key(alter.name)
      guard context.claims.builds.contains(key), !context.claims.rewrites.contains(key) else {
        return nil
      }
      return Violation(
        "indexes of \(alter.name.text) with \(name.text) are built anew under ACCESS EXCLUSIVE",
        at: action.range)
    }
  }

  static let rechecksConstraints = Rule(
    "LK19", "alter-type-rechecks-constraints", .warning,
    summary:
      "A valid CHECK that mentions the column is checked again for every row, and foreign keys of "
      + "the column are validated again, with ACCESS EXCLUSIVE on the other table.",
    remedy:
      "in one short transaction drop the check, change the type, add the check NOT VALID; VALIDATE "
      + "it later",
    bad: [
      """
      ALTER TABLE t ADD COLUMN c varchar(10);
      ALTER TABLE t ADD CONSTRAINT k CHECK (length(c) > 2) NOT VALID;
      ALTER TABLE t VALIDATE CONSTRAINT k;
      ALTER TABLE t ALTER c TYPE varchar(20);
      """
    ],
    good: [
      """
      ALTER TABLE t ADD COLUMN c varchar(10);
      ALTER TABLE t ADD CONSTRAINT k CHECK (length(c) > 2) NOT VALID;
      ALTER TABLE t ALTER c TYPE varchar(20);
      """
    ]
  ) { context in
    change(context) { alter, action, name, _, _, _ in
      let key = context.key(alter.name)
      if let other = context.catalog.foreignKeys(on: name.last, of: key).first {
        return Violation(
          "the foreign key to \(other) is checked again, under ACCESS EXCLUSIVE on both tables",
          at: action.range)
      }
      let checks = context.catalog.validChecks(on: name.last, of: key)
      guard let check = checks.first, !context.claims.rewrites.contains(key) else { return nil }
      return Violation(
        "\(check.raw) is checked again for every row of \(alter.name.text)", at: action.range)
    }
  }

  static let changeBlocked = Rule(
    "LK22", "type-change-blocked", .error,
    summary:
      "PostgreSQL refuses to change the type of a column that a view, rule, policy, trigger, "
      + "generated column or publication uses.",
    remedy: "drop what uses it and make it again in the same transaction",
    bad: [
      "CREATE VIEW v AS SELECT c FROM t; ALTER TABLE t ALTER c TYPE bigint;"
    ],
    good: [
      "CREATE VIEW v AS SELECT d FROM t; ALTER TABLE t ALTER c TYPE bigint;"
    ]
  ) { context in
    change(context) { alter, action, name, _, _, _ in
      let views = context.catalog.views(over: context.key(alter.name), column: name.last)
      guard let view = views.first else { return nil }
      return Violation(
        "this fails as long as the view \(view) uses \(name.text)", at: action.range)
    }
  }

  static let usingDefeatsFastPath = Rule(
    "LK20", "using-defeats-fast-path", .warning,
    summary:
      "A USING that is more than the column or a cast to the new type makes PostgreSQL compute "
      + "every row, where the change alone might have kept them.",
    remedy: "leave USING out where the plain change does the same",
    bad: [
      "ALTER TABLE t ALTER c TYPE varchar(20) USING c::text::varchar(20);",
      "ALTER TABLE t ALTER c TYPE timestamptz USING c AT TIME ZONE 'UTC';",
    ],
    good: [
      "ALTER TABLE t ALTER c TYPE varchar(20) USING c::varchar(20);",
      "ALTER TABLE t ALTER c TYPE text USING c;",
    ]
  ) { context in
    change(context) { alter, action, name, type, using, _ in
      guard let using, !context.reader().isPlainCast(using, of: name, to: type) else { return nil }
      let old = context.catalog.column(name.last, of: context.key(alter.name))?.type
      let plain = TypeChangeCost.of(from: old, to: type.canonical, zoneIsUTC: true)
      guard plain != .rewrite else { return nil }
      return Violation(
        "USING \(context.text(using.range)) makes \(alter.name.text) be written anew",
        at: using.range,
        hint: type.canonical.hasPrefix("timestamp")
          ? "leave USING out, and SET LOCAL timezone = 'UTC' before" : nil)
    }
  }

  static let timezoneDependentCast = Rule(
    "LK21", "timezone-dependent-cast", .warning,
    summary:
      "Between timestamp and timestamptz the session's time zone decides about the values, and "
      + "about a rewrite: with UTC there is none.",
    remedy: "SET LOCAL timezone = 'UTC' in the same transaction",
    bad: ["ALTER TABLE t ALTER c TYPE timestamptz;"],
    good: [
      "SET timezone = 'UTC'; ALTER TABLE t ALTER c TYPE timestamptz;",
      "ALTER TABLE t ADD COLUMN c timestamptz(3); ALTER TABLE t ALTER c TYPE timestamptz;",
    ]
  ) { context in
    change(context) { alter, action, name, type, using, _ in
      let target = type.base
      guard target.hasPrefix("timestamp "), using == nil, !context.session.zoneIsUTC else {
        return nil
      }
      if let old = context.catalog.column(name.last, of: context.key(alter.name))?.type,
        !old.hasPrefix("timestamp")
          || old.hasSuffix("with time zone") == target.hasSuffix("with time zone")
      {
        return nil
      }
      return Violation(
        "the values, and whether \(alter.name.text) is written anew, depend on the session's time zone",
        at: action.range)
    }
  }

  static let lossyTypeChange = Rule(
    "DL07", "lossy-type-change", .error,
    summary:
      "The new type cannot hold everything that the old one does: values are cut, rounded or "
      + "refused.",
    remedy: "count the rows that would change first: … WHERE c IS DISTINCT FROM (c::new)::old",
    bad: [
      "ALTER TABLE t ADD COLUMN c bigint; ALTER TABLE t ALTER c TYPE int;",
      "ALTER TABLE t ADD COLUMN c timestamptz; ALTER TABLE t ALTER c TYPE date;",
      "ALTER TABLE t ALTER c TYPE int USING NULL;", "ALTER TABLE t ALTER c TYPE varchar(10);",
    ],
    good: [
      "ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ALTER c TYPE bigint;",
      "ALTER TABLE t ADD COLUMN c varchar(5); ALTER TABLE t ALTER c TYPE varchar(10);",
    ]
  ) { context in
    change(context) { alter, action, name, type, using, _ in
      if let using, using.tokens.count <= 3, using.contains(word: "null") {
        return Violation("every value of \(name.text) is thrown away", at: using.range)
      }
      let old = context.catalog.column(name.last, of: context.key(alter.name))?.type
      guard Narrowing.isLossy(from: old, to: type.canonical) else { return nil }
      return Violation(
        old.map { "\(context.text(type.fragment.range)) cannot hold every value of \($0)" }
          ?? "\(context.text(type.fragment.range)) may not hold every value that is there",
        at: action.range, level: old == nil ? .warning : nil)
    }
  }

  static let castMayFail = Rule(
    "DD05", "cast-may-fail", .notice,
    summary: "A cast from text fails at the first value that does not read as the new type.",
    remedy: "look for such values before, with pg_input_is_valid() from PostgreSQL 16 on",
    bad: [
      "ALTER TABLE t ADD COLUMN c text; ALTER TABLE t ALTER c TYPE int USING c::int;",
      "ALTER TABLE t ALTER c TYPE int USING c::int;",
    ],
    good: ["ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ALTER c TYPE bigint USING c::bigint;"]
  ) { context in
    change(context) { alter, action, name, type, using, _ in
      guard let using, using.contains(word: name.last.raw), !Narrowing.isText(type.canonical) else {
        return nil
      }
      let old = context.catalog.column(name.last, of: context.key(alter.name))?.type
      guard old.map(Narrowing.isText) ?? true else { return nil }
      return Violation(
        "a value of \(name.text) that does not read as \(context.text(type.fragment.range)) makes this fail",
        at: action.range)
    }
  }

  static let sequenceRange = Rule(
    "DD09", "sequence-range", .warning,
    summary:
      "The sequence behind a serial column keeps its own type: behind a bigint it still ends at "
      + "2147483647.",
    remedy: "ALTER SEQUENCE … AS bigint",
    bad: ["CREATE TABLE t (id serial PRIMARY KEY); ALTER TABLE t ALTER id TYPE bigint;"],
    good: [
      """
      CREATE TABLE t (id serial PRIMARY KEY);
      ALTER TABLE t ALTER id TYPE bigint;
      ALTER SEQUENCE t_id_seq AS bigint;
      """
    ]
  ) { context in
    guard case .alter(let alter) = context.node else { return [] }
    return alter.actions.compactMap { action in
      guard case .columnType(let name, let type, _, _) = action.kind, type.canonical == "bigint"
      else { return nil }
      let table = context.key(alter.name)
      let sequence = RelationKey(
        table.schema, Identifier(table.name.raw + "_" + name.last.raw + "_seq"))
      guard context.catalog.relations[sequence]?.kind == .sequence else { return nil }
      let isWidened = context.file.statements.contains { statement in
        guard case .alter(let other) = statement.node, other.object == .sequence else {
          return false
        }
        return context.key(other.name) == sequence
      }
      guard !isWidened else { return nil }
      return Violation("\(sequence) still ends at 2147483647", at: action.range)
    }
  }
}

/// Whether a type holds less than another.
enum Narrowing {
  static func isText(_ type: String) -> Bool {
    ["text", "character", "citext", "name"].contains { type.hasPrefix($0) }
  }

  static func isLossy(from old: String?, to new: String) -> Bool {
    guard let old else {
      return ["character varying(", "character(", "smallint", "real", "date"].contains {
        new.hasPrefix($0)
      }
    }
    if old == new { return false }
    let ranks = [["smallint", "integer", "bigint"], ["real", "double precision"]]
    for rank in ranks {
      if let from = rank.firstIndex(of: old), let to = rank.firstIndex(of: new) { return to < from }
    }
    if isText(old), isText(new) { return length(new) < length(old) }
    if old.hasPrefix("numeric"), new.hasPrefix("numeric") {
      let (from, to) = (numbers(old), numbers(new))
      guard to.count == 2 else { return false }
      guard from.count == 2 else { return true }
      return to[1] < from[1] || to[0] - to[1] < from[0] - from[1]
    }
    if old.hasPrefix("numeric") || old == "double precision" || old == "real" {
      return ["integer", "bigint", "smallint"].contains(new)
    }
    if old.hasPrefix("timestamp") {
      return new == "date" || new.hasPrefix("time ")
        || (old.hasSuffix("with time zone") && new.hasSuffix("without time zone"))
    }
    return old == "json" && new == "jsonb"
  }

  private static func length(_ type: String) -> Int { numbers(type).first ?? .max }

  private static func numbers(_ type: String) -> [Int] {
    guard let open = type.firstIndex(of: "("), let close = type.firstIndex(of: ")") else {
      return []
    }
    return type[type.index(after: open)..<close].split(separator: ",").compactMap {
      Int(String($0.filter { $0 != " " }))
    }
  }
}
