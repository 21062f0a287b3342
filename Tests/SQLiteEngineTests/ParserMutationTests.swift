import Foundation
import SQLiteEngine
import TestSupport
import Testing

/// Statements with tokens left out, repeated, swapped and put in at random. Most are nonsense to SQLite; what
/// it accepts all the same, the parser must read, and read alike.
@Suite struct ParserMutationTests {
  static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] == "1"
  static let blocks = 0..<8

  /// A statement and those that it needs before it.
  private struct Subject: Sendable {
    let before: [String]
    let tokens: [String]
  }

  private static let subjects: [Subject] = ParserCases.scripts.flatMap { script -> [Subject] in
    guard let statements = try? statements(of: script) else { return [] }
    return statements.indices.map { index in
      Subject(before: Array(statements[..<index]), tokens: tokens(of: statements[index]))
    }
  }

  private static func statements(of script: String) throws -> [String] {
    let database = try SQLiteConnection.open(.memory)
    try database.execute(script)
    return try database.query(
      """
      SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid
      """
    ) { row throws(SQLiteError) in try row.text(0) }
  }

  private static func tokens(of text: String) -> [String] {
    guard let stream = try? SQLiteTokenizer.tokenize(text) else { return [] }
    return stream.tokens.map { String(decoding: stream.source[$0.range], as: UTF8.self) }
  }

  private static let words = """
    CONSTRAINT PRIMARY KEY UNIQUE CHECK ( ) , DEFAULT - + 1 's' "q" [b] `t` NULL NOT COLLATE nocase REFERENCES u
    ON DELETE CASCADE SET UPDATE DEFERRABLE INITIALLY DEFERRED IMMEDIATE GENERATED ALWAYS AS STORED VIRTUAL
    AUTOINCREMENT ASC DESC CONFLICT REPLACE IGNORE WITHOUT ROWID STRICT FOREIGN IF EXISTS MATCH x'00' 1e3 0x1F
    .5 WHERE ACTION NO RESTRICT a b INT TEXT INTEGER AND OR IN CASE END WHEN BEGIN TEMP ; . FULL INSERT
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test(arguments: blocks)
  func readsWhatTheEngineAccepts(_ block: Int) throws {
    var random = SeededGenerator(seed: UInt64(block) + 77)
    var accepted = 0
    let subjects = try #require(Self.subjects.isEmpty ? nil : Self.subjects)
    for _ in 0..<(Self.isLong ? 8_000 : 400) {
      guard let subject = subjects.randomElement(using: &random) else { continue }
      let statement = mutated(subject.tokens, &random)
      let database = try SQLiteConnection.open(.memory)
      for text in subject.before { try database.execute(text) }
      guard PlanHarness.run(statement, on: database) == nil else { continue }
      accepted += 1
      var check = ParserAgainstEngine(database)
      try check.check()
      #expect(check.problems == [], "\(statement)")
    }
    #expect(accepted > 40)
  }

  private func mutated(_ tokens: [String], _ random: inout SeededGenerator) -> String {
    var tokens = tokens
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      // The first two say what is created.
      guard tokens.count > 4 else { break }
      let place = Int.random(in: 2..<tokens.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: tokens.remove(at: place)
      case 1: tokens.insert(tokens[place], at: place)
      case 2: tokens.swapAt(place, Int.random(in: 2..<tokens.count, using: &random))
      case 3: tokens[place] = Self.words.randomElement(using: &random) ?? ""
      default: tokens.insert(Self.words.randomElement(using: &random) ?? "", at: place)
      }
    }
    let gaps = [" ", " ", " ", "\n", " /* , */ ", " -- )\n"]
    return tokens.reduce("") { $0 + $1 + (gaps.randomElement(using: &random) ?? " ") }
  }
}
