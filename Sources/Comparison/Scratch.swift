package import SchemaModel

/// A throw-away database of an engine, which says what a text means.
package protocol Scratch {
  /// Builds the schema in an empty database and reads it back; what cannot be built is named, never
  /// thrown, unless the scratch itself fails.
  mutating func canonical(_ schema: Schema) throws -> ScratchReading
  /// Executes a script of statements (a `.sql` source) in an empty database and reads it back.
  mutating func load(script: String) throws -> Schema
}

/// What came back from a scratch.
package struct ScratchReading: Sendable {
  package var schema: Schema
  /// Objects that could not be built, with the engine's reason.
  package var failures: [ObjectID: String]

  package init(schema: Schema, failures: [ObjectID: String] = [:]) {
    self.schema = schema
    self.failures = failures
  }
}
