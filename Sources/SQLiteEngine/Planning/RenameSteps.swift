import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// ALTER TABLE RENAME, tables before columns. SQLite carries a new name into every text that mentions
/// the old one.
enum RenameSteps {
  static func steps(_ renames: [Rename]) -> [Step] {
    let tables = renames.filter { $0.to.kind == .table || $0.to.kind == .virtualTable }
    var steps = ordered(tables.map { Pair(rename: $0, old: $0.from.name, new: $0.to.name) }).map {
      move in
      let sql: SQL = "ALTER TABLE \(move.old) RENAME TO \(move.new)"
      return step(sql, move, code: "BC02")
    }
    let columns = renames.filter { $0.to.kind == .column && $0.from.name != $0.to.name }
    for table in Set(columns.map(\.to.table)).sorted() {
      let pairs = columns.filter { $0.to.table == table }.map {
        Pair(rename: $0, old: $0.from.name, new: $0.to.name)
      }
      steps += ordered(pairs).map { move in
        let sql: SQL = "ALTER TABLE \(table.name) RENAME COLUMN \(move.old) TO \(move.new)"
        return step(sql, move, code: "BC01")
      }
    }
    return steps
  }

  private struct Pair {
    let rename: Rename
    var old: Identifier
    var new: Identifier
  }

  private static func step(_ sql: SQL, _ move: Pair, code: String) -> Step {
    let kind = move.rename.to.kind.displayName
    return Step(
      .rename, move.rename.to, produces: [move.rename.to], destroys: [move.rename.from],
      statements: [Statement(sql, lock: .exclusive)],
      hazards: [
        Hazard(
          code,
          "clients that use the \(kind) \(move.rename.from.name) fail until they use "
            + "\(move.rename.to.name)")
      ])
  }

  /// A name is free before it is taken; a ring is opened by a temporary name.
  private static func ordered(_ pairs: [Pair]) -> [Pair] {
    var waiting = pairs
    var moves: [Pair] = []
    var number = 0
    while !waiting.isEmpty {
      if let next = waiting.indices.first(where: { index in
        !waiting.contains { $0.old == waiting[index].new }
      }) {
        moves.append(waiting.remove(at: next))
      } else {
        number += 1
        var first = waiting[0]
        let temporary = SQLiteNames.identifier("_kedge_swap_\(number)")
        waiting[0].old = temporary
        first.new = temporary
        moves.append(first)
      }
    }
    return moves
  }
}
