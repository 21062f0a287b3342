import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// Runners, their sessions and their servers are killed at random moments; what is left is told truthfully, and
/// the next run finishes it.
@Suite(.serialized) struct KillTests {
  private typealias Blow = (ChildProcess, Place) throws -> Void

  static let isLong = ProcessInfo.processInfo.environment["KEDGE_LONG_TESTS"] != nil
  /// Kills of one test; a restart takes a second or two.
  private static let kills = isLong ? 125 : 6
  private static let restarts = isLong ? 40 : 4

  @Test(arguments: [1, 2]) func sqliteRunnersThatAreKilled(seed: UInt64) throws {
    let place = try Place(.sqlite)
    defer { place.close() }
    try torment(place, [Self.endRunner], Self.kills, seed: seed)
  }

  @Test(arguments: [1, 2]) func postgresRunnersThatAreKilled(seed: UInt64) throws {
    // A server of its own: one that crashes takes everybody's sessions along.
    let server = try PrivateServer.start()
    defer { server.stop() }
    let place = try Place(.postgresql, on: server)
    defer { place.close() }
    let all: [Blow] = [Self.endRunner, Self.endSession, Self.endLock, Self.crashServer]
    try torment(place, seed == 1 ? [Self.endRunner] : all, Self.kills, seed: seed)
  }

  @Test(arguments: RestartableServer.Stop.allCases)
  func serversThatAreRestarted(how: RestartableServer.Stop) throws {
    try RestartableServer.withOne { server in
      let place = try Place(.postgresql, on: server)
      defer { place.close() }
      try torment(place, [{ _, _ in try server.restart(how) }], Self.restarts, seed: 3)
    }
  }

  /// Goes up and down until so many runs were killed.
  private func torment(_ place: Place, _ means: [Blow], _ kills: Int, seed: UInt64) throws {
    var random = Random(seed: seed)
    let witness = try Witness(place)
    var killed = 0
    var goesUp = true
    // From one whole run: how long there is to choose from.
    let clock = ContinuousClock()
    let span = try clock.measure {
      let answer = try place.kedge("apply")
      #expect(answer.code == 0, "\(answer.errors)")
    }
    try witness.check()
    let wanted = try place.schema()
    let empty = try place.kedge("rollback", "--all", "--allow", "all")
    #expect(empty.code == 0, "\(empty.errors)")

    while killed < kills {
      let command = try next(witness, goesUp, &random)
      let run = try place.start(command[0], Array(command.dropFirst()))
      Thread.sleep(forTimeInterval: Double.random(in: 0...(span / .seconds(1)), using: &random))
      if run.isRunning {
        killed += 1
        try means[Int.random(in: 0..<means.count, using: &random)](run, place)
      }
      let answer = try run.wait()
      try place.settle()
      try witness.check()
      if answer.code == 0, try witness.history().allSatisfy({ $0.state == "applied" }) {
        goesUp = Bool.random(using: &random)
      }
    }
    // And then to the end.
    if try witness.history().contains(where: { $0.state != "applied" }) {
      let answer = try place.kedge("resume", "--allow", "all")
      #expect(answer.code == 0, "\(answer.errors)")
    }
    let answer = try place.kedge("apply")
    #expect(answer.code == 0, "\(answer.errors)")
    try witness.check()
    #expect(try place.schema() == wanted)
  }

  private func next(
    _ witness: Witness, _ goesUp: Bool, _ random: inout Random
  ) throws -> [String] {
    if try witness.history().contains(where: { $0.state != "applied" }) {
      return Bool.random(using: &random)
        ? ["resume"] : ["rollback", "--allow", "all"]
    }
    return goesUp ? ["apply"] : ["rollback", "--all", "--allow", "all"]
  }

  // MARK: - Blows

  private static func endRunner(_ run: ChildProcess, _ place: Place) { run.signal(SIGKILL) }

  private static func endSession(_ run: ChildProcess, _ place: Place) throws {
    try end("= 'kedge'", place)
  }

  private static func endLock(_ run: ChildProcess, _ place: Place) throws {
    try end("LIKE 'kedge lock%'", place)
  }

  /// A session that dies like this makes the server end all others and recover from its log.
  private static func crashServer(_ run: ChildProcess, _ place: Place) throws {
    let victim = try place.connect()
    kill(victim.processID, SIGKILL)
    _ = try? victim.query("SELECT 1")
  }

  private static func end(_ application: String, _ place: Place) throws {
    try place.run(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name \(application)
      """)
  }
}

/// SplitMix64: the same numbers for the same seed.
struct Random: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
