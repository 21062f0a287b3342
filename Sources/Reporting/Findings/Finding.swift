import SchemaModel

/// Something at a place of a file that somebody should look at: what any check can report to a terminal or a
/// forge.
package struct Finding: Hashable, Sendable {
  package enum Level: String, Hashable, Sendable, Comparable, CaseIterable, Codable {
    case notice, warning, error

    package static func < (left: Level, right: Level) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  /// Lines and columns count from one, columns in code points; the end is behind the last character.
  package struct Place: Hashable, Sendable {
    package var file: String
    package var line: Int
    package var column: Int
    package var endLine: Int
    package var endColumn: Int

    package init(file: String, line: Int, column: Int, endLine: Int, endColumn: Int) {
      self.file = file
      self.line = line
      self.column = column
      self.endLine = endLine
      self.endColumn = endColumn
    }
  }

  /// `LK01`.
  package var id: String
  /// `index-not-concurrent`.
  package var name: String
  package var level: Level
  /// A sentence without its period.
  package var message: String
  /// What to do about it.
  package var hint: String?
  package var place: Place
  /// The line of the file in which it begins.
  package var sourceLine: String
  /// Whether a fix can be carried out mechanically.
  package var isFixable: Bool
  /// Seen on a database, not read off the text.
  package var isMeasured: Bool

  package init(
    id: String, name: String, level: Level, message: String, hint: String? = nil, place: Place,
    sourceLine: String = "", isFixable: Bool = false, isMeasured: Bool = false
  ) {
    self.id = id
    self.name = name
    self.level = level
    self.message = message
    self.hint = hint
    self.place = place
    self.sourceLine = sourceLine
    self.isFixable = isFixable
    self.isMeasured = isMeasured
  }
}

/// What a rule is called, for documents that describe their rules.
package struct FindingRule: Hashable, Sendable {
  package var id: String
  package var name: String
  package var level: Finding.Level
  package var summary: String
  package var remedy: String

  package init(id: String, name: String, level: Finding.Level, summary: String, remedy: String) {
    self.id = id
    self.name = name
    self.level = level
    self.summary = summary
    self.remedy = remedy
  }
}

extension [Finding] {
  /// `2 errors, 1 warning`; `nothing found`.
  package var summary: String {
    let counts = Finding.Level.allCases.reversed().compactMap { level -> String? in
      let count = count { $0.level == level }
      return count == 0 ? nil : count.counting(level.rawValue)
    }
    return counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")
  }
}
