/// What a sequence counts like; every value explicit, as in `pg_sequence`.
package struct SequenceOptions: Hashable, Sendable, Codable {
  /// `smallint`, `integer` or `bigint`.
  package var type: String
  package var start: Int64
  package var increment: Int64
  package var minimum: Int64
  package var maximum: Int64
  package var cache: Int64
  package var cycles: Bool

  package init(
    type: String, start: Int64, increment: Int64, minimum: Int64, maximum: Int64, cache: Int64,
    cycles: Bool
  ) {
    self.type = type
    self.start = start
    self.increment = increment
    self.minimum = minimum
    self.maximum = maximum
    self.cache = cache
    self.cycles = cycles
  }

  /// What `CREATE SEQUENCE` without options makes
  /// (postgresql.org/docs/current/sql-createsequence.html).
  package static func defaults(type: String = "bigint", increment: Int64 = 1) -> SequenceOptions {
    let largest: Int64 =
      switch type {
      case "smallint": Int64(Int16.max)
      case "integer": Int64(Int32.max)
      default: Int64.max
      }
    let descending = increment < 0
    return SequenceOptions(
      type: type, start: descending ? -1 : 1, increment: increment,
      minimum: descending ? -largest - 1 : 1, maximum: descending ? -1 : largest, cache: 1,
      cycles: false)
  }

  package var fields: [Field] {
    [
      Field("type", type), Field("start", start), Field("increment", increment),
      Field("minimum", minimum), Field("maximum", maximum), Field("cache", cache),
      Field("cycle", cycles),
    ]
  }
}

/// PostgreSQL 15: whether a crash of the server empties a sequence.
package enum SequencePersistence: String, Hashable, Sendable, Codable { case logged, unlogged }

/// A sequence that is an object of its own: free-standing, or behind a `serial` column. An identity
/// column's sequence is part of the column.
package struct Sequence: Describable {
  package var id: ObjectID
  package var options: SequenceOptions
  /// The column that owns it (`pg_depend.deptype = 'a'`): dropped with the column.
  package var ownedBy: ObjectID?
  /// Nil: as the table of its column is, and logged without one.
  package var persistence: SequencePersistence?

  package init(
    id: ObjectID, options: SequenceOptions, ownedBy: ObjectID? = nil,
    persistence: SequencePersistence? = nil
  ) {
    self.id = id
    self.options = options
    self.ownedBy = ownedBy
    self.persistence = persistence
  }

  /// Without the owner, which comes into being later: the owning column's default needs the sequence.
  package var requires: [ObjectID] { id.namespace.map { [.namespace($0)] } ?? [] }
  package var fields: [Field] {
    options.fields + [
      Field("owned_by", ownedBy), Field("persistence", persistence?.rawValue),
    ]
  }

  package func renamed(by names: Renaming) -> Sequence {
    Sequence(
      id: names(id), options: options, ownedBy: ownedBy.map { names($0) },
      persistence: persistence)
  }
}
