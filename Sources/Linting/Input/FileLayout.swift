import SQLText
import SchemaModel

/// Whose file it is: what runs it, and which part of it goes up.
package enum FileLayout: String, Hashable, Sendable {
  case kedge, goose, dbmate, flyway, liquibase, sqitch, diesel
  case golangMigrate = "golang-migrate"
  /// SQL that somebody runs.
  case plain

  static func detect(name: String, comments: [Comment]) -> FileLayout {
    for comment in comments.prefix(40) {
      let body = comment.body.asciiLowercased
      if body.hasPrefix("kedge:migration") || body.hasPrefix("kedge:section") { return .kedge }
      if body.hasPrefix("+goose") { return .goose }
      if body.hasPrefix("migrate:up") { return .dbmate }
      if body.hasPrefix("liquibase formatted") { return .liquibase }
      if body.hasPrefix("deploy "), body.contains(":") { return .sqitch }
    }
    let parts = name.split(separator: "/")
    let file = parts.last.map(String.init) ?? name
    if file == "up.sql" || file == "down.sql" { return .diesel }
    if isFlyway(file) { return .flyway }
    if file.hasSuffix(".up.sql") || file.hasSuffix(".down.sql") { return .golangMigrate }
    if parts.count > 1, parts[parts.count - 2] == "deploy" { return .sqitch }
    return .plain
  }

  /// `V1.2__name.sql`, `R__name.sql`, `B1__name.sql`.
  private static func isFlyway(_ file: String) -> Bool {
    guard let first = file.utf8.first, [0x56, 0x52, 0x42, 0x55].contains(first),
      file.hasSuffix(".sql"), let mark = file.split(separator: "__").first, mark.count < file.count
    else { return false }
    return mark.dropFirst().utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || $0 == 0x5F
    }
      && file.contains("__")
  }

  /// What a runner of such files does around them.
  var mode: TransactionMode {
    switch self {
    case .kedge, .goose, .flyway, .liquibase, .diesel: .transaction
    case .dbmate: .transaction
    case .golangMigrate: .implicit
    case .sqitch, .plain: .autocommit
    }
  }

  /// The engine that a text speaks of; PostgreSQL when nothing tells.
  static func engine(of text: String) -> EngineName {
    let text = text.asciiLowercased
    if text.contains("-- kedge:engine sqlite") { return .sqlite }
    if text.contains("-- kedge:engine postgresql") { return .postgresql }
    let marks = [
      "autoincrement", "without rowid", "pragma ", "sqlite_", "using fts5", "using rtree",
    ]
    return marks.contains { text.contains($0) } ? .sqlite : .postgresql
  }
}

/// Puts the statements of a file into the units in which they run.
struct UnitReader {
  let layout: FileLayout
  let assumesTransaction: Bool
  private(set) var units: [LintUnit] = []
  private(set) var foreign: [StatementSplitter.Piece] = []
  private var current: LintUnit
  /// Whether what is read now belongs to the way up.
  private var isUp: Bool

  init(layout: FileLayout, assumesTransaction: Bool) {
    self.layout = layout
    self.assumesTransaction = assumesTransaction
    let mode: TransactionMode = assumesTransaction ? .transaction : layout.mode
    current = LintUnit(mode: mode, isManaged: mode != .autocommit)
    isUp = layout != .goose && layout != .dbmate
  }

  mutating func read(
    _ pieces: [StatementSplitter.Piece], _ comments: [Comment], engine: EngineName
  ) {
    if layout == .goose, comments.contains(where: { $0.body == "+goose NO TRANSACTION" }) {
      current.mode = .autocommit
    }
    var rest = comments[...]
    for piece in pieces {
      while let comment = rest.first, comment.range.lowerBound < piece.range.lowerBound {
        mark(comment)
        rest = rest.dropFirst()
      }
      guard isUp else { continue }
      if piece.kind != .statement { foreign.append(piece) }
      if let statement = StatementParser.parse(piece, engine: engine) {
        current.statements.append(statement)
      }
    }
    close(next: current.mode)
    // One statement needs no transaction around it.
    if layout == .golangMigrate, units.count == 1, units[0].statements.count == 1 {
      units[0].mode = .autocommit
    }
  }

  private mutating func close(next mode: TransactionMode) {
    if !current.statements.isEmpty { units.append(current) }
    current = LintUnit(mode: mode, isManaged: true)
  }

  private mutating func mark(_ comment: Comment) {
    let body = comment.body.asciiLowercased
    switch layout {
    case .kedge:
      guard let words = comment.directive("kedge:section") else { return }
      close(next: words.contains("no-transaction") ? .autocommit : .transaction)
      current.foreignKeysOff = words.contains("foreign-keys-off")
    case .goose:
      if body == "+goose up" { isUp = true }
      if body == "+goose down" { isUp = false }
    case .dbmate:
      if body.hasPrefix("migrate:up") {
        isUp = true
        close(next: body.contains("transaction:false") ? .autocommit : .transaction)
      }
      if body.hasPrefix("migrate:down") { isUp = false }
    case .liquibase:
      guard body.hasPrefix("changeset ") else { return }
      close(next: body.contains("runintransaction:false") ? .autocommit : .transaction)
    case .flyway, .sqitch, .diesel, .golangMigrate, .plain: return
    }
  }
}
