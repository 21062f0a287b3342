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
    var held: [any DatabaseLock] = []
    for (_, lock) in try migrations.locks() {
      guard let holder = try lock.holder() else { continue }
      world.print("\(migrations.database.label) is being migrated by \(holder)\n")
      held.append(lock)
    }
    if held.isEmpty { world.print("\(migrations.database.label): nobody is migrating it\n") }
    guard breaks else { return .success }
    for lock in held { try take(lock, migrations, world) }
    try endLeftovers(migrations, world)
    return .success
  }

  /// First its epoch ends, then its lock: it must not write in between.
  private func take(
    _ lock: any DatabaseLock, _ migrations: MigrationWorkspace, _ world: World
  ) throws {
    let holder = try lock.holder() ?? "a runner that has just ended"
    if migrations.database.engine == .postgresql, try migrations.store.exists() {
      _ = try migrations.history()
      try migrations.store.shutOut(detail: "the lock was taken from \(holder)")
    }
    world.print(try lock.breakOpen() + "\n")
  }

  /// What the server still does for a runner that is gone, or was shut out.
  private func endLeftovers(_ migrations: MigrationWorkspace, _ world: World) throws {
    guard try migrations.store.exists(), let process = try migrations.store.lastProcess(),
      try migrations.session.isRunning(process)
    else { return }
    try migrations.session.end(process)
    world.print("its statement on the server was ended\n")
  }
}
