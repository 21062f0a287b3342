/// What is true of one migration, from the folder and the history together.
package struct MigrationStatus: Hashable, Sendable, Codable {
  package enum State: String, Hashable, Sendable, Codable {
    case applied, pending
    /// Pending, and older than the newest that is applied.
    case outOfOrder = "out of order"
    /// Applied, and its file is gone.
    case missing
    /// Applied by a newer checkout: its version is newer than every file's.
    case future
    /// Applied, and the file's statements are others now.
    case changed
    /// Applied, and only white space or comments of the file are others.
    case cosmetic
    /// Left half-way, up or down.
    case unfinished
  }

  package var version: String
  package var name: String
  package var state: State
  package var appliedAt: String?
  package var appliedBy: String?
  package var batch: Int?
  /// Where an unfinished one stands.
  package var detail: String?
  /// Whether there is a way back.
  package var isReversible: Bool

  /// All of them by version.
  package static func all(_ folder: MigrationFolder, _ history: History) -> [MigrationStatus] {
    let newest = history.migrations.map(\.version).max()
    let newestFile = folder.migrations.last?.version
    var applied: [MigrationVersion: AppliedMigration] = [:]
    for migration in history.migrations { applied[migration.version] = migration }
    var statuses: [(version: MigrationVersion, status: MigrationStatus)] = []
    for file in folder.migrations {
      let row = applied.removeValue(forKey: file.version)
      let state: State =
        if let row { state(of: row, file) } else {
          newest.map { file.version < $0 } ?? false ? .outOfOrder : .pending
        }
      statuses.append((file.version, MigrationStatus(file, row, state)))
    }
    let replaced = Set(folder.migrations.flatMap(\.up.header.replaces))
    for (version, row) in applied where !replaced.contains(version) {
      let isFuture = newestFile.map { version > $0 } ?? true
      let state: State = row.state != .applied ? .unfinished : isFuture ? .future : .missing
      statuses.append((version, MigrationStatus(nil, row, state)))
    }
    return statuses.sorted { $0.version < $1.version }.map(\.status)
  }

  private static func state(of row: AppliedMigration, _ file: Migration) -> State {
    guard row.state == .applied else { return .unfinished }
    if file.up.header.replaces.contains(row.version) { return .applied }
    switch row.checksum.compared(to: file.up.checksum) {
    case .same: return .applied
    case .cosmetic: return .cosmetic
    case .changed: return .changed
    }
  }

  private init(_ file: Migration?, _ row: AppliedMigration?, _ state: State) {
    version = file?.version.text ?? row?.version.text ?? ""
    name = file?.name ?? row?.name ?? ""
    self.state = state
    appliedAt = row?.appliedAt
    appliedBy = row?.appliedBy
    batch = row?.batch
    detail = state == .unfinished ? row?.statusSentence : nil
    isReversible =
      file?.up.irreversible == nil && (row.map { $0.down != nil } ?? (file?.down != nil))
  }
}
