import Linting
import Planning
import SchemaModel
import Testing
import TestSupport

/// The shallow parser.
struct ParserTests {
  private func parse(_ sql: String) throws -> ParsedStatement {
    try #require(StatementParser.parse(sql, engine: .postgresql))
  }

  private func actions(_ sql: String) throws -> [AlterAction] {
    guard case .alter(let alter) = try parse(sql).node else { return [] }
    return alter.actions
  }

  @Test func actionsOfAlterTable() throws {
    let actions = try actions(
      """
      ALTER TABLE IF EXISTS ONLY "S"."T" ADD COLUMN a numeric(10, 2) DEFAULT (1 + 2) NOT NULL,
        DROP COLUMN IF EXISTS b CASCADE, ALTER c SET DATA TYPE text USING c::text,
        ADD CONSTRAINT k CHECK (a > 0 AND b IN (1, 2)) NOT VALID, RENAME TO u
      """)
    #expect(actions.count == 5)
    guard case .addColumn(let column, ifNotExists: false) = actions[0].kind else {
      Issue.record("no column")
      return
    }
    #expect(column.name.text == "a" && column.isNotNull)
    #expect(column.type?.canonical == "numeric(10,2)")
    #expect(column.defaultValue?.text == "( 1 + 2 )")
    if case .dropColumn(let name, cascade: true) = actions[1].kind {
      #expect(name.text == "b")
    } else {
      Issue.record("no DROP COLUMN")
    }
    if case .columnType(let name, let type, let using, _) = actions[2].kind {
      #expect(name.text == "c" && type.canonical == "text" && using?.text == "c :: text")
    } else {
      Issue.record("no TYPE")
    }
    if case .addConstraint(let constraint) = actions[3].kind {
      #expect(constraint.isNotValid && constraint.name?.text == "k")
    } else {
      Issue.record("no constraint")
    }
  }

  @Test func namesAreFoldedAndQuotedOnesAreNot() throws {
    guard case .alter(let alter) = try parse("alter table \"My\".Users add c int").node else {
      Issue.record("no ALTER")
      return
    }
    #expect(alter.name.path == [Identifier("My"), Identifier("users")])
  }

  @Test func placesAreThoseOfTheFile() throws {
    let file = try LintFile(name: "x.sql", text: "-- é\n\n  DROP TABLE\n    s.t;\n")
    var linter = Linter(policy: LintPolicy(levels: ["TO01": nil]))
    let finding = try #require(linter.lint(file).first { $0.rule == "DL01" })
    #expect(finding.start.line == 4 && finding.start.column == 5)
    #expect(finding.end.line == 4 && finding.end.column == 8)
  }

  @Test(
    arguments: [
      ("varchar(10)", "varchar(20)", TypeChangeCost.catalog),
      ("varchar(20)", "varchar(10)", .rewrite), ("varchar(10)", "text", .catalog),
      ("text", "varchar", .catalog), ("text", "varchar(10)", .rewrite),
      ("text", "citext", .rebuildsIndexes), ("numeric(8,2)", "numeric(10,2)", .catalog),
      ("numeric(8,2)", "numeric(10,3)", .rewrite), ("numeric(8,2)", "numeric", .catalog),
      ("numeric", "numeric(8,2)", .rewrite), ("timestamp(3)", "timestamp", .catalog),
      ("timestamp", "timestamp(3)", .rewrite), ("timestamp", "date", .rewrite),
      ("timestamp", "timestamptz", .rebuildsIndexes), ("int", "bigint", .rewrite),
      ("bigint", "int", .rewrite), ("int", "oid", .rebuildsIndexes), ("cidr", "inet", .catalog),
      ("inet", "cidr", .rewrite), ("varbit(3)", "varbit(9)", .catalog),
      ("varchar(10)[]", "text[]", .rewrite), ("json", "jsonb", .rewrite), ("xml", "text", .catalog),
      ("int", "int4", .catalog), ("char(3)", "text", .rewrite),
    ])
  func costsOfTypeChanges(_ from: String, _ to: String, _ cost: TypeChangeCost) throws {
    func canonical(_ type: String) throws -> String {
      let actions = try actions("ALTER TABLE t ADD c \(type)")
      guard case .addColumn(let column, _)? = actions.first?.kind else { return "" }
      return column.type?.canonical ?? ""
    }
    #expect(
      TypeChangeCost.of(from: try canonical(from), to: try canonical(to), zoneIsUTC: true) == cost)
  }

  @Test(
    arguments: [
      ("5", Volatility.constant), ("'x'::text", .constant), ("now()", .stable),
      ("CURRENT_TIMESTAMP", .stable), ("clock_timestamp()", .volatile),
      ("gen_random_uuid()", .volatile), ("nextval('s')", .volatile), ("f(1)", .unknown),
      ("lower('A')", .constant), ("(now() - interval '1 day')", .stable), ("-1.5", .constant),
    ])
  func volatilityOfDefaults(_ text: String, _ expected: Volatility) throws {
    let actions = try actions("ALTER TABLE t ADD c text DEFAULT \(text)")
    guard case .addColumn(let column, _)? = actions.first?.kind else {
      Issue.record("no column")
      return
    }
    #expect(Volatility.of(try #require(column.defaultValue)) == expected)
  }
}
