import TestSupport
import Testing

@Suite struct ExplainTests {
  @Test func codesAndExitCodes() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    let hazard = try terminal.kedge("explain", "dl01")
    #expect(hazard.code == 0)
    #expect(hazard.output.contains("DL01"))
    #expect(hazard.output.contains("what to do:"))
    #expect(hazard.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try terminal.kedge("explain", "3").output.contains("safety gate"))
    let nothing = try terminal.kedge("explain", "ZZ99")
    #expect(nothing.code == 2)
    #expect(nothing.errors.contains("next:"))
  }

  @Test func aDifferenceWithBothTexts() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write(
      "schema.yaml",
      """
      kedge: 1
      engine: sqlite
      tables:
        t:
          columns: {a: integer, b: text default ('x')}
          checks: {positive: a > 0}
      """)
    try terminal.sqlite(
      "a.db", "CREATE TABLE t (a integer, b text DEFAULT 'x', CONSTRAINT positive CHECK (a  >  0));"
    )
    let same = try terminal.kedge("explain", "check", "t.positive", "--source", "a.db")
    #expect(same.code == 0, "\(same.output)\(same.errors)")
    #expect(same.output.contains("verdict: the same"))
    try terminal.sqlite(
      "b.db", "CREATE TABLE t (a integer, b text DEFAULT 'y', CONSTRAINT positive CHECK (a > 1));")
    let other = try terminal.kedge("explain", "check", "t.positive", "--source", "b.db")
    #expect(other.code == 1)
    #expect(other.output.contains("database: a > 1"))
    #expect(other.output.contains("verdict: different"))
    #expect(try terminal.kedge("explain", "check", "t.nowhere", "--source", "a.db").code == 2)
  }

  @Test func whatAPersonWroteIsRefusedForItsLosses() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.sqlite("a.db", "SELECT 1;")
    try terminal.folder("migrations")
    try terminal.write("migrations/1_a.up.sql", "CREATE TABLE t (a integer);\n")
    #expect(try terminal.kedge("apply", "a.db").code == 0)
    try terminal.write("migrations/2_b.up.sql", "DROP TABLE t;\n")
    let refused = try terminal.kedge("apply", "a.db")
    #expect(refused.code == 3)
    #expect(refused.errors.contains("migrations/2_b.up.sql:1: DL01"))
    try terminal.write(
      "migrations/2_b.up.sql", "-- kedge:allow DL01 nobody reads it\nDROP TABLE t;\n")
    #expect(try terminal.kedge("apply", "a.db").code == 0)
  }
}
