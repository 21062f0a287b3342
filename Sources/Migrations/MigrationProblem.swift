/// What is wrong with a migration file, and where.
package struct MigrationProblem: Error, Hashable, Sendable {
  package var file: String
  /// From one; nil where the whole file is meant.
  package var line: Int?
  package var message: String
  package var nextStep: String?

  package init(_ file: String, line: Int? = nil, _ message: String, nextStep: String? = nil) {
    self.file = file
    self.line = line
    self.message = message
    self.nextStep = nextStep
  }

  package var sentence: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
}

/// All that is wrong with a folder.
package struct MigrationProblems: Error, Hashable, Sendable {
  package var all: [MigrationProblem]
  package init(_ all: [MigrationProblem]) { self.all = all }
}
