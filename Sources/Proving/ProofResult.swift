package import SchemaModel

/// What a run of a migration on a scratch database has shown.
package struct ProofResult: Hashable, Sendable {
  /// What was being done when the proof failed.
  package enum Phase: String, Hashable, Sendable {
    case up
    case rowsAfterUp = "rows after up"
    case down
    case rowsAfterDown = "rows after down"
    case upAgain = "up again"
  }

  package enum Outcome: Hashable, Sendable {
    case passed
    case failed(Phase, Failure)
    /// Nothing was found wrong, but not everything could be run.
    case notProven(String)
  }

  package struct Failure: Hashable, Sendable {
    /// Where it was found; a file alone, or with its line.
    package var file: String
    package var line: Int?
    package var reason: String
    package var nextStep: String?

    package init(file: String, line: Int? = nil, reason: String, nextStep: String? = nil) {
      self.file = file
      self.line = line
      self.reason = reason
      self.nextStep = nextStep
    }
  }

  /// Values that do not come back, or rows.
  package struct Loss: Hashable, Sendable, Comparable {
    package var table: ObjectID
    /// Nil: whole rows.
    package var column: Identifier?
    package var isDeclared: Bool

    package init(table: ObjectID, column: Identifier?, isDeclared: Bool) {
      self.table = table
      self.column = column
      self.isDeclared = isDeclared
    }

    /// `sales.orders.total`, without the schema where there is only one usual.
    package var name: String {
      QualifiedName.text(table.shownPath + (column.map { [$0] } ?? []))
    }

    package static func < (left: Loss, right: Loss) -> Bool {
      left.table == right.table
        ? (left.column ?? Identifier("")) < (right.column ?? Identifier(""))
        : left.table < right.table
    }
  }

  package struct Omission: Hashable, Sendable {
    package var table: ObjectID
    package var reason: String

    package init(table: ObjectID, reason: String) {
      self.table = table
      self.reason = reason
    }
  }

  /// `20261122150405_add_user_roles`.
  package var title: String
  package var file: String
  package var outcome: Outcome = .passed
  /// Tables that had rows, and how many were written into all of them.
  package var seeded: [ObjectID] = []
  package var rowCount = 0
  /// Tables that could not be filled.
  package var omissions: [Omission] = []
  package var losses: [Loss] = []
  package var notes: [String] = []
  package var seconds: Double = 0

  package init(title: String, file: String) {
    self.title = title
    self.file = file
  }

  package var isPassed: Bool { outcome == .passed }
}
