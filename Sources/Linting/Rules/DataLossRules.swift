import SQLText
import SchemaModel

/// What takes data away.
enum DataLossRules {
  private static let both: [EngineName] = [.postgresql, .sqlite]

  static let all = [
    dropTable, dropColumn, dropSchema, dropDatabase, cascade, deleteWithoutWhere, enumValueRemoved,
    sequenceReset, setUnlogged, dropPartition, dropGeneratedExpression, onDeleteCascade,
    forceRecreate, extensionChange,
  ]

  static let dropTable = Rule(
    "DL01", "drop-table", .error, engines: both,
    summary: "The table's rows are gone.",
    remedy: "see that nobody uses it, rename or move it away first, drop it later",
    bad: ["DROP TABLE t;", "DROP TABLE IF EXISTS s.t, u;"],
    good: ["CREATE TEMP TABLE t (id int); DROP TABLE t;"]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .table || drop.object == .foreignTable
    else { return [] }
    return drop.names.filter { name in
      context.isOld(name) && context.catalog.relation(name)?.parent == nil
        && !SQLiteRebuild.isRebuilt(name, in: context)
    }.map { Violation("the rows of \($0.text) are lost", at: $0.range) }
  }

  static let dropColumn = Rule(
    "DL02", "drop-column", .error, engines: both,
    summary: "The column's values are gone, and clients that still name it fail.",
    remedy: "deploy clients that do not use it, drop NOT NULL, rename it away, drop it later",
    bad: ["ALTER TABLE t DROP COLUMN c;", "ALTER TABLE t DROP c, DROP d;"],
    good: [
      "CREATE TABLE t (id int PRIMARY KEY, c int); ALTER TABLE t DROP COLUMN c;",
      "ALTER TABLE t DROP CONSTRAINT c;",
    ]
  ) { context in
    context.actions { alter, action in
      guard case .dropColumn(let name, _) = action.kind,
        context.catalog.column(name.last, of: context.key(alter.name))?.isNew != true
      else { return nil }
      return Violation("the values of \(alter.name.text).\(name.text) are lost", at: action.range)
    }
  }

  static let dropSchema = Rule(
    "DL03", "drop-schema", .error,
    summary: "With CASCADE everything in the schema goes with it.",
    remedy: "drop what is in it one by one",
    bad: ["DROP SCHEMA s;", "DROP SCHEMA s CASCADE;"], good: ["CREATE SCHEMA s;"]
  ) { context in drops(.schema, "the schema", context) }

  static let dropDatabase = Rule(
    "DL04", "drop-database", .error, summary: "The whole database is gone.",
    remedy: "no migration should do this", bad: ["DROP DATABASE d;"], good: ["CREATE DATABASE d;"]
  ) { context in drops(.database, "the database", context) }

  private static func drops(
    _ object: ObjectWord, _ words: String, _ context: LintContext
  ) -> [Violation] {
    guard case .drop(let drop) = context.node, drop.object == object else { return [] }
    return drop.names.map {
      Violation("\(words) \($0.text) is lost with all that is in it", at: context.statement.range)
    }
  }

  static let cascade = Rule(
    "DL05", "cascade", .error,
    summary:
      "CASCADE drops what depends on it without a word: DROP TYPE … CASCADE drops columns, TRUNCATE "
      + "… CASCADE empties other tables.",
    remedy: "write out what is to go, in order",
    bad: [
      "DROP TYPE mood CASCADE;", "TRUNCATE t CASCADE;", "ALTER TABLE t DROP COLUMN c CASCADE;",
      "DROP EXTENSION hstore CASCADE;",
    ],
    good: ["DROP TYPE mood;", "ALTER TABLE t ADD COLUMN c int REFERENCES u ON DELETE CASCADE;"]
  ) { context in
    switch context.node {
    case .drop(let drop) where drop.cascade:
      return [
        Violation(
          "whatever depends on \(drop.names.first?.text ?? "it") is dropped, too",
          at: drop.cascadeWord ?? context.statement.range)
      ]
    case .truncate(_, cascade: true, _):
      return [
        Violation(
          "every table that refers to these is emptied, too",
          at: context.range(ofWord: "cascade") ?? context.statement.range)
      ]
    case .alter(let alter):
      return alter.actions.compactMap { action in
        switch action.kind {
        case .dropColumn(let name, cascade: true), .dropConstraint(let name, cascade: true):
          Violation("whatever depends on \(name.text) is dropped, too", at: action.range)
        default: nil
        }
      }
    default: return []
    }
  }

