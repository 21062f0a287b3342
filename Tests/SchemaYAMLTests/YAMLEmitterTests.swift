import Testing

@testable import SchemaYAML

@Suite struct YAMLEmitterTests {
  @Test(arguments: [
    ("abc", "abc"), ("", "''"), ("no", "'no'"), ("On", "'On'"), ("1.10", "'1.10'"),
    ("2020-01-01", "'2020-01-01'"), ("12:30:45", "'12:30:45'"), ("-1", "'-1'"), ("~", "'~'"),
    ("null", "'null'"), (" a", "' a'"), ("a ", "'a '"), ("a: b", "'a: b'"), ("a #b", "'a #b'"),
    ("a:", "'a:'"), ("a:b", "a:b"), ("a#b", "a#b"), ("#a", "'#a'"), ("[a]", "'[a]'"),
    ("it's", "it's"), ("'a'", "\"'a'\""), ("\"a\"", "'\"a\"'"), ("'a\"", "'''a\"'"),
    ("a\tb", "'a\tb'"), ("a\u{7}", "\"a\\x07\""), ("a\r", "\"a\\r\""),
    ("text not null default 'x'", "text not null default 'x'"), ("---", "'---'"),
    (".5", "'.5'"), ("1a", "'1a'"), ("1st", "1st"), ("\u{2028}", "\"\\u2028\""),
    ("\u{10FFFF}", "\"\\U0010FFFF\""), ("VALUE ~ '@'", "VALUE ~ '@'"), ("é", "é"),
  ])
  func quoting(text: String, expected: String) {
    #expect(YAMLText.inline(text) == expected)
  }

  @Test func layout() {
    let entries: [YAMLEntry] = [
      YAMLEntry("kedge", .word("1")),
      YAMLEntry("schemas", .words(["public", "sales"])),
      YAMLEntry(
        "tables",
        .mapping([
          YAMLEntry(
            name: "users",
            .mapping([
              YAMLEntry("columns", .mapping([YAMLEntry(name: "no", .text("bigint identity"))])),
              YAMLEntry("on", .words(["created_at desc", "id"])),
              YAMLEntry("expressions", .words(["lower(email)", "id"])),
              YAMLEntry("empty", .mapping([])),
              YAMLEntry("none", .sequence([])),
              YAMLEntry("nothing", .null),
              YAMLEntry(
                "items",
                .sequence([
                  .mapping([YAMLEntry("a", .text("1")), YAMLEntry("b", .text("x\ny\n"))])
                ])),
            ]))
        ])
      ).spaced(),
    ]
    #expect(
      YAMLEmitter.emit(entries) == """
        kedge: 1
        schemas: [public, sales]

        tables:
          users:
            columns:
              'no': bigint identity
            on: [created_at desc, id]
            expressions:
              - lower(email)
              - id
            empty: {}
            none: []
            nothing:
            items:
              - a: '1'
                b: |
                  x
                  y

        """)
  }

  @Test(arguments: [
    ("a\nb\n", "|\n  a\n  b"), ("a\nb", "|-\n  a\n  b"), ("a\n\n", "|+\n  a\n"),
    (" a\nb\n", "|2\n   a\n  b"), ("\na\n", "|\n\n  a"),
    ("a\r\nb", "\"a\\r\\n\\\n  b\""), ("a\u{7}\n  b\n", "\"a\\x07\\n\\\n  \\  b\\n\""),
    ("\n\n", "\"\\n\\\n  \\n\""),
  ])
  func severalLines(text: String, expected: String) {
    let emitted = YAMLEmitter.emit([YAMLEntry("k", .text(text))])
    #expect(emitted == "k: \(expected)\n")
    #expect(parse(emitted).root?.value("k")?.scalarText == text)
  }

  /// Pieces of text that YAML treats in some special way.
  private static let pieces = [
    "a", "b", "é", "\u{4E16}", " ", "  ", "\n", "\n\n", "\r", "\r\n", "\t", ":", ": ", " #", "#",
    "-", "- ", "?", "? ", "'", "\"", "\\", "\\n", "[", "]", "{", "}", ",", "|", ">", "%", "@", "`",
    "&", "*", "!", "~", "null", "no", "1", "1.10", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{7F}",
    "\u{A0}", "---", "...", "<<", "\u{1F600}", "\u{7}", "$$", "e\u{301}", "\u{10FFFF}", "\u{202E}",
  ]

  @Test func whatIsWrittenReadsBackTheSame() throws {
    var random = SplitMix(state: 42)
    for round in 0..<4_000 {
      let texts = (0..<4).map { _ in
        (0..<Int.random(in: 0...7, using: &random)).map { _ in
          YAMLEmitterTests.pieces.randomElement(using: &random) ?? ""
        }.joined()
      }
      let value = YAMLValue.mapping([
        YAMLEntry(name: texts[0] + "k", .text(texts[1])),
        YAMLEntry(
          "list", .sequence([.text(texts[2]), .mapping([YAMLEntry("x", .text(texts[3]))])])),
        YAMLEntry("words", .words(texts)).spaced(),
        YAMLEntry("text", .text(texts[3])).spaced(),
        YAMLEntry(name: texts[2] + "z", .sequence([.sequence([.text(texts[0])])])).spaced(),
      ])
      guard case .mapping(let entries) = value else { continue }
      let emitted = YAMLEmitter.emit([YAMLEntry("outer", value)] + entries.prefix(0))
      let (root, problems) = parse(emitted)
      let outer = try #require(
        root?.value("outer"), "round \(round): \(problems.rendered)\n\(emitted)")
      #expect(problems.isEmpty, "round \(round): \(problems.rendered)\n\(emitted)")
      guard matches(outer, value) else {
        Issue.record("round \(round): \(texts.map(\.debugDescription))\n\(emitted)")
        return
      }
    }
  }

  @Test func longKeysAreExplicit() {
    let key = String(repeating: "k", count: 3_000)
    let emitted = YAMLEmitter.emit([
      YAMLEntry("a", .mapping([YAMLEntry(name: key, .text("v")), YAMLEntry("b", .text("w"))]))
    ])
    #expect(parse(emitted).root?.value("a")?.value(key)?.scalarText == "v")
    #expect(parse(emitted).root?.value("a")?.value("b")?.scalarText == "w")
  }

  private func matches(_ node: YAMLNode, _ value: YAMLValue) -> Bool {
    switch (node.content, value) {
    case (.scalar(let text, _), .text(let expected)):
      !node.isNull && text.utf8.elementsEqual(expected.utf8)
    case (.sequence(let items), .sequence(let expected)):
      items.count == expected.count && zip(items, expected).allSatisfy(matches)
    case (.mapping(let pairs), .mapping(let entries)):
      pairs.count == entries.count
        && zip(pairs, entries).allSatisfy { pair, entry in
          let isKey =
            switch entry.key {
            case .text(let text), .word(let text): pair.name.utf8.elementsEqual(text.utf8)
            default: false
            }
          return isKey && matches(pair.value, entry.value)
        }
    default: false
    }
  }
}

/// A seeded generator, so that a failure comes back.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
