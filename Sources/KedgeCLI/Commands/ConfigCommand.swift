import ArgumentParser
import SchemaYAML
import Sources

/// `kedge config`: what is in force, and where it comes from.
struct ConfigCommand: KedgeCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Show the configuration that is in force, and where each value comes from.",
    usage: "kedge config [options]",
    discussion: """
      Passwords are masked.

      EXAMPLES
        kedge config
        kedge config --config deploy/kedge.yaml
      """)

  @OptionGroup var options: GlobalOptions

  func outcome(in world: World) throws -> Outcome {
    let path = options.config ?? ConfigurationFile.defaultName
    let isThere = FileSystem.kind(of: path) == .file
    let configuration = try ConfigurationFile.read(options.config, environment: world.environment)
    var listing = ConfigurationListing(
      configuration, file: isThere ? path : nil, environment: world.environment)
    world.print(listing.text)
    return .success
  }
}

/// The lines of `kedge config`: key, value, origin.
private struct ConfigurationListing {
  private let configuration: Configuration
  private let file: String?
  private let environment: [String: String]
  private var rows: [(key: String, value: String, origin: String)] = []

  init(_ configuration: Configuration, file: String?, environment: [String: String]) {
    self.configuration = configuration
    self.file = file
    self.environment = environment
  }

  var text: String {
    mutating get {
      collect()
      let width = rows.map(\.key.count).max() ?? 0
      let lines = rows.map { row in
        let padding = String(repeating: " ", count: width - row.key.count)
        return "\(row.key)\(padding)  \(row.value)  # \(row.origin)\n"
      }
      return lines.joined()
    }
  }

  private mutating func collect() {
    add("schema", configuration.schema ?? "schema.yaml", key: "schema")
    add("migrations.path", configuration.migrationsPath, key: "migrations")
    add("migrations.layout", configuration.migrationsLayout, key: "migrations")
    add(
      "default_environment", configuration.defaultEnvironment ?? "none", key: "default_environment")
    for (name, environment) in configuration.environments.sorted(by: { $0.key < $1.key }) {
      func key(_ key: String) -> String { environment.inherited.contains(key) ? "defaults" : "" }
      add(environment.url, as: "environments.\(name).url")
      if environment.isProtected {
        add("environments.\(name).protected", "true", of: key("protected"))
      }
      if let role = environment.role {
        add(role, as: "environments.\(name).role", of: key("role"))
      }
      if let pooler = environment.pooler {
        add("environments.\(name).pooler", pooler.rawValue, of: key("pooler"))
      }
    }
    if let scratch = configuration.scratch {
      add(scratch, as: "scratch")
    } else {
      add("scratch", "a private server, where there are its programs", key: "scratch")
    }
    let version = configuration.minimumVersion.map(String.init)
    add("postgresql.min_version", version ?? "that of the database", key: "postgresql")
    for rule in configuration.ignore {
      var words = "\(rule.kind) \(rule.patterns.joined(separator: ", "))"
      if let attribute = rule.attribute { words += ", \(attribute)" }
      if let until = rule.until { words += ", until \(until)" }
      rows.append(("ignore", words, "\(file ?? ""):\(rule.line)"))
    }
    let failing = configuration.failOn ?? [.drift, .undecided]
    add(
      "gate.fail_on", failing.map(\.rawValue).sorted().joined(separator: ", "),
      key: configuration.failOn == nil ? "" : "gate")
  }

  private mutating func add(_ key: String, _ value: String, key top: String) {
    rows.append((key, value, configuration.given.contains(top) ? file ?? "default" : "default"))
  }

  /// What stands in the file; `part` is where, if it is not under the key itself.
  private mutating func add(_ key: String, _ value: String, of part: String) {
    rows.append((key, value, origin(part)))
  }

  private func origin(_ part: String) -> String {
    (file ?? "default") + (part.isEmpty ? "" : ", \(part)")
  }

  private mutating func add(_ text: ConfiguredText, as key: String, of part: String = "") {
    var origin = origin(part)
    for name in text.variables {
      let place =
        environment[name] != nil
        ? "the environment" : file.map(ConfigurationFile.dotEnvironment(beside:)) ?? "nowhere"
      origin += ", \(name) from \(place)"
    }
    guard let value = try? text.resolved() else {
      let missing = text.variables.filter { environment[$0] == nil }.joined(separator: ", ")
      rows.append((key, "not set", "\(file ?? ""): \(missing) has no value"))
      return
    }
    rows.append((key, Self.masked(value), origin))
  }

  private static func masked(_ value: String) -> String {
    guard value.hasPrefix("postgres") else { return value }
    return (try? EngineRegistry.masked(value)) ?? "a URL that cannot be read"
  }
}
