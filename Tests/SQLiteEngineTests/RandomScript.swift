import SchemaModel
import TestSupport

/// Scripts of schemas over a few names, so that two of them have much in common. Unlike `SchemaGenerator`,
/// which makes models, it makes words: comments, odd quotes, constraints inline and apart.
struct RandomScript {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  private mutating func one(_ choices: [String]) -> String {
    choices.randomElement(using: &random) ?? ""
  }

  /// `columns` of each table, for the rows.
  mutating func script() -> String {
    var statements: [String] = []
    var tables: [String] = []
    for name in ["alpha", "Beta", "\"ga mma\"", "delta"] where chance(75) {
      tables.append(name)
      statements.append(table(name))
    }
    for (number, name) in tables.enumerated() {
      if chance(50) {
        let unique = chance(25) ? "UNIQUE " : ""
        let part = one(["a", "lower(b)", "a DESC, b COLLATE nocase", "(b)", "b || 'x'"])
        let predicate = one(["", " WHERE a > 0", " WHERE b IS NOT NULL"])
        statements.append("CREATE \(unique)INDEX i\(number) ON \(name) (\(part))\(predicate)")
      }
      if chance(40) {
        let columns = one(["a", "b AS x", "*", "a, count(*)"])
        statements.append("CREATE VIEW v\(number) AS SELECT \(columns) FROM \(name)")
      }
      if chance(40) {
        let event = one(["INSERT", "DELETE", "UPDATE OF a", "UPDATE"])
        let time = one(["", "BEFORE ", "AFTER "])
        let other = tables.randomElement(using: &random) ?? name
        let condition = one(["", " WHEN 1 > 2"])
        statements.append(
          "CREATE TRIGGER r\(number) \(time)\(event) ON \(name)\(condition) BEGIN "
            + "UPDATE \(other) SET a = 1 WHERE b = 'never'; SELECT CASE WHEN 1 THEN 2 END; END")
      }
    }
    return statements.map { $0 + ";\n" }.joined()
  }

  private mutating func table(_ name: String) -> String {
    var elements: [String] = []
    let hasInlineKey = chance(50)
    if hasInlineKey {
      elements.append(
        "id "
          + one(["INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT", "INT PRIMARY KEY"]))
    } else if chance(70) {
      elements.append("id INTEGER")
    }
    let isStrict = chance(15)
    let types =
      isStrict ? ["INT", "TEXT", "ANY", "REAL"] : ["INT", "TEXT", "", "VARCHAR(20)", "NUMERIC"]
    for column in ["a", "b"] + ["c", "d", "\"E e\""].filter({ _ in chance(50) }) {
      elements.append(self.column(column, types))
    }
    if chance(25) {
      elements.append("g \(isStrict ? "ANY" : "") AS (a || b)" + one(["", " STORED"]))
    }
    if chance(20) { elements.append("-- a remark\n  z " + types[0]) }
    elements.shuffle(using: &random)
    if !hasInlineKey, chance(50) {
      elements.append("PRIMARY KEY (" + one(["a", "b, a DESC"]) + ")")
    }
    if chance(25) { elements.append(one(["", "CONSTRAINT u "]) + "UNIQUE (a, b)") }
    if chance(25) {
      elements.append(one(["", "CONSTRAINT k "]) + "CHECK (a <> " + one(["7", "8"]) + ")")
    }
    if chance(25) { elements.append("FOREIGN KEY (b) REFERENCES alpha (a) ON DELETE CASCADE") }
    let hasKey = elements.contains { $0.contains("PRIMARY KEY") && !$0.contains("AUTOINCREMENT") }
    var options: [String] = []
    if isStrict { options.append("STRICT") }
    if hasKey, chance(20) { options.append("WITHOUT ROWID") }
    return "CREATE TABLE \(name) (\n  " + elements.joined(separator: ",\n  ") + "\n) "
      + options.joined(separator: ", ")
  }

  private mutating func column(_ name: String, _ types: [String]) -> String {
    var text = name + " " + one(types)
    if chance(20) { text += " NOT NULL DEFAULT 0" }
    if chance(15), !text.contains("DEFAULT") {
      text += one([" DEFAULT NULL", " DEFAULT (1 + 1)", " DEFAULT 3"])
    }
    if chance(10) { text += " UNIQUE" }
    if chance(15) { text += one([" CHECK (", " CONSTRAINT chk CHECK ("]) + "\(name) <> 99)" }
    if chance(15) { text += " COLLATE nocase" }
    if chance(15) {
      text += " REFERENCES " + one(["alpha", "alpha (a)", "Beta (b) ON UPDATE SET NULL", "delta"])
    }
    return text
  }

  /// Rows for the tables of a schema; those that break something are left out when they run.
  mutating func rows(of schema: Schema) -> [String] {
    var statements: [String] = []
    let filler = RowFiller(schema: schema)
    for table in schema.objects(of: .table) {
      let columns = filler.columns(of: table.id).filter { $0.generation == nil }
      let names = columns.map { filler.quoted($0.id.name) }.joined(separator: ", ")
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        let values = columns.map { _ in one(Self.values) }.joined(separator: ", ")
        statements.append(
          "INSERT OR IGNORE INTO \(filler.quoted(table.id.name)) (\(names)) VALUES (\(values))")
      }
    }
    return statements
  }

  private static let values = [
    "1", "2", "3", "'x'", "'X'", "'Y'", "NULL", "NULL", "4.5", "2.0", "'1'", "'02'", "'1e1'",
    "x'31'",
    "9007199254740993", "-1", "''",
  ]
}
