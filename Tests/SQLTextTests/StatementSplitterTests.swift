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

  @Test(arguments: ["'a", "\"a", "$$a", "$x$ a $y$", "/* a /* b */", "a\0b", "E'\\'"])
  func refusesWhatNeverEnds(_ script: String) {
    #expect(throws: LexicalProblem.self) { try StatementSplitter.pieces(of: script) }
  }
}
