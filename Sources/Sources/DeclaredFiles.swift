import SchemaModel
import SchemaYAML

/// Declared schemas: one YAML file, or all of a folder as one.
enum DeclaredFiles {
  static func read(_ path: String) throws -> DeclaredSchema {
    guard FileSystem.kind(of: path) == .folder else {
      return try read([YAMLSource(file: path, bytes: FileSystem.bytes(of: path))])
    }
    let names = try FileSystem.names(in: path).filter {
      $0.hasSuffix(".yaml") || $0.hasSuffix(".yml")
    }
    guard !names.isEmpty else {
      throw SourceProblem(
        "the folder \(path) holds no .yaml file",
        nextStep: "name a file, or put the declared schema into the folder")
    }
    let folder = path.hasSuffix("/") ? path : path + "/"
    return try read(
      names.map { try YAMLSource(file: folder + $0, bytes: FileSystem.bytes(of: folder + $0)) })
  }

  static func read(_ sources: [YAMLSource]) throws -> DeclaredSchema {
    try SchemaReader.read(sources)
  }
}
