package import SchemaDiff
package import SchemaModel

/// A pair of objects whose texts differ, and that nobody could decide.
package struct Undecided: Hashable, Sendable {
  package let id: ObjectID
  /// The attributes whose texts differ.
  package let fields: [FieldChange]
  package let reason: String

  package init(id: ObjectID, fields: [FieldChange], reason: String) {
    self.id = id
    self.fields = fields
    self.reason = reason
  }
}

/// What a comparison of two schemas came to.
package struct ComparisonResult: Sendable {
  /// The two sides as they were compared: cut to the schemas in scope, and texts that mean the same made
  /// the same. Plans are made from these.
  package var from: Schema
  package var to: Schema
  package var difference: Difference
  package var undecided: [Undecided]
  /// Sentences about how it was compared: schemas left alone, a scratch that was missing.
  package var notes: [String]
  package var exposures: [Coverage.Exposure] = []
  /// What the project has accepted.
  package var ignored: [IgnoredDifference] = []

  package init(
    from: Schema, to: Schema, difference: Difference, undecided: [Undecided] = [],
    notes: [String] = []
  ) {
    self.from = from
    self.to = to
    self.difference = difference
    self.undecided = undecided
    self.notes = notes
  }
}
