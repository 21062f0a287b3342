/// The chain that `after` makes of the files.
extension MigrationFolder {
  /// Files that follow the same file, or one that is not there or was changed since.
  package var chainProblems: [MigrationProblem] {
    var problems: [MigrationProblem] = []
    var followers: [MigrationVersion?: Migration] = [:]
    for (index, migration) in migrations.enumerated() where migration.up.isGenerated {
      let after = migration.up.header.after
      let predecessor = after.flatMap { MigrationVersion($0.version) }
      if let other = followers[predecessor] {
        problems.append(fork(other, migration))
        continue
      }
      followers[predecessor] = migration
      guard let after, let predecessor else { continue }
      guard let before = self.migration(predecessor) else {
        problems.append(
          MigrationProblem(
            migration.up.file, "it follows \(after.version), which is not in the folder",
            nextStep: "bring that file back, or make this one again: kedge generate rebase"))
        continue
      }
      if before.up.checksum.tokens != after.checksum {
        problems.append(
          MigrationProblem(
            migration.up.file, "it follows \(before.up.file), which was changed since",
            nextStep: "take the change back, or make this one again: kedge generate rebase"))
      } else if index > 0, migrations[index - 1].version != predecessor,
        let between = between(predecessor, and: migration.version)
      {
        problems.append(fork(between, migration))
      }
    }
    return problems
  }

  /// A generated file that stands between two others without belonging to their chain.
  private func between(_ first: MigrationVersion, and last: MigrationVersion) -> Migration? {
    migrations.first {
      $0.version > first && $0.version < last && $0.up.isGenerated
        && $0.up.header.after.flatMap { MigrationVersion($0.version) }.map { $0 >= first } != true
    }
  }

  private func fork(_ one: Migration, _ other: Migration) -> MigrationProblem {
    MigrationProblem(
      other.up.file, "it follows the same file as \(one.up.file): two branches have met",
      nextStep: "make the later one again on top of the other: kedge generate rebase")
  }
}
