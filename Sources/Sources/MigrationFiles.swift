package import Migrations
package import Planning
package import SchemaModel

/// The files of a folder of migrations on the disk.
package enum MigrationFiles {
  private static let subfolders = ["repeatable", "seeds", "hooks"]

  /// An empty folder, or none, is one without migrations.
  package static func read(
    _ path: String, dialect: any Dialect
  ) throws -> MigrationFolder {
    try MigrationFolder(path: path, entries: entries(of: path), dialect: dialect)
  }

  /// Whether a file belongs to a folder of migrations, by its path within it.
  static func isPart(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return path.hasSuffix(".sql")
      && (parts.count == 1 || (parts.count == 2 && subfolders.contains(String(parts[0]))))
  }

  /// Whether a folder holds migrations in Kedge's layout.
  package static func areIn(_ path: String) -> Bool {
    guard FileSystem.kind(of: path) == .folder, let names = try? FileSystem.names(in: path) else {
      return false
    }
    return names.contains(where: MigrationFolder.isMigration)
  }

  /// Whose migrations a folder holds, where they are another tool's.
  package static func foreignLayout(of path: String) -> FileLayout? {
    ForeignFolder.layout(of: foreignPaths(in: path)) { try? FileSystem.text(of: path + "/" + $0) }
  }

  static func readForeign(
    _ path: String, _ layout: FileLayout, dialect: any Dialect
  ) throws -> ForeignFolder {
    let entries = try foreignPaths(in: path).map {
      MigrationFolder.Entry(path: $0, text: try FileSystem.text(of: path + "/" + $0))
    }
    return try ForeignFolder(path: path, layout: layout, entries: entries, dialect: dialect)
  }

  /// A folder with YAML files is a declared schema, whatever else is in it.
  private static func foreignPaths(in path: String) -> [String] {
    guard FileSystem.kind(of: path) == .folder, let names = try? FileSystem.names(in: path),
      names.contains("sqitch.plan")
        || !names.contains(where: { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") })
    else { return [] }
    return names.flatMap { files(at: $0, in: path, depth: 3) }
  }

  private static func files(at name: String, in folder: String, depth: Int) -> [String] {
    if ForeignFolder.isPart(name) { return [name] }
    let path = folder + "/" + name
    guard depth > 0, name.split(separator: "/").last?.hasPrefix(".") == false,
      FileSystem.kind(of: path) == .folder, let names = try? FileSystem.names(in: path)
    else { return [] }
    return names.flatMap { files(at: name + "/" + $0, in: folder, depth: depth - 1) }
  }

  /// The engine that the first file with a header names.
  package static func engine(of path: String) throws -> EngineName? {
    guard FileSystem.kind(of: path) != .missing else {
      throw SourceProblem(
        "there is no folder \(path)",
        nextStep: "name the migrations, or write the first one with: kedge generate NAME")
    }
    for name in try FileSystem.names(in: path) where MigrationFolder.isMigration(name) {
      if let engine = engine(in: try FileSystem.text(of: path + "/" + name)) { return engine }
    }
    return nil
  }

  /// The same of files that were read already.
  static func engine(of entries: [MigrationFolder.Entry]) -> EngineName? {
    entries.lazy.filter { MigrationFolder.isMigration($0.path) }
      .compactMap { engine(in: $0.text) }.first
  }

  private static func engine(in text: String) -> EngineName? {
    for line in text.split(separator: "\n").prefix(20) where line.hasPrefix("-- kedge:engine ") {
      let words = line.split(separator: " ")
      if words.count > 2 { return EngineName(rawValue: String(words[2])) }
    }
    return nil
  }

  private static func entries(of path: String) throws -> [MigrationFolder.Entry] {
    guard FileSystem.kind(of: path) != .missing else { return [] }
    var paths = try FileSystem.names(in: path)
    for folder in subfolders where FileSystem.kind(of: path + "/" + folder) == .folder {
      paths += try FileSystem.names(in: path + "/" + folder).map { folder + "/" + $0 }
    }
    return try paths.filter { $0.hasSuffix(".sql") }.map {
      MigrationFolder.Entry(path: $0, text: try FileSystem.text(of: path + "/" + $0))
    }
  }
}
