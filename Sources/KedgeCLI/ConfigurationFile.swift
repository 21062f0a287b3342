import SchemaYAML
import Sources

/// `kedge.yaml`: the file that `--config` names, else the one in the current folder, else nothing.
enum ConfigurationFile {
  static let defaultName = "kedge.yaml"

  static func read(
    _ path: String?, environment: [String: String]
  ) throws -> Configuration {
    if path == nil, FileSystem.kind(of: defaultName) == .missing { return Configuration() }
    let path = path ?? defaultName
    let source = YAMLSource(file: path, bytes: try FileSystem.bytes(of: path))
    return try Configuration.read(source, environment: variables(beside: path, environment))
  }

  /// The process's own variables win over those of the `.env` file beside the configuration.
  static func variables(
    beside path: String, _ environment: [String: String]
  ) throws -> [String: String] {
    let file = dotEnvironment(beside: path)
    guard FileSystem.kind(of: file) == .file else { return environment }
    return DotEnvironment.read(try FileSystem.text(of: file))
      .merging(environment) { _, own in own }
  }

  static func dotEnvironment(beside path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ".env" }
    return path[...slash] + ".env"
  }
}
