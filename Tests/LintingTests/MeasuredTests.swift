import Linting
import Planning
import PostgresEngine
import Testing

/// What a trace measures wins over what the text tells.
struct MeasuredTests {
  private static let base = """
    CREATE TABLE t (id bigint PRIMARY KEY, v varchar(10), n int);
    CREATE TABLE u (id bigint PRIMARY KEY, t_id bigint, CONSTRAINT odd FOREIGN KEY (t_id)
      REFERENCES t (id));
    CREATE TABLE p (k int) PARTITION BY RANGE (k);
    CREATE TABLE q (k int, CHECK (k >= 5));
    CREATE FUNCTION calm() RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
    CREATE FUNCTION wild() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
    """

  /// `level rule` of what is found, with a star where it was measured.
  private func findings(_ sql: String) throws -> [String] {
    let server = try TraceServer.server()
    // TX11 speaks of the first minor versions of 14.
    let levels: [String: LintLevel?] = [
      "TX11": nil,
      "TO01": nil, "ST05": nil, "ST14": nil, "BC07": nil, "BC09": nil, "BC16": nil, "TX17": nil,
      "DD08": nil,
    ]
    let policy = LintPolicy(levels: levels)
    var linter = Linter(options: LintOptions(version: server.major), policy: policy)
    let before = linter.walk(try LintFile(name: "base.sql", text: Self.base))
    // The text alone knows nothing of the base.
    linter = Linter(options: LintOptions(version: server.major), policy: policy)
    let file = try LintFile(name: "x.sql", text: sql)
    var copy = linter
    let context = copy.walk(file)
    var tracer: any MigrationTracer = PostgresTracer(on: .owned(server))
    let traces = try tracer.trace(
      base: nil, before: before.traceUnits, units: context.traceUnits)
    return Measured.merge(linter.lint(file), context, traces, policy: policy).map {
      "\($0.level.rawValue) \($0.rule)\($0.isMeasured ? "*" : "")"
    }
  }

  @Test(
    arguments: [
      ("ALTER TABLE t ALTER v TYPE text;", []),
      ("ALTER TABLE t ALTER n TYPE numeric;", ["error LK17*"]),
      ("ALTER TABLE t ADD COLUMN c int DEFAULT calm();", []),
      ("ALTER TABLE t ADD COLUMN c int DEFAULT wild();", ["error LK13*"]),
      ("ALTER TABLE t ALTER id SET NOT NULL;", ["notice DD02"]),
      ("ALTER TABLE t ALTER n SET NOT NULL;", ["notice DD02", "error LK11*"]),
      ("ALTER TABLE u DROP CONSTRAINT odd;", ["warning MS04*"]),
      ("DO $$ BEGIN ALTER TABLE t ALTER n TYPE bigint; END $$;", ["error MS01*"]),
      ("DO $$ BEGIN CREATE INDEX i ON u (t_id); END $$;", ["error MS03*"]),
      (
        "-- kedge:allow MS01,MS04 tiny\nDO $$ BEGIN ALTER TABLE t ALTER n TYPE bigint; END $$;",
        []
      ),
      ("ALTER TABLE nothing ALTER c DROP DEFAULT;", ["error MS05*", "notice BC08"]),
      (
        "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (10) TO (20);", ["error LK33*"]
      ),
      ("CREATE INDEX CONCURRENTLY i ON t (v);", []),
    ] as [(String, [String])])
  func measurementWins(_ sql: String, _ expected: [String]) throws {
    #expect(try findings(sql) == expected)
  }
}
