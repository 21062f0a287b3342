import ArgumentParser
import SchemaModel
import SchemaYAML
import Sources
import Migrations
import Planning

/// `kedge lock`: who is migrating a database.
struct LockCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Show who is migrating a database, or take the lock away.",
    usage: "kedge lock [<db>] [--break] [options]",
    discussion: """
      A runner whose lock was broken stops before its next record: what it has
      begun is rolled back.

      EXAMPLES
        kedge lock env:production
        kedge lock env:production --break
      """)

  @OptionGroup var database: DatabaseOptions

  @Flag(name: .customLong("break"), help: "Take the lock away from whoever has it.")
  var breaks = false

  @OptionGroup var sources: SourceOptions
  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let workspace = try Workspace(world: world, options: options, sources: sources)
    let migrations = try MigrationWorkspace(database, in: workspace)
    var holders: [any DatabaseLock] = []
    for isPooled in [false, true] where try isPossible(isPooled, migrations) {
      let lock = try workspace.engines.lock(
        on: migrations.database, isPooled: isPooled, actor: World.actor)
      guard let holder = try lock.holder() else { continue }
      world.print("\(migrations.database.label) is being migrated by \(holder)\n")
      holders.append(lock)
    }
    if holders.isEmpty { world.print("\(migrations.database.label): nobody is migrating it\n") }
    guard breaks else { return .success }
    for lock in holders {
      let sentence = try lock.breakOpen()
      world.print(sentence + "\n")
      if try migrations.store.exists() {
        try migrations.correct { try $0.log(.lockBroken, detail: sentence) }
      }
    }
    return .success
  }

  private func isPossible(_ isPooled: Bool, _ migrations: MigrationWorkspace) throws -> Bool {
    guard migrations.database.engine == .postgresql else { return !isPooled }
    return try isPooled ? migrations.store.exists() : !migrations.isPooled
  }
}
