import SQLText
import SchemaModel

/// kedge.yaml: where the schema, the migrations and the databases are.
package struct Configuration: Sendable {
  /// A database by name.
  package struct Environment: Sendable {
    package var url: ConfiguredText
    /// Hazards are allowed on the command line only.
    package var isProtected = false
    /// The role that owns what is created (`SET ROLE`).
    package var role: ConfiguredText?
    /// What stands before the server; nil when the file does not say, and it must be found out.
    package var pooler: Pooler?
    /// The keys whose values it has from `defaults`.
    package var inherited: Set<String> = []

    package init(url: ConfiguredText) { self.url = url }

    /// For how long a pooler hands out a connection.
    package enum Pooler: String, Hashable, Sendable, CaseIterable {
      /// Nothing then holds longer: no lock of a session's, no setting.
      case transaction
      /// As good as a connection of one's own.
      case session
    }
  }

  /// What is accepted although it differs.
  package struct Ignore: Hashable, Sendable {
    /// The kind of object, or `object`.
    package var kind: String
    package var patterns: [String]
    package var attribute: String?
    package var reason: String?
    /// The last day, `yyyy-MM-dd`.
    package var until: String?
    /// In the file, from one.
    package var line: Int
  }

  /// What makes the gate fail.
  package enum Failing: String, Hashable, Sendable, CaseIterable {
    case drift
    case undecided
    /// What exists and is not modelled, or could not be read.
    case uncompared
  }

  /// The schema file or folder; nil when the file does not say.
  package var schema: String?
  package var migrationsPath = "migrations"
  package var migrationsLayout = "kedge"
  package var defaultEnvironment: String?
  package var environments: [String: Environment] = [:]
  /// A PostgreSQL server for scratch databases.
  package var scratch: ConfiguredText?
  /// The keys that the file has at its top.
  package var given: Set<String> = []
  package var ignore: [Ignore] = []
  /// Nil when the file does not say: drift, and what is undecided.
  package var failOn: Set<Failing>?
  /// The oldest PostgreSQL that migrations must run on: 15.
  package var minimumVersion: Int?
  /// What counts how much for lint and the gate.
  package var hazards = HazardSettings()
  /// Tables with fewer rows are locked so shortly that nobody minds.
  package var smallTableRows: Int64 = 10_000

  /// What there is without a file.
  package init() {}

  /// Throws every problem of the file. Variables are looked up when a text is asked for.
  package static func read(
    _ source: YAMLSource, environment: [String: String]
  ) throws(YAMLProblems) -> Configuration {
    var source = source
    source.holdsSecrets = true
    var reader = ConfigurationReader(source: source, variables: environment)
    let configuration = reader.read()
    guard reader.nodes.problems.isEmpty else { throw reader.nodes.problems.finished([source]) }
    return configuration
  }
}

/// A text in which `${NAME}` stands for an environment variable, and `$$` for `$`.
package struct ConfiguredText: Sendable {
  private let answer: Result<String, YAMLProblems>
  /// The variables that it names, in order.
  package let variables: [String]

  package init(_ text: String) { self.init(.success(text), variables: []) }

  init(_ answer: Result<String, YAMLProblems>, variables: [String]) {
    self.answer = answer
    self.variables = variables
  }

  /// Throws when a variable is not set: only then does it matter.
  package func resolved() throws(YAMLProblems) -> String { try answer.get() }
}

struct ConfigurationReader {
  var nodes: NodeReader
  let variables: [String: String]

  init(source: YAMLSource, variables: [String: String]) {
    nodes = NodeReader(source: source, engine: nil)
    self.variables = variables
  }

