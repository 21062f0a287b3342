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
    return try Configuration.read(source, environment: environment)
  }
}
