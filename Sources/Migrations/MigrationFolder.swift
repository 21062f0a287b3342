package import Planning
import SchemaModel

/// The files of a folder in Kedge's own layout.
///
/// `VERSION_name.up.sql` and `VERSION_name.down.sql`; beside them the folders `repeatable` (run again
/// when they change), `seeds` (rows, run once each when asked for) and `hooks` (SQL before and after).
package struct MigrationFolder: Hashable, Sendable {
  /// One file of the folder, by its path within it.
  package struct Entry: Hashable, Sendable {
    package var path: String
    package var text: String

    package init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  /// As messages name it.
  package let path: String
  /// By version.
  package let migrations: [Migration]
  /// By name.
  package let repeatables: [NamedScript]
  package let seeds: [NamedScript]
  package let hooks: [HookPoint: MigrationScript]

  /// Throws every problem of every file; the chain is looked at by `chainProblems`.
  package init(
    path: String, entries: [Entry], dialect: any Dialect
  ) throws(MigrationProblems) {
    var reader = FolderReader(path: path, dialect: dialect)
    for entry in entries.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
      reader.read(entry)
    }
    reader.pair()
    guard reader.problems.isEmpty else { throw MigrationProblems(reader.problems) }
    self.path = path
    migrations = reader.migrations.sorted { $0.version < $1.version }
    repeatables = reader.repeatables
    seeds = reader.seeds
    hooks = reader.hooks
  }

  /// What makes the schema, in the order in which it runs.
  package var scripts: [MigrationScript] { migrations.map(\.up) + repeatables.map(\.script) }

  package func migration(_ version: MigrationVersion) -> Migration? {
    var (low, high) = (0, migrations.count)
    while low < high {
      let middle = (low + high) / 2
      if migrations[middle].version < version { low = middle + 1 } else { high = middle }
    }
    return low < migrations.count && migrations[low].version == version ? migrations[low] : nil
  }

  /// The same folder without what follows a version.
  package func through(_ version: MigrationVersion) -> MigrationFolder {
    MigrationFolder(
      path: path, migrations: migrations.filter { $0.version <= version },
      repeatables: repeatables, seeds: seeds, hooks: hooks)
  }

  /// The same folder with some of its migrations, and nothing that is run again.
  package func keeping(_ isWanted: (Migration) -> Bool) -> MigrationFolder {
    MigrationFolder(
      path: path, migrations: migrations.filter(isWanted), repeatables: [], seeds: [], hooks: [:])
  }

  package func withRepeatables(of other: MigrationFolder) -> MigrationFolder {
    MigrationFolder(
      path: path, migrations: migrations, repeatables: other.repeatables, seeds: seeds,
      hooks: hooks)
  }

  package func adding(_ migration: Migration) -> MigrationFolder {
    MigrationFolder(
      path: path, migrations: (migrations + [migration]).sorted { $0.version < $1.version },
      repeatables: repeatables, seeds: seeds, hooks: hooks)
  }

  private init(
    path: String, migrations: [Migration], repeatables: [NamedScript], seeds: [NamedScript],
    hooks: [HookPoint: MigrationScript]
  ) {
    self.path = path
    self.migrations = migrations
    self.repeatables = repeatables
    self.seeds = seeds
    self.hooks = hooks
  }

  // MARK: - Names

  /// Whether a file belongs to a folder of migrations in Kedge's layout.
  package static func isMigration(_ name: String) -> Bool {
    name.hasSuffix(".up.sql") && FileTitle(name, suffix: ".up.sql") != nil
  }

  /// A name that a file can have: letters, digits and underscores, as they are; nil for anything else.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100
      && text.utf8.allSatisfy {
        $0 == 0x5F || $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39)
          || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
      }
  }
}

/// The version and the name in the name of a file.
struct FileTitle {
  let version: MigrationVersion
  let name: String

