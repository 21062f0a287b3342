package import Planning

/// A folder of migrations in the layout of another tool, as that tool runs it on an empty database.
///
/// The layouts: `docs/migrations.md`, "Folders of other tools".
package struct ForeignFolder: Hashable, Sendable {
  /// As messages name it.
  package let path: String
  package let layout: FileLayout
  /// In the order in which they run; the name is the version, empty where a file has none.
  package let scripts: [NamedScript]

  /// Which of the files are run, in which order: what each tool decides by names, plans and headers.
  struct Choice {
    var version: String
    var entry: MigrationFolder.Entry
    /// What a file beside it says.
    var inTransaction = true
  }

  /// Throws every problem of every file.
  package init(
    path: String, layout: FileLayout, entries: [MigrationFolder.Entry], dialect: any Dialect
  ) throws(MigrationProblems) {
    var problems: [MigrationProblem] = []
    var scripts: [NamedScript] = []
    let choices = try Self.choices(layout, entries, path: path)
    if choices.isEmpty { throw MigrationProblems([Self.nothing(layout, entries, path)]) }
    for choice in choices {
      do throws(MigrationProblems) {
        let script = try ForeignScript.parse(
          choice.entry.text, file: path + "/" + choice.entry.path, layout: layout,
          inTransaction: choice.inTransaction, dialect: dialect)
        scripts.append(NamedScript(name: choice.version, script: script))
      } catch {
        problems += error.all
      }
    }
    guard problems.isEmpty else { throw MigrationProblems(problems) }
    (self.path, self.layout, self.scripts) = (path, layout, scripts)
  }

  /// Found further down, where the tool does not look.
  private static func nothing(
    _ layout: FileLayout, _ entries: [MigrationFolder.Entry], _ path: String
  ) -> MigrationProblem {
    let levels = layout == .diesel ? 2 : 1
    let parts = entries.first { $0.path.hasSuffix(".sql") }?.path.split(separator: "/") ?? []
    let folder = parts.dropLast(levels).joined(separator: "/")
    return MigrationProblem(
      path, "the folder itself holds no migrations of \(layout.rawValue)",
      nextStep: folder.isEmpty ? nil : "name the folder that holds them: \(path)/\(folder)")
  }

  private init(path: String, layout: FileLayout, scripts: [NamedScript]) {
    (self.path, self.layout, self.scripts) = (path, layout, scripts)
  }

  /// Without what follows a version; nil where there is none such. What has no version is kept.
  package func through(_ version: String) -> ForeignFolder? {
    guard let last = scripts.lastIndex(where: { Self.isSame($0.name, version) }) else {
      return nil
    }
    let kept = scripts[...last] + scripts[(last + 1)...].filter(\.name.isEmpty)
    return ForeignFolder(path: path, layout: layout, scripts: Array(kept))
  }

  /// `001` is `1`.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    guard let number = MigrationVersion(left) else { return !left.isEmpty && left == right }
    return MigrationVersion(right).map { $0 == number } ?? false
  }

  // MARK: - Which tool

  /// Files that say something about others, beside those that end in `.sql`.
  package static func isPart(_ path: String) -> Bool {
    let file = path.split(separator: "/").last ?? ""
    return path.hasSuffix(".sql") || path == "sqitch.plan" || file == "metadata.toml"
      || path.hasSuffix(".sql.conf")
  }

  /// Whose folder it is; nil for Kedge's own, and where no file tells. Only as many texts are read as it
  /// takes.
  package static func layout(of paths: [String], text: (String) -> String?) -> FileLayout? {
    if paths.contains("sqitch.plan") { return .sqitch }
    for path in paths where path.hasSuffix(".sql") {
      let comments = LineComment.all(in: text(path) ?? "", outside: []).lazy.map(\.body)
      switch FileLayout.detect(name: path, comments: comments) {
      // Without its plan nobody knows the order of sqitch's.
      case .plain, .sqitch: continue
      case .kedge: return nil
      case .golangMigrate: return isOwn(paths, text) ? nil : .golangMigrate
      case let layout: return layout
      }
    }
    return nil
  }

  /// golang-migrate's names are Kedge's: a directive of ours, or a folder of ours, tells.
  private static func isOwn(_ paths: [String], _ text: (String) -> String?) -> Bool {
    paths.contains { path in
      ["repeatable/", "seeds/", "hooks/"].contains { path.hasPrefix($0) }
    }
      || paths.contains { path in
        LineComment.all(in: text(path) ?? "", outside: []).contains {
          $0.text.hasPrefix("-- kedge:")
        }
      }
  }

  // MARK: - Which files

  private static func choices(
    _ layout: FileLayout, _ entries: [MigrationFolder.Entry], path: String
  ) throws(MigrationProblems) -> [Choice] {
    let scripts = entries.filter { $0.path.hasSuffix(".sql") }
      .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    switch layout {
    case .flyway: return try flyway(scripts, entries, path: path)
    case .golangMigrate, .goose:
      return try numbered(scripts.filter { layout == .goose || $0.path.hasSuffix(".up.sql") }, path)
    case .dbmate:
      return scripts.filter { !leadingDigits($0.path).isEmpty }
        .map { Choice(version: leadingDigits($0.path), entry: $0) }
    case .diesel: return diesel(scripts, entries)
    case .liquibase: return scripts.map { Choice(version: "", entry: $0) }
    case .sqitch: return try SqitchPlan.choices(entries, path: path)
    case .kedge, .plain: return []
    }
  }

  private static func leadingDigits(_ name: String) -> String {
    String(name.prefix { ("0"..."9").contains($0) })
  }

  /// `VERSION_name`, in the order of the numbers; other files are not the tool's.
  private static func numbered(
    _ scripts: [MigrationFolder.Entry], _ path: String
  ) throws(MigrationProblems) -> [Choice] {
    var found: [(version: MigrationVersion, entry: MigrationFolder.Entry)] = []
    for entry in scripts {
      let digits = leadingDigits(entry.path)
      if let version = MigrationVersion(digits), entry.path.dropFirst(digits.count).first == "_" {
        found.append((version, entry))
      }
    }
    found.sort { $0.version < $1.version }
    for (one, other) in zip(found, found.dropFirst()) where one.version == other.version {
      throw MigrationProblems([sameVersion(other.entry, one.entry, path)])
    }
    return found.map { Choice(version: $0.version.text, entry: $0.entry) }
  }

  private static func sameVersion(
    _ entry: MigrationFolder.Entry, _ other: MigrationFolder.Entry, _ path: String
  ) -> MigrationProblem {
    MigrationProblem(
      "\(path)/\(entry.path)", "it has the same version as \(path)/\(other.path)",
      nextStep: "give one of them another version")
  }

  /// The folder's name is the version, with dashes left out.
  private static func diesel(
    _ scripts: [MigrationFolder.Entry], _ entries: [MigrationFolder.Entry]
  ) -> [Choice] {
    let settings = Dictionary(
      entries.filter { $0.path.hasSuffix("/metadata.toml") }.map { ($0.path, $0.text) },
      uniquingKeysWith: { first, _ in first })
    let ups = scripts.filter {
      $0.path.hasSuffix("/up.sql") && $0.path.split(separator: "/").count == 2
    }
    return ups.map { entry in
      let folder = entry.path.dropLast("/up.sql".count)
      let version = String(folder.prefix { $0 != "_" }.filter { $0 != "-" })
      let setting = settings["\(folder)/metadata.toml"] ?? ""
      return Choice(
        version: version, entry: entry,
        inTransaction: !isFalse("run_in_transaction", in: setting))
    }.sorted { $0.version.utf8.lexicographicallyPrecedes($1.version.utf8) }
  }

  /// `key = false`, in TOML and in Flyway's files.
  private static func isFalse(_ key: String, in settings: String) -> Bool {
    settings.split(whereSeparator: \.isNewline).contains { line in
      line.filter { $0 != " " && $0 != "\t" }.hasPrefix("\(key)=false")
    }
  }

  /// On an empty database the newest baseline stands for all versions up to its own.
  private static func flyway(
    _ scripts: [MigrationFolder.Entry], _ entries: [MigrationFolder.Entry], path: String
  ) throws(MigrationProblems) -> [Choice] {
    let named = scripts.compactMap { entry -> (name: FlywayName, entry: MigrationFolder.Entry)? in
      entry.path.split(separator: "/").last.flatMap { FlywayName(String($0)) }.map { ($0, entry) }
    }
    func inOrder(_ kind: FlywayName.Kind) -> [(name: FlywayName, entry: MigrationFolder.Entry)] {
      named.filter { $0.name.kind == kind }.sorted { $0.name.order < $1.name.order }
    }
    let baseline = inOrder(.baseline).last
    let versioned = inOrder(.versioned)
    for (one, other) in zip(versioned, versioned.dropFirst())
    where one.name.order == other.name.order {
      throw MigrationProblems([sameVersion(other.entry, one.entry, path)])
    }
    let later = versioned.filter { file in baseline.map { $0.name.order < file.name.order } ?? true
    }
    let repeatable = named.filter { $0.name.kind == .repeatable }
      .sorted { $0.name.description < $1.name.description }
    let opposed = Set(
      entries.filter {
        $0.path.hasSuffix(".sql.conf") && isFalse("executeInTransaction", in: $0.text)
      }.map { String($0.path.dropLast(".conf".count)) })
    return ([baseline].compactMap(\.self) + later + repeatable).map { file in
      Choice(
        version: file.name.version, entry: file.entry,
        inTransaction: !opposed.contains(file.entry.path))
    }
  }
}
