import SQLText
package import SchemaModel

/// What can stand on either side of a comparison, as it was written.
package enum SourceName: Hashable, Sendable {
  case postgresql(url: String)
  case sqlite(path: String)
  /// One file, or the files of a folder.
  case declared(path: String)
  case snapshot(path: String)
  case script(path: String)
  /// A folder of migrations, as far as a version, or all of it.
  case migrations(path: String, through: String?)
  case git(revision: String, path: String)
  case environment(String)
  case empty

  /// Reads an argument; looks at the file system only for plain paths.
  package init(_ text: String) throws(SourceProblem) {
    if text == "empty" {
      self = .empty
    } else if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
      self = .postgresql(url: text)
    } else if text.hasPrefix("sqlite:") {
      self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
    } else if text.hasPrefix("env:") {
      self = .environment(String(text.dropFirst(4)))
    } else if text.hasPrefix("git:") {
      self = try SourceName.git(String(text.dropFirst(4)))
    } else {
      self = try SourceName.path(text)
    }
  }

  private static func git(_ rest: String) throws(SourceProblem) -> SourceName {
    guard let colon = rest.firstIndex(of: ":"), colon != rest.startIndex,
      rest.index(after: colon) != rest.endIndex
    else {
      throw SourceProblem(
        "'git:\(rest)' does not name a revision and a path",
        nextStep: "write git:REV:PATH, for example git:main:schema.yaml")
    }
    return .git(revision: String(rest[..<colon]), path: String(rest[rest.index(after: colon)...]))
  }

  private static func path(_ path: String) throws(SourceProblem) -> SourceName {
    let forms =
      "a source is a postgresql:// URL, sqlite:PATH, a .yaml, .json or .sql file, a folder of YAML "
      + "files or of migrations, git:REV:PATH, env:NAME or empty"
    if let migrations = migrations(path) { return migrations }
    if let form = form(ofPath: path) {
      guard FileSystem.kind(of: path) != .folder else { return .declared(path: path) }
      guard FileSystem.kind(of: path) != .missing else {
        throw missing(path, otherwise: forms)
      }
      return form
    }
    switch FileSystem.kind(of: path) {
    case .missing:
      if path.contains("://") {
        throw SourceProblem(
          "'\(path.split(separator: ":").first ?? "")' is no kind of URL that Kedge knows",
          nextStep: forms)
      }
      throw missing(path, otherwise: forms + "; sqlite:\(path) if it is to be made")
    case .folder: return .declared(path: path)
    case .other: throw SourceProblem("\(path) is neither a file nor a folder", nextStep: forms)
    case .file: break
    }
    guard EngineRegistry.looksLikeSQLite(path) else {
      throw SourceProblem(
        "\(path) is not a SQLite database, and its name does not say what else it is",
        nextStep: "if it is an encrypted database, decrypt it first; \(forms)")
    }
    return .sqlite(path: path)
  }

  /// Names what is like it: a file beside, or a server without its `postgresql://`.
  private static func missing(_ path: String, otherwise forms: String) -> SourceProblem {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let start = parts.dropLast().map { $0 + "/" }.joined()
    let beside = (try? FileSystem.names(in: start.isEmpty ? "." : start)) ?? []
    var next = forms
    if let nearest = nearestName(to: String(parts.last ?? ""), among: beside) {
      next = "did you mean \(start)\(nearest)?"
    } else if let colon = parts.first?.firstIndex(of: ":"),
      parts.first?[colon...].dropFirst().allSatisfy(\.isNumber) ?? false
    {
      next = "did you mean postgresql://\(path)?"
    }
    return SourceProblem("there is no file \(path)", nextStep: next)
  }

  /// `DIR`, or `DIR@VERSION`, of a folder that holds migrations, of Kedge or of another tool.
  private static func migrations(_ text: String) -> SourceName? {
    func areIn(_ path: String) -> Bool {
      MigrationFiles.areIn(path) || MigrationFiles.foreignLayout(of: path) != nil
    }
    if areIn(text) { return .migrations(path: text, through: nil) }
    guard let sign = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
    let (path, version) = (String(text[..<sign]), String(text[text.utf8.index(after: sign)...]))
    guard areIn(path) else { return nil }
    return .migrations(path: path, through: version)
  }

  /// The form that a file's extension tells.
  package static func form(ofPath path: String) -> SourceName? {
    // A folder may well be called `sql`.
    let parts = (path.split(separator: "/").last ?? "").split(
      separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return nil }
    return switch parts.last?.lowercased() {
    case "yaml", "yml": .declared(path: path)
    case "json": .snapshot(path: path)
    case "sql": .script(path: path)
    default: nil
    }
  }

  /// The engine that the form alone tells.
  package var engine: EngineName? {
    switch self {
    case .postgresql: .postgresql
    case .sqlite: .sqlite
    case .declared, .snapshot, .script, .migrations, .git, .environment, .empty: nil
    }
  }

  package var isLive: Bool {
    switch self {
    case .postgresql, .sqlite: true
    case .declared, .snapshot, .script, .migrations, .git, .environment, .empty: false
    }
  }
}
