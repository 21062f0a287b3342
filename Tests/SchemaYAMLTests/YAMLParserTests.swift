import Testing

@testable import SchemaYAML

func parse(_ text: String, limits: YAMLLimits = YAMLLimits()) -> (
  root: YAMLNode?, problems: YAMLProblems
) {
  parse(Array(text.utf8), limits: limits)
}

func parse(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> (
  root: YAMLNode?, problems: YAMLProblems
) {
  let source = YAMLSource(file: "s.yaml", bytes: bytes)
  var problems = YAMLProblems()
  let root = YAMLParser.parse(source, limits: limits, problems: &problems)
  return (root, problems.finished([source]))
}

extension YAMLNode {
  func value(_ name: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs.first { $0.name == name }?.value
  }

  /// One line that shows the tree, to compare with.
  var shown: String {
    switch content {
    case .scalar(let text, _): isNull ? "null" : text
    case .sequence(let items): "[" + items.map(\.shown).joined(separator: ",") + "]"
    case .mapping(let pairs):
      "{" + pairs.map { "\($0.name):\($0.value.shown)" }.joined(separator: ",") + "}"
    }
  }
}

@Suite struct YAMLParserTests {
  @Test func scalarsStayText() {
    let (root, problems) = parse("a: no\nb: 1.10\nc: on\nd: ~\ne:\nf: 'null'\ng: 2020-01-01\n")
    #expect(problems.isEmpty)
    #expect(root?.shown == "{a:no,b:1.10,c:on,d:null,e:null,f:null,g:2020-01-01}")
    #expect(root?.value("f")?.isNull == false)
    #expect(root?.value("d")?.isNull == true)
  }

  @Test func marksCountFromOneInCodePoints() {
    let (root, _) = parse("\u{FEFF}é: {ü: x, b: y}\n")
    let inner = root?.value("é")?.value("b")
    #expect(inner?.mark == YAMLMark(line: 1, column: 14))
    #expect(inner?.end == YAMLMark(line: 1, column: 15))
  }

  @Test func aliasesAndMerges() {
    let (root, problems) = parse(
      """
      base: &base {a: 1, b: 2}
      other: &other {b: 3, c: 4}
      one: {<<: *base, b: 9}
      two: {<<: [*other, *base], d: 5}
      three: *base
      four: {'<<': x}
      """)
    #expect(problems.isEmpty, "\(problems.rendered)")
    #expect(root?.value("one")?.shown == "{a:1,b:9}")
    #expect(root?.value("two")?.shown == "{b:3,c:4,a:1,d:5}")
    #expect(root?.value("three")?.shown == "{a:1,b:2}")
    #expect(root?.value("four")?.shown == "{<<:x}")
  }

  @Test func duplicateKeysNameBothPlaces() {
    let (_, problems) = parse("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n")
    #expect(
      problems.problems.map(\.headline) == [
        "s.yaml:2:11: the key 'c' was given before, at line 2, column 5",
        "s.yaml:3:1: the key 'a' was given before, at line 1, column 1",
        "s.yaml:4:1: the key 'a' was given before, at line 1, column 1",
      ])
    // Canonically equivalent, but not the same bytes.
    #expect(parse("\u{E9}: 1\ne\u{301}: 2\n").problems.isEmpty)
  }

  @Test(arguments: [
    ("a: 'x\nb: y\n", "s.yaml:1:4: the quote that opens here is never closed"),
    ("a:\n\tb: 1\n", "s.yaml:2:1: a tab cannot indent; use spaces"),
    ("a: 1\nb\nc: 2\n", "s.yaml:2:1: this line is neither 'key: value' nor a list item"),
    ("a: b: c\n", "s.yaml:1:5: a second ': ' in one value"),
    ("a: [x, y\nb: 1\n", "s.yaml:2:2: the '[' that opens at line 1, column 4 lacks"),
    ("a: @x\n", "s.yaml:1:4: a value cannot begin with '@'; put it in quotes"),
    ("a: \"\\q\"\n", "s.yaml:1:5: there is no such escape"),
    ("a: 1\n---\nb: 2\n", "s.yaml:2:1: a second document begins here"),
    ("a: *b\n", "s.yaml:1:4: there is no anchor '&b'"),
    ("a: &b [*b]\n", "s.yaml:1:8: the alias '*b' stands inside the node"),
    ("[a]: 1\n", "s.yaml:1:1: a key must be text, this is a list"),
    ("a: !foo x\n", "s.yaml:1:4: the tag '!foo' means nothing here"),
    ("{: x}\n", "s.yaml:1:2: a value is missing here"),
    ("a: \"x\\0y\"\n", "s.yaml:1:4: the text contains the character NUL"),
    ("a: x\0y\n", "s.yaml:1:5: the file contains the character NUL"),
    ("é: x\u{7}\n", "s.yaml:1:5: the file contains the control character U+0007"),
    ("a: {<<: x}\n", "s.yaml:1:5: '<<' merges a mapping"),
    ("a: |x\n", "s.yaml:1:5: '|' and '>' are followed by a line break"),
  ])
  func badTextIsReportedWithItsPlace(text: String, expected: String) {
    let headline = parse(text).problems.problems.first?.headline ?? "no problem"
    #expect(headline.hasPrefix(expected), "\(headline)")
  }

  @Test func badBytes() {
    let invalid = parse(Array("a: b\nc: ".utf8) + [0xFF, 0x0A]).problems.problems.first
    #expect(invalid?.headline.hasPrefix("s.yaml:2:4: the file is not valid UTF-8") == true)
    let wide = parse([0xFF, 0xFE, 0x61, 0]).problems.problems.first
    #expect(wide?.headline == "s.yaml:1:1: the file is UTF-16; save it as UTF-8")
    #expect(!parse([0xEF, 0xBB, 0xBF] + Array("a: \u{7}".utf8)).problems.isEmpty)
    for bytes: [UInt8] in [[0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF5, 0, 0, 0]] {
      #expect(!parse(Array("a: ".utf8) + bytes).problems.isEmpty)
    }
  }

  @Test func emptyFiles() {
    for text in ["", "\n", "# only a comment\n", "---\n", "\u{FEFF}"] {
      let (root, problems) = parse(text)
      #expect(problems.isEmpty)
      #expect(root.map(\.isNull) ?? true)
    }
  }

  @Test func aliasBombsAreBounded() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let items = repeatElement("*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let first = parse(text).problems.problems.first
    #expect(first?.message.hasPrefix("with its aliases expanded") == true)

    let long = "a: &a \"\(String(repeating: "x", count: 1 << 20))\"\nb: ["
    let many = long + repeatElement("*a", count: 10_000).joined(separator: ", ") + "]\n"
    #expect(parse(many).problems.problems.first?.message.hasPrefix("with its aliases") == true)
  }

  @Test func depthIsBounded() {
    let depth = 100_000
    let texts = [
      String(repeating: "[", count: depth),
      String(repeating: "[\n", count: depth),
      String(repeating: "{a: ", count: depth),
      String(repeating: "- ", count: depth) + "x",
      String(repeating: "? ", count: depth) + "x",
      (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
      "a0: &a0 [x]\n" + (1..<1000).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined(),
    ]
    for text in texts {
      let first = parse(text).problems.problems.first
      #expect(first?.message == "lists and mappings are nested more than 64 deep")
    }
    let allowed = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
    #expect(parse("a: \(allowed)\n").problems.isEmpty)
  }

  @Test func sizesAreBounded() {
    var limits = YAMLLimits()
    limits.bytes = 10
    #expect(
      parse("a: 123456789", limits: limits).problems.problems.first?.message
        == "the file has 12 bytes, the limit is 10")
    limits = YAMLLimits()
    limits.nodes = 10
    #expect(!parse("[1,2,3,4,5,6,7,8,9,10]", limits: limits).problems.isEmpty)
    #expect(parse("[1,2,3,4,5,6,7,8,9]", limits: limits).problems.isEmpty)
    let directives = String(repeating: "%TAG !a! x\n", count: 100)
    #expect(
      parse(directives).problems.problems.first?.message == "too many lines begin with '%'")
  }
}