  mutating func read() -> Configuration {
    var configuration = Configuration()
    guard let root = YAMLParser.parse(nodes.source, problems: &nodes.problems), !root.isNull else {
      return configuration
    }
    let fields = nodes.fields(root, ConfigurationKeys.file, of: "the file")
    configuration.given = fields.given
    configuration.schema = fields.text("schema")
    if let path = fields.text("migrations") {
      configuration.migrationsPath = path
    } else if let node = fields["migrations"] {
      let inner = nodes.fields(node, ConfigurationKeys.migrations, of: "'migrations'")
      configuration.migrationsPath = inner.text("path") ?? configuration.migrationsPath
      configuration.migrationsLayout = inner.word("layout") ?? configuration.migrationsLayout
    }
    let defaults = fields["defaults"].map {
      nodes.fields($0, ConfigurationKeys.defaults, of: "'defaults'")
    }
    for pair in nodes.pairs(fields["environments"], of: "'environments'") {
      configuration.environments[pair.name] = environment(pair, defaults)
    }
    if let name = fields.text("default_environment") {
      configuration.defaultEnvironment = name
      let known = configuration.environments.keys.sorted()
      if !known.contains(name), let node = fields["default_environment"] {
        let nearest = nearestName(to: name, among: known)
        nodes.report(
          node.mark, "there is no environment '\(nodes.shown(name))'",
          suggestion: nearest.map { "did you mean '\($0)'?" })
      }
    }
    configuration.scratch = text(fields, "scratch")
    configuration.ignore = ignoreRules(fields["ignore"])
    let gate = fields["gate"].map { nodes.fields($0, ConfigurationKeys.gate, of: "'gate'") }
    if let list = gate?["fail_on"] { configuration.failOn = failing(list) }
    configuration.hazards = hazards(fields, gate: gate)
    configuration.smallTableRows =
      gate?.integer("small_table_rows") ?? configuration.smallTableRows
    if let node = fields["postgresql"] {
      let inner = nodes.fields(node, ConfigurationKeys.postgresql, of: "'postgresql'")
      if let version = inner.integer("min_version"), let place = inner["min_version"] {
        if (14...99).contains(version) {
          configuration.minimumVersion = Int(version)
        } else {
          nodes.report(place.mark, "'min_version' is a major version from 14 on")
        }
      }
    }
    return configuration
  }

  /// What an environment says itself goes before what `defaults` says for all.
  private mutating func environment(
    _ pair: YAMLPair, _ defaults: Fields?
  ) -> Configuration.Environment? {
    if let text = pair.value.scalarText, !pair.value.isNull {
      var environment = Configuration.Environment(url: expanded(text, at: pair.value))
      inherit(defaults, but: [], &environment)
      return environment
    }
    let fields = nodes.fields(
      pair.value, ConfigurationKeys.environment, of: "environment '\(nodes.shown(pair.name))'")
    guard let url = text(fields, "url") else {
      if pair.value.isNull {
        nodes.report(pair.key.mark, "environment '\(nodes.shown(pair.name))' lacks the key 'url'")
      }
      return nil
    }
    var environment = Configuration.Environment(url: url)
    environment.isProtected = fields.flag("protected")
    environment.role = text(fields, "role")
    environment.pooler = fields.word("pooler").flatMap { .init(rawValue: $0) }
    inherit(defaults, but: fields.given, &environment)
    return environment
  }

  private func inherit(
    _ defaults: Fields?, but given: Set<String>, _ environment: inout Configuration.Environment
  ) {
    guard let defaults else { return }
    let keys = Set(defaults.pairs.keys).subtracting(given)
    if keys.contains("protected") { environment.isProtected = defaults.flag("protected") }
    if keys.contains("role") { environment.role = text(defaults, "role") }
    if keys.contains("pooler") {
      environment.pooler = defaults.word("pooler").flatMap { .init(rawValue: $0) }
    }
    environment.inherited = keys
  }

  private func text(_ fields: Fields, _ key: String) -> ConfiguredText? {
    guard let node = fields[key], let text = fields.text(key) else { return nil }
    return expanded(text, at: node)
  }

