package import SchemaModel

/// How bad a finding is.
package enum LintLevel: String, Hashable, Sendable, Comparable, CaseIterable {
  case notice, warning, error

  package static func < (left: LintLevel, right: LintLevel) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// A piece of the file to be replaced.
package struct Edit: Hashable, Sendable {
  /// Bytes of the file.
  package let range: Range<Int>
  package let text: String

  package init(_ range: Range<Int>, _ text: String) {
    self.range = range
    self.text = text
  }

  package static func insert(_ text: String, at offset: Int) -> Edit { Edit(offset..<offset, text) }
}

/// What a rule has found.
package struct Violation: Sendable {
  package var message: String
  package var range: Range<Int>
  /// What to do; the rule's own remedy when nil.
  package var hint: String?
  package var edits: [Edit]
  /// Instead of the rule's own.
  package var level: LintLevel?

  package init(
    _ message: String, at range: Range<Int>, hint: String? = nil, edits: [Edit] = [],
    level: LintLevel? = nil
  ) {
    self.message = message
    self.range = range
    self.hint = hint
    self.edits = edits
    self.level = level
  }
}

/// SQL that shows a rule, with what it takes for granted.
package struct Example: Sendable, ExpressibleByStringLiteral {
  package let sql: String
  package let version: Int
  /// A file's name, for the layouts that names tell.
  package let file: String

  package init(_ sql: String, version: Int = 15, file: String = "example.sql") {
    self.sql = sql
    self.version = version
    self.file = file
  }

  package init(stringLiteral value: String) { self.init(value) }
}

/// One entry of the catalogue of hazards, as far as SQL text can decide it.
package struct Rule: Sendable {
  package enum Check: Sendable {
    case statement(@Sendable (LintContext) -> [Violation])
    case file(@Sendable (FileContext) -> [Violation])
  }

  /// `LK01`.
  package let id: String
  /// `index-not-concurrent`.
  package let name: String
  package let level: LintLevel
  package let engines: [EngineName]
  /// Only when a configuration names it.
  package let isOptIn: Bool
  /// What happens, in a sentence or two.
  package let summary: String
  /// What to do instead.
  package let remedy: String
  /// SQL that it finds, and SQL that it leaves alone; tests run both.
  package let bad: [Example]
  package let good: [Example]
  package let check: Check

  init(
    _ id: String, _ name: String, _ level: LintLevel, engines: [EngineName] = [.postgresql],
    isOptIn: Bool = false, summary: String, remedy: String, bad: [Example], good: [Example],
    check: @escaping @Sendable (LintContext) -> [Violation]
  ) {
    self.init(
      id, name, level, engines: engines, isOptIn: isOptIn, summary: summary, remedy: remedy,
      bad: bad, good: good, .statement(check))
  }

  init(
    _ id: String, _ name: String, _ level: LintLevel, engines: [EngineName] = [.postgresql],
    isOptIn: Bool = false, summary: String, remedy: String, bad: [Example], good: [Example],
    _ check: Check
  ) {
    self.id = id
    self.name = name
    self.level = level
    self.engines = engines
    self.isOptIn = isOptIn
    self.summary = summary
    self.remedy = remedy
    self.bad = bad
    self.good = good
    self.check = check
  }
}