  init?(_ file: String, suffix: String) {
    let title = file.dropLast(suffix.count)
    guard let underscore = title.utf8.firstIndex(of: 0x5F),
      let version = MigrationVersion(title[..<underscore])
    else { return nil }
    self.version = version
    name = String(title[title.utf8.index(after: underscore)...])
  }
}

/// Puts ups and downs together.
private struct FolderReader {
  let path: String
  let dialect: any Dialect
  var problems: [MigrationProblem] = []
  var migrations: [Migration] = []
  var repeatables: [NamedScript] = []
  var seeds: [NamedScript] = []
  var hooks: [HookPoint: MigrationScript] = [:]
  private var ups: [(title: FileTitle, script: MigrationScript)] = []
  private var downs: [(title: FileTitle, script: MigrationScript)] = []

  init(path: String, dialect: any Dialect) {
    self.path = path
    self.dialect = dialect
  }

  mutating func read(_ entry: MigrationFolder.Entry) {
    let parts = entry.path.split(separator: "/").map(String.init)
    guard let name = parts.last, name.hasSuffix(".sql") else { return }
    switch (parts.count, parts[0]) {
    case (1, _): migration(entry, name)
    case (2, "repeatable"):
      if let script = parse(entry) { repeatables.append(NamedScript(name: name, script: script)) }
    case (2, "seeds"):
      if let script = parse(entry) { seeds.append(NamedScript(name: name, script: script)) }
    case (2, "hooks"): hook(entry, name)
    default: return
    }
  }

  private mutating func parse(_ entry: MigrationFolder.Entry) -> MigrationScript? {
    do throws(MigrationProblems) {
      return try MigrationParser.parse(
        entry.text, file: path + "/" + entry.path, dialect: dialect)
    } catch {
      problems += error.all
      return nil
    }
  }

  private mutating func migration(_ entry: MigrationFolder.Entry, _ name: String) {
    let suffix = [".up.sql", ".down.sql"].first { name.hasSuffix($0) }
    guard let suffix, let title = FileTitle(name, suffix: suffix) else {
      problems.append(
        MigrationProblem(
          path + "/" + name, "its name does not say which migration it is",
          nextStep: "call it VERSION_name.up.sql or VERSION_name.down.sql, or move it"))
      return
    }
    guard let script = parse(entry) else { return }
    if let version = script.header.version, MigrationVersion(version) != title.version {
      problems.append(
        MigrationProblem(
          script.file, line: 1, "the file says that it is version \(version), its name another",
          nextStep: "rename the file, or correct its first line"))
    }
    if suffix == ".up.sql" { ups.append((title, script)) } else { downs.append((title, script)) }
  }

  private mutating func hook(_ entry: MigrationFolder.Entry, _ name: String) {
    guard let point = HookPoint(rawValue: String(name.dropLast(".sql".count))) else {
      problems.append(
        MigrationProblem(
          path + "/" + entry.path, "there is no such hook",
          nextStep: "the hooks are: "
            + HookPoint.allCases.map { $0.rawValue + ".sql" }.joined(separator: ", ")))
      return
    }
    hooks[point] = parse(entry)
  }

  mutating func pair() {
    var downs: [MigrationVersion: MigrationScript] = [:]
    for down in self.downs {
      guard downs[down.title.version] == nil else {
        report(down.script, "two files are the way back of \(down.title.version.text)")
        continue
      }
      downs[down.title.version] = down.script
    }
    var seen: [MigrationVersion: String] = [:]
    for up in ups {
      let version = up.title.version
      if let other = seen[version] {
        report(up.script, "it has the same version as \(other)", "give one of them another version")
        continue
      }
      seen[version] = up.script.file
      migrations.append(
        Migration(
          version: version, name: up.title.name, up: up.script,
          down: downs.removeValue(forKey: version)))
    }
    for version in downs.keys.sorted() {
      if let script = downs[version] { report(script, "there is no way up that it takes back") }
    }
  }

  private mutating func report(_ script: MigrationScript, _ message: String, _ next: String? = nil)
  {
    problems.append(MigrationProblem(script.file, message, nextStep: next))
  }
}