  static let deleteWithoutWhere = Rule(
    "DL06", "truncate-or-delete-all", .error, engines: both,
    summary: "All rows of the table are gone.",
    remedy: "delete in batches, with a condition; keep a copy",
    bad: ["DELETE FROM t;", "TRUNCATE t;"],
    good: ["DELETE FROM t WHERE id < 100;", "CREATE TEMP TABLE t (id int); DELETE FROM t;"]
  ) { context in
    switch context.node {
    case .delete(let rows)
    where rows.condition == nil && context.isOld(rows.table)
      && !rows.table.last.raw.hasPrefix("sqlite_"):
      return [Violation("all rows of \(rows.table.text) are lost", at: context.statement.range)]
    case .truncate(let tables, _, _):
      return tables.filter(context.isOld).map {
        Violation("all rows of \($0.text) are lost", at: $0.range)
      }
    default: return []
    }
  }

  static let enumValueRemoved = Rule(
    "DL08", "enum-value-removed", .error,
    summary:
      "A label is taken out of an enum: rows that have it become unreadable, or the change fails.",
    remedy:
      "map the label to another first, then change the column to a new type: USING c::text::new",
    bad: [
      "DELETE FROM pg_enum WHERE enumlabel = 'old';",
      "DROP TYPE mood; CREATE TYPE mood AS ENUM ('a');",
    ],
    good: ["CREATE TYPE mood AS ENUM ('a');"]
  ) { context in
    switch context.node {
    case .delete(let rows) where rows.table.last.raw == "pg_enum":
      return [Violation("rows with the label become unreadable", at: context.statement.range)]
    case .createType(let type) where type.labels != nil:
      let wasDropped = context.catalog.dropped.contains(context.key(type.name))
      guard wasDropped else { return [] }
      return [
        Violation(
          "\(type.name.text) is made anew: columns of it were in the way, or went with it",
          at: context.statement.range)
      ]
    default: return []
    }
  }

  static let sequenceReset = Rule(
    "DL09", "sequence-dropped-or-reset", .warning,
    summary: "The counter is lost: what comes next may be there already.",
    remedy: "keep the last value, and start from there: setval(…)",
    bad: [
      "DROP SEQUENCE s;", "ALTER TABLE t ALTER id DROP IDENTITY;", "ALTER SEQUENCE s RESTART;",
      "ALTER TABLE t ALTER id RESTART WITH 1;", "TRUNCATE t RESTART IDENTITY;",
    ],
    good: [
      "CREATE SEQUENCE s; DROP SEQUENCE s;", "ALTER SEQUENCE s CACHE 10;",
    ]
  ) { context in
    func found(_ text: String, _ range: Range<Int>? = nil) -> [Violation] {
      [Violation(text, at: range ?? context.statement.range)]
    }
    switch context.node {
    case .drop(let drop) where drop.object == .sequence:
      guard let name = drop.names.first(where: context.isOld) else { return [] }
      return found("the counter of \(name.text) is lost")
    case .alter(let alter) where alter.object == .sequence:
      guard alter.rest.contains(word: "restart"), context.isOld(alter.name) else { return [] }
      return found("\(alter.name.text) starts again")
    case .truncate(let tables, _, restartIdentity: true) where tables.contains(where: context.isOld):
      return found("the counters of the table start again")
    default:
      return context.actions { alter, action in
        switch action.kind {
        case .dropIdentity(let name):
          Violation("the counter of \(name.text) is lost", at: action.range)
        case .setIdentity(let name, let rest) where rest.contains(word: "restart"):
          Violation("the counter of \(name.text) starts again", at: action.range)
        default: nil
        }
      }
    }
  }

