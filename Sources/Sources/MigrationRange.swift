package import Migrations
package import Planning

/// Some migrations of a folder, as they were written: `migrations`, `migrations@V`, `migrations@V1..V2`, or
/// one file.
package struct MigrationRange: Sendable {
  package let folder: String
  /// The first that is meant; those before it are run all the same.
  package let first: MigrationVersion?
  package let last: MigrationVersion?

  package init(_ text: String) throws(SourceProblem) {
    if FileSystem.kind(of: text) == .file {
      self = try Self.file(text)
      return
    }
    guard let at = text.lastIndex(of: "@"), FileSystem.kind(of: text) != .folder else {
      (folder, first, last) = (text, nil, nil)
      return
    }
    let range = text[text.index(after: at)...]
    let bounds = Self.bounds(range)
    let versions = bounds.map { MigrationVersion($0) }
    guard !versions.isEmpty, !versions.contains(nil) else {
      throw SourceProblem(
        "'\(range)' names no migrations", nextStep: "write \(text[..<at])@VERSION or @FIRST..LAST")
    }
    folder = String(text[..<at])
    first = versions.count == 2 ? versions[0] : nil
    last = versions[versions.count - 1]
  }

  private init(folder: String, first: MigrationVersion?, last: MigrationVersion?) {
    (self.folder, self.first, self.last) = (folder, first, last)
  }

  private static func bounds(_ text: Substring) -> [Substring] {
    guard let dots = text.firstIndex(of: "."), text[dots...].hasPrefix("..") else { return [text] }
    return [text[..<dots], text[text.index(dots, offsetBy: 2)...]]
  }

  private static func file(_ path: String) throws(SourceProblem) -> MigrationRange {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = String(parts.last ?? "")
    let version = name.split(separator: "_").first.flatMap { MigrationVersion($0) }
    guard let version, name.hasSuffix(".up.sql") || name.hasSuffix(".down.sql") else {
      throw SourceProblem(
        "\(path) is no file of a migration",
        nextStep: "migrations are called VERSION_name.up.sql and VERSION_name.down.sql")
    }
    let folder = parts.dropLast().joined(separator: "/")
    return MigrationRange(
      folder: parts.count == 1 ? "." : folder.isEmpty ? "/" : folder, first: version, last: version)
  }

  /// The folder up to the last that is meant.
  package func read(dialect: any Dialect) throws -> MigrationFolder {
    guard FileSystem.kind(of: folder) == .folder else {
      throw SourceProblem(
        "there is no folder \(folder)",
        nextStep: "name the folder of the migrations, or write the first: kedge generate NAME")
    }
    let all = try MigrationFiles.read(folder, dialect: dialect)
    for version in [first, last].compactMap(\.self) where all.migration(version) == nil {
      throw SourceProblem(
        "there is no migration \(version.text) in \(folder)",
        nextStep: all.migrations.last.map { "the last one is \($0.version.text)" })
    }
    return last.map(all.through) ?? all
  }
}
