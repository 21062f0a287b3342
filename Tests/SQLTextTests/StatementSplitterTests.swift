import SQLText
import Testing

struct StatementSplitterTests {
  private func spelled(_ script: String) throws -> [String] {
    try StatementSplitter.pieces(of: script).map { piece in
      switch piece.kind {
      case .statement: "\(piece.line):\(piece.text)"
      case .command: "\(piece.line)\\\(piece.text)"
      case .copy: "\(piece.line)<\(piece.text)"
      }
    }
  }

  @Test(
    arguments: [
      ("", []),
      (";;  ;", []),
      ("a; b", ["1:a", "1:b"]),
      ("a ';' \";\" $$;$$ $x$;$$;$x$;\nb;", ["1:a ';' \";\" $$;$$ $x$;$$;$x$", "2:b"]),
      ("-- a;\n/* b; /* c; */ */ d;\n e", ["2:d", "3:e"]),
      ("E'\\';' x;y", ["1:E'\\';' x", "1:y"]),
      ("'back\\';y", ["1:'back\\'", "1:y"]),
      (
        "create rule r as on insert to t do (a; b); c",
        ["1:create rule r as on insert to t do (a; b)", "1:c"]
      ),
      (
        "create function f() returns int begin atomic select 1; select case when a then 1 end; end; b",
        [
          "1:create function f() returns int begin atomic select 1; select case when a then 1 end; end",
          "1:b",
        ]
      ),
      (
        "create procedure p() begin atomic insert into t values (1); select 1 as begin; select t.end "
          + "from t; select 2 as case; end; b",
        [
          "1:create procedure p() begin atomic insert into t values (1); select 1 as begin; select "
            + "t.end from t; select 2 as case; end", "1:b",
        ]
      ),
      (
        "create function \"begin\"(begin int) returns int return 1; b",
        ["1:create function \"begin\"(begin int) returns int return 1", "1:b"]
      ),
      (
        "create function begin() returns int language sql as 'select 1'; b",
        ["1:create function begin() returns int language sql as 'select 1'", "1:b"]
      ),
      (
        "set standard_conforming_strings = off; select 'a\\'; b'; set standard_conforming_strings to on; "
          + "select '\\'; c",
        [
          "1:set standard_conforming_strings = off", "1:select 'a\\'; b'",
          "1:set standard_conforming_strings to on", "1:select '\\'", "1:c",
        ]
      ),
      ("\u{FEFF}a; b", ["1:a", "1:b"]),
      (
        "create schema s create table t (a int) create view v as select 1; b",
        ["1:create schema s create table t (a int) create view v as select 1", "1:b"]
      ),
      ("begin; a; end; commit", ["1:begin", "1:a", "1:end", "1:commit"]),
      ("\\restrict x'y\na;\n\\connect db\nb", ["1\\restrict x'y", "2:a", "3\\connect db", "4:b"]),
      (
        "COPY t (a) FROM stdin;\n1;2\tdon't\n\\.\n\nb;", ["1<COPY t (a) FROM stdin", "5:b"]
      ),
      ("copy t from stdin;\n1\n", ["1<copy t from stdin"]),
      ("copy t to '/tmp/x'; b", ["1:copy t to '/tmp/x'", "1:b"]),
      ("select $1; a$b$c; d", ["1:select $1", "1:a$b$c", "1:d"]),
      ("a\n'x\ny'\n;\nb", ["1:a\n'x\ny'", "5:b"]),
    ] as [(String, [String])])
  func splits(_ script: String, _ expected: [String]) throws {
    #expect(try spelled(script) == expected)
  }

  @Test func tellsThePlacesOfStatementsAndComments() throws {
    let text = "-- one\na /* two */ b ;\n\\x\n c;"
    let script = try StatementSplitter.script(text)
    func at(_ range: Range<Int>) -> String {
      String(decoding: Array(text.utf8)[range], as: UTF8.self)
    }
    #expect(script.comments.map(at) == ["-- one", "/* two */"])
    #expect(script.pieces.map { at($0.range) } == ["a /* two */ b", "\\x", "c"])
  }

  @Test(
    arguments: [
      ("a; b", ["a", "b"]), ("a ';' [;] `;`; b", ["a ';' [;] `;`", "b"]),
      (".mode box\na;\n.quit", ["\\mode box", "a", "\\quit"]),
      (
        "create trigger x after insert on t begin select case when 1 then 2 end; end; b",
        ["create trigger x after insert on t begin select case when 1 then 2 end; end", "b"]
      ),
      (
        "create temp trigger x after insert on t begin update t set a = 'end;'; delete from u; end ; b",
        [
          "create temp trigger x after insert on t begin update t set a = 'end;'; delete from u; end",
          "b",
        ]
      ),
      ("-- c;\na /* ; */; b /* open", ["a /* ; */", "b /* open"]),
      (
        "create table trigger (a); create temp table t (b)",
        ["create table trigger (a)", "create temp table t (b)"]
      ),
    ] as [(String, [String])])
  func splitsSQLite(_ script: String, _ expected: [String]) throws {
    let pieces = try SQLiteStatementSplitter.script(script).pieces
    #expect(pieces.map { ($0.kind == .command ? "\\" : "") + $0.text } == expected)
  }

  @Test(arguments: ["'a", "\"a", "$$a", "$x$ a $y$", "/* a /* b */", "a\0b", "E'\\'"])
  func refusesWhatNeverEnds(_ script: String) {
    #expect(throws: LexicalProblem.self) { try StatementSplitter.pieces(of: script) }
  }
}
