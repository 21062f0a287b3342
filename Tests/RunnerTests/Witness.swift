import Foundation
import SchemaModel
import TestSupport
import Testing

/// A chain of migrations whose sections bear witness that they ran: each writes a row, in its own transaction.
struct Witness {
  let place: Place
  /// Sections that can bear witness, by version.
  private let sections: [Int: [Int]]

  init(_ place: Place) throws {
    self.place = place
    switch place.engine {
    case .postgresql: sections = try Self.writePostgres(place)
    case .sqlite: sections = try Self.writeSQLite(place)
    }
    try place.run("CREATE TABLE witness (version int, section int, way text)")
  }

  private static func mark(_ version: Int, _ section: Int, _ way: String) -> String {
    "INSERT INTO witness VALUES (\(version), \(section), '\(way)');\n"
  }

  private static func writePostgres(_ place: Place) throws -> [Int: [Int]] {
    let path = "SET LOCAL search_path = public;\n"
    try place.migration(
      1, "items",
      up: """
        -- kedge:section 1
        \(path)\(mark(1, 1, "up"))CREATE TABLE items (id int PRIMARY KEY, name text);
        INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 300) i;
        -- kedge:section 2
        \(path)\(mark(1, 2, "up"))ALTER TABLE items ADD COLUMN price int;
        """,
      down: """
        -- kedge:section 2
        \(path)\(mark(1, 2, "down"))ALTER TABLE items DROP COLUMN price;
        -- kedge:section 1
        \(path)\(mark(1, 1, "down"))DROP TABLE items;
        """)
    try place.migration(
      2, "index",
      up: """
        -- kedge:section 1
        \(path)\(mark(2, 1, "up"))ALTER TABLE items ADD COLUMN code text;
        -- kedge:section 2 no-transaction
        SET search_path = public;
        CREATE INDEX CONCURRENTLY items_name_idx ON public.items (name);
        CREATE UNIQUE INDEX CONCURRENTLY items_both_idx ON items (id, name);
        -- kedge:section 3
        \(path)\(mark(2, 3, "up"))ALTER TABLE items ALTER COLUMN code SET DEFAULT 'none';
        """,
      down: """
        -- kedge:section 3
        \(path)\(mark(2, 3, "down"))ALTER TABLE items ALTER COLUMN code DROP DEFAULT;
        -- kedge:section 2 no-transaction
        DROP INDEX CONCURRENTLY public.items_both_idx;
        DROP INDEX CONCURRENTLY public.items_name_idx;
        -- kedge:section 1
        \(path)\(mark(2, 1, "down"))ALTER TABLE items DROP COLUMN code;
        """)
    try place.migration(
      3, "parts",
      up: """
        -- kedge:section 1
        \(path)\(mark(3, 1, "up"))CREATE TABLE parts (id int NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
        CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (10) TO (20);
        -- kedge:section 2 no-transaction
        ALTER TABLE public.parts DETACH PARTITION public.parts_1 CONCURRENTLY;
        -- kedge:section 3
        \(path)\(mark(3, 3, "up"))DROP TABLE parts_1;
        """,
      down: """
        -- kedge:section 3
        \(path)\(mark(3, 3, "down"))CREATE TABLE parts_1 (id int NOT NULL);
        -- kedge:section 2
        \(path)\(mark(3, 2, "down"))ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (10);
        -- kedge:section 1
        \(path)\(mark(3, 1, "down"))DROP TABLE parts;
        """)
    try place.migration(
      4, "drop_index",
      up: """
        -- kedge:section 1 no-transaction
        DROP INDEX CONCURRENTLY public.items_name_idx;
        -- kedge:section 2
        \(path)\(mark(4, 2, "up"))CREATE VIEW names AS SELECT name FROM items;
        """,
      down: """
        -- kedge:section 2
        \(path)\(mark(4, 2, "down"))DROP VIEW names;
        -- kedge:section 1 no-transaction
        CREATE INDEX CONCURRENTLY items_name_idx ON public.items (name);
        """)
    return [1: [1, 2], 2: [1, 3], 3: [1, 3], 4: [2]]
  }

