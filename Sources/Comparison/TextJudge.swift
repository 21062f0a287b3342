import SchemaDiff
import SchemaModel

/// Whether two texts mean the same.
enum TextVerdict: Hashable, Sendable {
  case same
  case different
  case undecided(String)
}

/// Lets a scratch build both sides until their texts stop changing, and compares the fixed points: the
/// engine's own prints are none (a restored `IN` list prints differently).
struct TextJudge {
  private var scratch: any Scratch
  /// How often a side is built before its text counts as a fixed point.
  private static let rounds = 3

  init(scratch: any Scratch) { self.scratch = scratch }

  /// One verdict an id, in the order given.
  mutating func verdicts(
    for ids: [ObjectID], from: Schema, to: Schema
  ) throws -> [TextVerdict] {
    var verdicts: [ObjectID: TextVerdict] = [:]
    var left = Side(schema: try from.closure(of: ids))
    var right = Side(schema: try to.closure(of: ids))
    for _ in 0..<TextJudge.rounds where !(left.isFixed && right.isFixed) {
      try advance(&right)
      decide(ids, left, right, into: &verdicts)
      if verdicts.count == ids.count { break }
      try advance(&left)
      decide(ids, left, right, into: &verdicts)
      if verdicts.count == ids.count { break }
    }
    return ids.map { verdicts[$0] ?? .different }
  }

  private struct Side {
    var schema: Schema
    var failures: [ObjectID: String] = [:]
    var isFixed = false
  }

  private mutating func advance(_ side: inout Side) throws {
    guard !side.isFixed else { return }
    let reading = try scratch.canonical(side.schema)
    side.failures.merge(reading.failures) { first, _ in first }
    side.isFixed = reading.schema.objects == side.schema.objects
    side.schema = reading.schema
  }

  private func decide(
    _ ids: [ObjectID], _ left: Side, _ right: Side, into verdicts: inout [ObjectID: TextVerdict]
  ) {
    for id in ids where verdicts[id] == nil {
      if let reason = right.failures[id] ?? left.failures[id] {
        verdicts[id] = .undecided("it cannot be built on the scratch: \(reason)")
      } else if let one = left.schema[id], let other = right.schema[id] {
        let texts = Differ.fieldChanges(from: one, to: other).filter(\.isTextual)
        if texts.isEmpty { verdicts[id] = .same }
      } else {
        let missing = left.schema[id] == nil ? left : right
        let cause = missing.failures.min { $0.key < $1.key }
        verdicts[id] = .undecided(
          cause.map { "\($0.key) cannot be built on the scratch: \($0.value)" }
            ?? "it cannot be built on the scratch")
      }
    }
  }
}
