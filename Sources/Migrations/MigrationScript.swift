package import Planning
package import SchemaModel

/// One file of a migration, read: its header, and its statements by section.
package struct MigrationScript: Hashable, Sendable {
  /// Statements that are executed, and recorded, together.
  package struct Section: Hashable, Sendable {
    /// As the file counts; a down's section undoes the up's section of that number.
    package var number: Int
    package var mode: Planning.Section.Mode
    package var statements: [ScriptStatement]
    /// Where it begins, from one.
    package var line: Int

    package init(
      number: Int, mode: Planning.Section.Mode, statements: [ScriptStatement] = [], line: Int
    ) {
      self.number = number
      self.mode = mode
      self.statements = statements
      self.line = line
    }
  }

  /// `-- kedge:allow DL02 the old system is gone`.
  package struct Allowance: Hashable, Sendable {
    package var code: String
    package var reason: String
    package var line: Int
  }

  /// `-- kedge:hazard DL02 …`: what needs permission before it is applied.
  package struct DeclaredHazard: Hashable, Sendable {
    package var hazard: Hazard
    package var line: Int

    package init(hazard: Hazard, line: Int) {
      self.hazard = hazard
      self.line = line
    }
  }

  /// As messages name it.
  package let file: String
  package let text: String
  package var header = Header()
  package var sections: [Section] = []
  package var hazards: [DeclaredHazard] = []
  package var allowances: [Allowance] = []
  /// Why there is no way back: `-- kedge:irreversible REASON`.
  package var irreversible: String?
  package var checksum: Checksum

  init(file: String, text: String) {
    self.file = file
    self.text = text
    checksum = Checksum(bytes: "", tokens: "")
  }

  /// What the directives at the top say.
  package struct Header: Hashable, Sendable {
    package var version: String?
    package var name: String?
    package var engine: EngineName?
    /// `15` on PostgreSQL, `3.40` on SQLite.
    package var minimumVersion: String?
    package var after: MigrationFile.Predecessor?
    /// Fingerprints of what the folder produces before and after.
    package var from: String?
    package var to: String?
    /// The migrations that this one stands for.
    package var replaces: [MigrationVersion] = []
    /// Whether `${NAME}` stands for a variable.
    package var usesVariables = false

    package init() {}
  }

  /// Whether Kedge made it from two schemas, so that its schemas are known.
  package var isGenerated: Bool { header.to != nil }
  /// The same file with some of its sections only.
  func keeping(_ sections: [Section]) -> MigrationScript {
    var copy = self
    copy.sections = sections
    return copy
  }

  /// A text that reads back as these sections.
  var rendered: String {
    var text = header.usesVariables ? "-- kedge:variables\n" : ""
    for section in sections {
      text += "-- kedge:section \(section.number) \(section.mode.rawValue)\n"
      // On a line of its own: the statement may end with a comment.
      for statement in section.statements { text += statement.text + "\n;\n" }
    }
    return text
  }

  package var statementCount: Int { sections.reduce(0) { $0 + $1.statements.count } }
}