  private static func writeSQLite(_ place: Place) throws -> [Int: [Int]] {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
    try place.migration(
      1, "items",
      up: """
        -- kedge:section 1
        \(mark(1, 1, "up"))CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO items \(rows) SELECT i, 'item ' || i FROM n;
        -- kedge:section 2
        \(mark(1, 2, "up"))ALTER TABLE items ADD COLUMN price INTEGER;
        """,
      down: """
        -- kedge:section 2
        \(mark(1, 2, "down"))ALTER TABLE items DROP COLUMN price;
        -- kedge:section 1
        \(mark(1, 1, "down"))DROP TABLE items;
        """)
    func rebuild(_ extra: String, _ columns: String) -> String {
      """
      CREATE TABLE _new (id INTEGER PRIMARY KEY, name TEXT\(extra), price INTEGER);
      INSERT INTO _new (\(columns)) SELECT \(columns) FROM items;
      DROP TABLE items;
      ALTER TABLE _new RENAME TO items;
      """
    }
    try place.migration(
      2, "rebuild",
      up: """
        -- kedge:section 1
        \(mark(2, 1, "up"))CREATE TABLE orders (id INTEGER PRIMARY KEY, item INTEGER REFERENCES items (id));
        INSERT INTO orders SELECT id, id FROM items;
        -- kedge:section 2 foreign-keys-off
        \(mark(2, 2, "up"))\(rebuild(" NOT NULL", "id, name, price"))
        -- kedge:section 3
        \(mark(2, 3, "up"))CREATE INDEX items_name_idx ON items (name);
        """,
      down: """
        -- kedge:section 3
        \(mark(2, 3, "down"))DROP INDEX items_name_idx;
        -- kedge:section 2 foreign-keys-off
        \(mark(2, 2, "down"))\(rebuild("", "id, name, price"))
        -- kedge:section 1
        \(mark(2, 1, "down"))DROP TABLE orders;
        """)
    try place.migration(
      3, "view",
      up: "-- kedge:section 1\n\(mark(3, 1, "up"))CREATE VIEW names AS SELECT name FROM items;\n",
      down: "-- kedge:section 1\n\(mark(3, 1, "down"))DROP VIEW names;\n")
    return [1: [1, 2], 2: [1, 2, 3], 3: [1]]
  }

  // MARK: - What must hold

  /// One row of the history, as far as it matters here.
  struct Row {
    let version: Int
    let state: String
    let done: Int
    let sections: Int
    let isStatementOpen: Bool
    /// Numbers of the sections of the way back, in its order.
    let down: [Int]
  }

  func history() throws -> [Row] {
    let table = place.engine == .postgresql ? "kedge.migration" : "_kedge_migration"
    let exists =
      place.engine == .postgresql
      ? "SELECT 1 WHERE to_regclass('kedge.migration') IS NOT NULL"
      : "SELECT 1 FROM sqlite_master WHERE name = '_kedge_migration'"
    guard try !place.rows(exists).isEmpty else { return [] }
    return try place.rows(
      """
      SELECT version, state, sections_done, sections, statement_open,
        replace(down_script, chr(10), ' ') FROM \(table) ORDER BY position
      """.replacing("chr", with: place.engine == .postgresql ? "chr" : "char")
    ).map { fields in
      let down = fields[5].split(separator: "-- kedge:section ", omittingEmptySubsequences: false)
        .dropFirst()
      return Row(
        version: Int(fields[0]) ?? 0, state: fields[1], done: Int(fields[2]) ?? 0,
        sections: Int(fields[3]) ?? 0, isStatementOpen: fields[4] == "1",
        down: down.compactMap { Int($0.prefix { $0.isNumber }) })
    }
  }

  /// The history and the witness agree; what they say, for messages.
  func check() throws {
    let history = try history()
    #expect(history.count { $0.state != "applied" } <= 1)
    for (version, sections) in self.sections {
      let row = history.first { $0.version == version }
      for section in sections {
        let ups = try count(version, section, "up")
        let downs = try count(version, section, "down")
        #expect(
          ups - downs == (Self.isInForce(section, row) ? 1 : 0),
          "section \(section) of \(version) ran \(ups) times up and \(downs) down; history: \(history)"
        )
      }
    }
    try checkStatus(history)
  }

  private func count(_ version: Int, _ section: Int, _ way: String) throws -> Int {
    Int(
      try place.value(
        """
        SELECT count(*) FROM witness WHERE version = \(version) AND section = \(section)
          AND way = '\(way)'
        """)) ?? -1
  }

  private static func isInForce(_ section: Int, _ row: Row?) -> Bool {
    guard let row else { return false }
    switch row.state {
    case "applied": return true
    case "applying": return section <= row.done
    // Taken back are the first of the way back; those that it does not name never ran.
    default: return row.down.dropFirst(row.done).contains(section)
    }
  }

  /// Nobody runs, and each migration is what its row says.
  private func checkStatus(_ history: [Row]) throws {
    let answer = try place.kedge("status", "--format", "json")
    #expect(answer.code == 0, "\(answer.errors)")
    let status = try JSONDecoder().decode(Status.self, from: Data(answer.output.utf8))
    #expect(status.holder == nil)
    for migration in status.migrations {
      let row = history.first { String($0.version) == migration.version }
      let wanted: Set<String> =
        switch row?.state {
        case nil: ["pending", "out of order"]
        case "applied": ["applied"]
        default: ["unfinished"]
        }
      #expect(wanted.contains(migration.state), "\(migration) but \(history)")
    }
  }

  private struct Status: Decodable {
    struct Migration: Decodable {
      let version: String
      let state: String
    }
    let migrations: [Migration]
    let holder: String?
  }
}
