import Migrations
import SQLText
import SchemaModel

extension FileLayout {
  /// What a runner of such files does around them.
  var mode: TransactionMode {
    self == .golangMigrate ? .implicit : runsInTransaction ? .transaction : .autocommit
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
    isUp = layout.startsUp
  }

  mutating func read(
    _ pieces: [StatementSplitter.Piece], _ comments: [Comment], engine: EngineName
  ) {
    if comments.contains(where: { layout.mark($0.body) == .noTransaction }) {
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
    if layout == .kedge, let words = comment.directive("kedge:section") {
      close(next: words.contains("no-transaction") ? .autocommit : .transaction)
      current.foreignKeysOff = words.contains("foreign-keys-off")
    }
    switch layout.mark(comment.body) {
    case .up(let inTransaction):
      isUp = true
      if let inTransaction { close(next: inTransaction ? .transaction : .autocommit) }
    case .down: isUp = false
    case .unit(let inTransaction, _): close(next: inTransaction ? .transaction : .autocommit)
    case .noTransaction, nil: return
    }
  }
}
