import SQLText
import SchemaModel

/// One way to fill a column. What is written for it depends on the column's type and on a number, so that
/// rows differ.
enum Candidate: Hashable, Sendable {
  /// What suits the type.
  case natural
  case null
  case text(String)
  /// The constant plus the number times the step: 18, 18 + n, 18 - n.
  case number(Double, step: Int)
  /// A text, or bytes, of exactly this length.
  case length(Int)
  /// A text that a pattern lets pass.
  case pattern(Pattern)

  /// Whether another number makes another value.
  var varies: Bool {
    switch self {
    case .natural, .length: true
    case .null, .text: false
    case .number(_, let step): step != 0
    case .pattern(let pattern): pattern.varies
    }
  }
}

/// What the texts of a schema say about the values that a column takes: constants that stand beside it,
/// lengths, patterns.
struct Hints {
  private(set) var candidates: [Candidate] = []
  private var seen: Set<Candidate> = []

  mutating func add(_ candidate: Candidate) {
    if seen.insert(candidate).inserted { candidates.append(candidate) }
  }

  /// Everything that a check's tokens suggest.
  mutating func add(from tokens: [Token]) {
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .string:
        let text = Hints.content(of: token)
        if let pattern = Hints.pattern(text, at: index, in: tokens) {
          for length in [1, 4, 12] { add(.pattern(pattern.stretched(length))) }
        }
        add(.text(text))
      case .number: number(token, isNegative: Hints.isNegated(index, in: tokens))
      case .word: word(token.text.asciiLowercased)
      case .quotedName, .symbol, .parameter: continue
      }
    }
  }

  private mutating func number(_ token: Token, isNegative: Bool) {
    guard let size = Double(token.text) else { return }
    let value = isNegative ? -size : size
    guard value.magnitude < 1e15 else { return add(.text((isNegative ? "-" : "") + token.text)) }
    add(.number(value, step: 0))
    add(.number(value, step: 1))
    add(.number(value, step: -1))
    if value >= 1, value <= 4_000, value == value.rounded() {
      add(.length(Int(value)))
      if value > 1 { add(.length(Int(value) - 1)) }
      add(.length(Int(value) + 1))
    }
  }

  private mutating func word(_ word: String) {
    switch word {
    case "null": add(.null)
    case "true", "false": add(.text(word))
    case "now", "current_timestamp", "current_date", "statement_timestamp", "clock_timestamp":
      add(.text("2099-12-31"))
      add(.text("2001-01-01"))
    case _ where word.hasPrefix("json"):
      for text in ["{}", "[]", "[1]", "{\"a\": 1}", "\"a\"", "1", "true"] { add(.text(text)) }
    default: return
    }
  }

  /// What is tried when the texts say nothing that helps.
  static let usual: [Candidate] = [
    .natural, .number(0, step: 1), .number(0, step: 0), .number(0, step: -1),
    .number(100, step: 1), .length(1), .length(2), .length(3), .length(8), .length(32),
    .text("a"), .text("A"), .text("abc"), .text("ABC"), .text("12345"),
    .pattern(Pattern(like: "user%@example.com", any: "%", one: "\0")),
    .pattern(Pattern(like: "https://example.com/%", any: "%", one: "\0")), .text("2026-01-01"),
    .text("2099-12-31"), .text("{}"),
    .text("[]"), .text(""), .text("true"), .null,
  ]

  // MARK: - Tokens

  private static func isNegated(_ index: Int, in tokens: [Token]) -> Bool {
    guard index > 0, tokens[index - 1].isSymbol("-") else { return false }
    guard index > 1 else { return true }
    let before = tokens[index - 2]
    // After an operand it is a subtraction.
    return before.kind == .symbol && !before.isSymbol(")") && !before.isSymbol("]")
      || before.isWord("and") || before.isWord("between")
  }

  /// A string constant without its quotes.
  static func content(of token: Token) -> String {
    let bytes = Array(token.text.utf8)
    guard let open = bytes.firstIndex(where: { $0 == 0x27 || $0 == 0x24 }) else {
      return token.text
    }
    if bytes[open] == 0x24 {
      guard let end = bytes[(open + 1)...].firstIndex(of: 0x24) else { return token.text }
      let tag = end - open + 1
      guard bytes.count >= open + 2 * tag else { return token.text }
      return String(decoding: bytes[(open + tag)..<(bytes.count - tag)], as: UTF8.self)
    }
    let escapes = open > 0 && bytes[open - 1] | 0x20 == UInt8(ascii: "e")
    var content: [UInt8] = []
    var position = open + 1
    while position < bytes.count - 1 {
      if bytes[position] == 0x27 || (escapes && bytes[position] == 0x5C) { position += 1 }
      if position < bytes.count - 1 { content.append(bytes[position]) }
      position += 1
    }
    return String(decoding: content, as: UTF8.self)
  }

  /// The constant read as a pattern, if an operator before it says that it is one.
  private static func pattern(_ text: String, at index: Int, in tokens: [Token]) -> Pattern? {
    var position = index - 1
    while position >= 0,
      tokens[position].isSymbol("(") || tokens[position].isWord("array")
        || tokens[position].isSymbol("[") || tokens[position].isWord("any")
    { position -= 1 }
    guard position >= 0 else { return nil }
    let before = tokens[position]
    switch before.text.asciiLowercased {
    case "~", "~*", "regexp": return Pattern(regularExpression: text)
    case "like", "ilike", "~~", "~~*": return Pattern(like: text, any: "%", one: "_")
    case "glob": return Pattern(like: text, any: "*", one: "?")
    case "to" where position > 0 && tokens[position - 1].isWord("similar"):
      return Pattern(like: text, any: "%", one: "_")
    case ",": return isInRegexpCall(position, in: tokens) ? Pattern(regularExpression: text) : nil
    default: return nil
    }
  }

  private static func isInRegexpCall(_ comma: Int, in tokens: [Token]) -> Bool {
    tokens[..<comma].suffix(8).contains { $0.kind == .word && $0.text.hasPrefix("regexp_") }
  }
}
