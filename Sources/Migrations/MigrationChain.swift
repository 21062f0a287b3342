/// The chain that `after` makes of the files.
extension MigrationFolder {
  private struct Break {
    let migration: Migration
    let problem: MigrationProblem
  }

  /// Files that follow the same file, or one that is not there or was changed since.
  package var chainProblems: [MigrationProblem] { breaks.map(\.problem) }
  /// Those files, in the order of their versions.
  package var outOfChain: [Migration] { breaks.map(\.migration) }

  private var breaks: [Break] {
    var breaks: [Break] = []
    var followers: [MigrationVersion?: Migration] = [:]
    for migration in migrations where migration.up.isGenerated {
      let after = migration.up.header.after
      let predecessor = after.flatMap { MigrationVersion($0.version) }
      if let other = followers[predecessor] {
        breaks.append(Break(migration: migration, problem: fork(other, migration)))
        continue
      }
      followers[predecessor] = migration
      if let after, let predecessor, let problem = problem(of: migration, after, predecessor) {
        breaks.append(Break(migration: migration, problem: problem))
      }
    }
    return breaks
  }

  private func problem(
    of migration: Migration, _ after: MigrationFile.Predecessor, _ predecessor: MigrationVersion
  ) -> MigrationProblem? {
    guard let before = self.migration(predecessor) else {
      return MigrationProblem(
        migration.up.file, "it follows \(after.version), which is not in the folder",
        nextStep: "bring that file back, or make this one again: kedge generate rebase")
    }
    guard
      before.up.checksum.tokens == after.checksum
        || before.up.header.replaces.contains(predecessor)
    else {
      return MigrationProblem(
        migration.up.file, "it follows \(before.up.file), which was changed since",
        nextStep: "take the change back, or make this one again: kedge generate rebase")
    }
    return nil
  }

  private func fork(_ one: Migration, _ other: Migration) -> MigrationProblem {
    MigrationProblem(
      other.up.file, "it follows the same file as \(one.up.file): two branches have met",
      nextStep: "make the later one again on top of the other: kedge generate rebase")
  }
}
