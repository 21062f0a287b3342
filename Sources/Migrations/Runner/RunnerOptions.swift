package import Planning
package import SchemaModel

/// How a run goes about its work.
package struct RunnerOptions: Sendable {
  /// How often a section is tried when somebody else's locks are in its way.
  package var attempts = 10
  /// What was accepted on the command line.
  package var permissions = Permissions.none
  /// Whether the files may allow hazards themselves: not where an environment is protected.
  package var filesMayAllow = true
  /// All sections of all migrations in one transaction.
  package var isSingleTransaction = false
  /// What `${NAME}` stands for, in files that opt in.
  package var variables: [String: String] = [:]
  /// What a person says of an open statement that a look at the database cannot settle.
  package var openStatement: OpenStatement = .look
  package var acceptsDrift = false

  package enum OpenStatement: Hashable, Sendable { case look, done, notDone }

  package init() {}
}

/// What a runner needs from outside of its target.
package struct RunnerTools {
  /// A schema as the history keeps it, and back.
  package var encode: (Schema) throws -> String
  package var decode: (String) throws -> Schema
  /// The differences between what was recorded and what is live, a line each; `nil` where texts could not be
  /// decided.
  package var drift: (_ live: Schema, _ recorded: Schema) throws -> [String]
  /// The plan that turns one schema of a database into another.
  package var plan: (_ from: Schema, _ to: Schema) throws -> Plan
  package var wait: (Duration) -> Void
  /// Whether this runner still is the only one.
  package var isAlone: () -> Bool
  package var report: (RunnerEvent) -> Void

  package init(
    encode: @escaping (Schema) throws -> String, decode: @escaping (String) throws -> Schema,
    drift: @escaping (Schema, Schema) throws -> [String],
    plan: @escaping (Schema, Schema) throws -> Plan, wait: @escaping (Duration) -> Void,
    isAlone: @escaping () -> Bool, report: @escaping (RunnerEvent) -> Void
  ) {
    self.encode = encode
    self.decode = decode
    self.drift = drift
    self.plan = plan
    self.wait = wait
    self.isAlone = isAlone
    self.report = report
  }
}
