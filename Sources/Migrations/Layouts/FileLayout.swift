import SQLText
import SchemaModel

/// Whose file it is: what runs it, and which part of it goes up.
package enum FileLayout: String, Hashable, Sendable {
  case kedge, goose, dbmate, flyway, liquibase, sqitch, diesel
  case golangMigrate = "golang-migrate"
  /// SQL that somebody runs.
  case plain

  /// `comments` are the first ones of the file, without their marks.
  package static func detect(name: String, comments: some Collection<String>) -> FileLayout {
    for comment in comments.prefix(40) {
      let body = comment.asciiLowercased
      if body.hasPrefix("kedge:migration") || body.hasPrefix("kedge:section") { return .kedge }
      if body.hasPrefix("+goose") { return .goose }
      if body.hasPrefix("migrate:up") { return .dbmate }
      if body.hasPrefix("liquibase formatted") { return .liquibase }
      if body.hasPrefix("deploy "), body.contains(":") { return .sqitch }
    }
    let parts = name.split(separator: "/")
    let file = parts.last.map(String.init) ?? name
    if file == "up.sql" || file == "down.sql" { return .diesel }
    if FlywayName(file) != nil { return .flyway }
    if file.hasSuffix(".up.sql") || file.hasSuffix(".down.sql") { return .golangMigrate }
    if parts.count > 1, parts[parts.count - 2] == "deploy" { return .sqitch }
    return .plain
  }

  /// Whether the tool runs the statements of a file, or of a part of it, in one transaction.
  package var runsInTransaction: Bool {
    switch self {
    case .kedge, .goose, .dbmate, .flyway, .liquibase, .diesel, .golangMigrate: true
    case .sqitch, .plain: false
    }
  }

  /// Whether what comes before the first mark is run.
  package var startsUp: Bool { self != .goose && self != .dbmate }

  /// What a comment tells the tool about the statements that follow.
  package enum Mark: Hashable, Sendable {
    /// They go up; nil: as the file says elsewhere.
    case up(inTransaction: Bool?)
    case down
    /// They are run together; `databases` are the only ones on which they are, as Liquibase's `dbms`.
    case unit(inTransaction: Bool, databases: String?)
    /// The whole file is run without a transaction.
    case noTransaction
  }

  /// `comment` is without its marks.
  package func mark(_ comment: String) -> Mark? {
    let body = comment.asciiLowercased
    switch self {
    case .goose:
      switch body {
      case "+goose up": return .up(inTransaction: nil)
      case "+goose down": return .down
      case "+goose no transaction": return .noTransaction
      default: return nil
      }
    case .dbmate:
      if body.hasPrefix("migrate:down") { return .down }
      guard body.hasPrefix("migrate:up") else { return nil }
      return .up(inTransaction: !body.contains("transaction:false"))
    case .liquibase:
      guard body.hasPrefix("changeset ") else { return nil }
      let databases = body.split(separator: " ").first { $0.hasPrefix("dbms:") }
      return .unit(
        inTransaction: !body.contains("runintransaction:false"),
        databases: databases.map { String($0.dropFirst("dbms:".count)) })
    case .kedge, .flyway, .sqitch, .diesel, .golangMigrate, .plain: return nil
    }
  }
}
