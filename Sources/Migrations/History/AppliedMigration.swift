/// One row of the history: a migration that is in force, or was left half-way.
package struct AppliedMigration: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    /// Sections of the way up are still to run.
    case applying
    case applied
    /// Sections of the way back are still to run.
    case reverting
  }

  package var version: MigrationVersion
  package var name: String
  /// Of the file that was applied.
  package var checksum: Checksum
  /// The way back as it was then, so that it works after the file is gone.
  package var down: String?
  package var from: String?
  package var to: String?
  package var state: State
  package var progress: Progress
  /// How many sections the direction that is under way has.
  package var sections: Int
  /// Migrations of one run share it.
  package var batch: Int
  /// Counts up with each migration that is applied: a rollback goes the other way.
  package var position: Int
  package var appliedAt: String
  package var appliedBy: String
  package var milliseconds: Int

  /// How far the direction that is under way has come.
  package struct Progress: Hashable, Sendable {
    package var sectionsDone: Int
    /// Of the section that is under way, where it runs outside of a transaction.
    package var statementsDone: Int
    /// Whether the next statement was begun: only a look at the database tells what became of it.
    package var isStatementOpen: Bool

    package init(sectionsDone: Int = 0, statementsDone: Int = 0, isStatementOpen: Bool = false) {
      self.sectionsDone = sectionsDone
      self.statementsDone = statementsDone
      self.isStatementOpen = isStatementOpen
    }
  }

  package var title: String { "\(version.text)_\(name)" }

  /// Where it stands.
  package var statusSentence: String {
    let done = progress.sectionsDone
    let way = state == .reverting ? "its way back" : "it"
    if state == .applied { return "\(title) is applied" }
    var text = "\(title): \(done) of \(sections) sections of \(way) are done"
    if progress.statementsDone > 0 {
      text += ", and \(progress.statementsDone) statements of section \(done + 1)"
    }
    if progress.isStatementOpen {
      text += "; statement \(progress.statementsDone + 1) was begun and its end was not seen"
    }
    return text
  }
}

/// One line of the log, which is only ever added to.
package struct HistoryEvent: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable {
    case started
    case sectionDone = "section done"
    case statementStarted = "statement started"
    case statementDone = "statement done"
    case applied
    case revertStarted = "revert started"
    case reverted
    case failed
    case skipped
    case resumed
    case repaired
    case baseline
    case driftAccepted = "drift accepted"
    case lockBroken = "lock broken"
    case repeated
    case seeded
  }

  package var at: String
  package var kind: String
  package var version: String?
  package var section: Int?
  package var statement: Int?
  package var detail: String?
  package var milliseconds: Int?
  package var by: String
  package var from: String?
}

/// The schema as the last run left it.
package struct RecordedSchema: Hashable, Sendable {
  /// The snapshot's text.
  package var snapshot: String
  /// What it was read after: the newest migration, and how many of its sections; nil: before the first.
  package var after: Mark?
  package var serverVersion: Int

  package init(snapshot: String, after: Mark?, serverVersion: Int) {
    self.snapshot = snapshot
    self.after = after
    self.serverVersion = serverVersion
  }

  /// A place in the history.
  package struct Mark: Hashable, Sendable {
    package var version: MigrationVersion
    package var state: AppliedMigration.State
    package var sectionsDone: Int

    package init(_ migration: AppliedMigration) {
      version = migration.version
      state = migration.state
      sectionsDone = migration.progress.sectionsDone
    }

    init?(text: String) {
      let parts = text.split(separator: " ")
      guard parts.count == 3, let version = MigrationVersion(parts[0]),
        let state = AppliedMigration.State(rawValue: String(parts[1])), let done = Int(parts[2])
      else { return nil }
      self.version = version
      self.state = state
      sectionsDone = done
    }

    var text: String { "\(version.text) \(state.rawValue) \(sectionsDone)" }
  }
}

/// All that the database says about its migrations.
package struct History: Hashable, Sendable {
  /// In the order in which they were applied.
  package var migrations: [AppliedMigration]
  /// Checksums of the tokens of repeatable files and seeds, by path.
  package var scripts: [String: String]

  package init(migrations: [AppliedMigration] = [], scripts: [String: String] = [:]) {
    self.migrations = migrations
    self.scripts = scripts
  }

  package func migration(_ version: MigrationVersion) -> AppliedMigration? {
    migrations.first { $0.version == version }
  }

  /// What was left half-way: at most one, since nothing else runs before it is settled.
  package var unfinished: AppliedMigration? { migrations.first { $0.state != .applied } }
  package var newest: AppliedMigration? { migrations.last }

  /// As it is after a row was written.
  mutating func put(_ row: AppliedMigration) {
    if let index = migrations.lastIndex(where: { $0.version == row.version }) {
      migrations[index] = row
    } else {
      migrations.append(row)
    }
  }

  mutating func remove(_ version: MigrationVersion) {
    migrations.removeAll { $0.version == version }
  }

  package var nextBatch: Int { (migrations.map(\.batch).max() ?? 0) + 1 }
}

extension AppliedMigration {
  /// The row of a migration that was not run here.
  package static func baseline(
    of migration: Migration, position: Int, batch: Int, by actor: String
  ) -> AppliedMigration {
    AppliedMigration(
      version: migration.version, name: migration.name, checksum: migration.up.checksum,
      down: migration.down?.text, from: migration.up.header.from, to: migration.up.header.to,
      state: .applied, progress: .init(sectionsDone: migration.up.sections.count),
      sections: migration.up.sections.count, batch: batch, position: position, appliedAt: "",
      appliedBy: actor, milliseconds: 0)
  }
}