  private func expanded(_ text: String, at node: YAMLNode) -> ConfiguredText {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    var position = 0
    var names: [String] = []
    func failure(_ message: String, _ suggestion: String) -> ConfiguredText {
      let problem = YAMLProblem(
        file: nodes.source.file, mark: nodes.mark(node, offset: position), message: message,
        suggestion: suggestion)
      return ConfiguredText(
        .failure(YAMLProblems(problem).finished([nodes.source])), variables: names)
    }
    while position < source.count {
      let next = position + 1 < source.count ? source[position + 1] : 0
      guard source[position] == UInt8(ascii: "$") else {
        bytes.append(source[position])
        position += 1
        continue
      }
      switch next {
      case UInt8(ascii: "$"):
        bytes.append(next)
        position += 2
      case UInt8(ascii: "{"):
        guard let end = source[position...].firstIndex(of: UInt8(ascii: "}")) else {
          return failure("'${' is never closed", "write '$$' for a '$' of the text itself")
        }
        let name = String(decoding: source[(position + 2)..<end], as: UTF8.self)
        names.append(name)
        guard let value = variables[name] else {
          let nearest = nearestName(to: name, among: variables.keys.sorted())
          return failure(
            "the environment variable '\(name)' is not set",
            nearest.map { "did you mean '\($0)'?" } ?? "set it, or name another environment")
        }
        bytes += Array(value.utf8)
        position = end + 1
      default:
        bytes.append(source[position])
        position += 1
      }
    }
    return ConfiguredText(.success(String(decoding: bytes, as: UTF8.self)), variables: names)
  }
}

/// The keys of kedge.yaml.
enum ConfigurationKeys {
  static let file = KeyTable(
    "kedge.yaml",
    [
      Key("schema", .text, "The schema file, or a folder of them."),
      Key("migrations", .oneOf([.text, .object(migrations)]), "The folder of migrations."),
      Key("default_environment", .text, "The environment that commands mean by default."),
      Key(
        "environments", .named(.oneOf([.text, .object(environment)])),
        "Databases: name to URL, or to a mapping."),
      Key("defaults", .object(defaults), "What every environment has that does not say otherwise."),
      Key("scratch", .text, "The URL of a PostgreSQL server for scratch databases."),
      Key("postgresql", .object(postgresql), "What holds for PostgreSQL."),
      Key("ignore", .list(.object(ignore)), "Differences that are accepted."),
      Key("gate", .object(gate), "What makes `kedge check` fail."),
      Key("lint", .object(lint), "The rules of lint."),
    ])

  static let migrations = KeyTable(
    "migrations",
    [
      Key("path", .text, "The folder."),
      Key(
        "layout",
        .word([
          "kedge", "flyway", "golang-migrate", "goose", "dbmate", "diesel", "liquibase", "sqitch",
          "alembic", "rails", "knex",
        ]), "Whose files they are."),
    ])
  static let environment = KeyTable(
    "environment",
    [Key("url", .text, "sqlite:PATH or postgresql://…", required: true)] + inheritable)
  static let defaults = KeyTable(
    "defaults", inheritable,
    unsupported: [
      "url": "every environment has an address of its own: write 'url' under environments",
      "ignore": "'ignore' stands at the top of the file, and holds for every environment",
      "gate": "'gate' stands at the top of the file, and holds for every environment",
    ])
  private static let inheritable = [
    Key("protected", .boolean, "Hazards are allowed on the command line only."),
    Key(
      "role", .oneOf([.text, .nothing]),
      "The role that owns what is created; nothing: who is connected."),
    Key(
      "pooler", .word(Configuration.Environment.Pooler.allCases.map(\.rawValue)),
      "What hands out the server's connections, and for how long; found out where it is not said."
    ),
  ]
  static let postgresql = KeyTable(
    "postgresql",
    [Key("min_version", .integer, "The oldest major version that migrations must run on.")])
}