  static let setUnlogged = Rule(
    "DL10", "set-unlogged", .error,
    summary: "An unlogged table is empty after a crash, and on every standby.",
    remedy: "keep the table logged",
    bad: ["ALTER TABLE t SET UNLOGGED;"], good: ["ALTER TABLE t SET LOGGED;"]
  ) { context in
    context.actions { alter, action in
      guard case .setLogged(false) = action.kind else { return nil }
      return Violation("after a crash \(alter.name.text) is empty", at: action.range)
    }
  }

  static let dropPartition = Rule(
    "DL11", "drop-partition", .error,
    summary: "The partition's rows are gone.",
    remedy: "detach it, keep it for a while, drop it later",
    bad: ["ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1); DROP TABLE q;"],
    good: ["ALTER TABLE p DETACH PARTITION q CONCURRENTLY;"]
  ) { context in
    guard case .drop(let drop) = context.node, drop.object == .table else { return [] }
    return drop.names.filter {
      context.isOld($0) && context.catalog.relation($0)?.parent != nil
    }.map { Violation("the rows of \($0.text) are lost", at: $0.range) }
  }

  static let dropGeneratedExpression = Rule(
    "DL12", "drop-generated-expression", .warning,
    summary: "The column keeps its values, but nothing keeps them right any more.",
    remedy: "see that clients write it from now on; the way back is a rewrite",
    bad: ["ALTER TABLE t ALTER COLUMN g DROP EXPRESSION;"],
    good: ["ALTER TABLE t ALTER COLUMN g DROP DEFAULT;"]
  ) { context in
    context.actions { _, action in
      guard case .dropExpression(let name) = action.kind else { return nil }
      return Violation("\(name.text) is no longer computed", at: action.range)
    }
  }

  static let onDeleteCascade = Rule(
    "DL13", "on-delete-cascade-added", .warning, engines: both,
    summary: "From now on deleting a row over there deletes or empties rows here.",
    remedy: "see that this is meant; RESTRICT is the careful default",
    bad: [
      """
      ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE NOT VALID;
      """, "ALTER TABLE t ADD COLUMN a int REFERENCES u (id) ON DELETE SET NULL;",
    ],
    good: [
      "CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES u ON DELETE CASCADE);",
      "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) NOT VALID;",
    ]
  ) { context in
    context.actions { alter, action in
      let reference: Reference? =
        switch action.kind {
        case .addColumn(let column, _): column.reference
        case .addConstraint(let constraint):
          if case .foreignKey(_, let reference) = constraint.kind { reference } else { nil }
        default: nil
        }
      guard let reference, let word = reference.onDelete, ["cascade", "set null"].contains(word)
      else { return nil }
      return Violation(
        "deleting a row of \(reference.table.text) "
          + (word == "cascade" ? "deletes" : "empties the column in")
          + " rows of \(alter.name.text) from now on",
        at: action.range)
    }
  }

  static let forceRecreate = Rule(
    "DL14", "force-recreate", .error, engines: both,
    summary:
      "The table is dropped and made anew: a change that was meant as an ALTER loses all rows.",
    remedy: "ALTER TABLE; or rename the old table away and copy its rows",
    bad: ["DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY);"],
    good: ["DROP TABLE t; CREATE TABLE u (id int PRIMARY KEY);"]
  ) { context in
    guard case .createTable(let table) = context.node, !table.isTemporary else { return [] }
    let wasDropped = context.catalog.dropped.contains(context.key(table.name))
    guard wasDropped else { return [] }
    return [
      Violation("\(table.name.text) comes back without its rows", at: table.name.range)
    ]
  }

  static let extensionChange = Rule(
    "DL15", "extension-dropped-or-upgraded", .warning,
    summary: "What an extension made goes with it; an upgrade has no way back.",
    remedy: "see what depends on it; keep a backup before an upgrade",
    bad: ["DROP EXTENSION hstore;", "ALTER EXTENSION hstore UPDATE TO '1.8';"],
    good: ["CREATE EXTENSION IF NOT EXISTS hstore;"]
  ) { context in
    switch context.node {
    case .drop(let drop) where drop.object == .extension:
      return [Violation("what the extension made goes with it", at: context.statement.range)]
    case .alter(let alter) where alter.object == .extension:
      return [
        Violation(
          "there is usually no way back from a new version of \(alter.name.text)",
          at: context.statement.range)
      ]
    default: return []
    }
  }
}
