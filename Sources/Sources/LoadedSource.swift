package import SchemaModel
package import SchemaYAML

/// A source that was read.
package struct LoadedSource: Sendable {
  package var schema: Schema
  /// What reports call it; a URL without its password.
  package var label: String
  package var isLive: Bool
  /// Where the live database is; nil for everything else.
  package var address: String?
  /// Where a declared schema says what.
  package var places: [ObjectID: SourcePlace] = [:]

  package init(schema: Schema, label: String, isLive: Bool, address: String? = nil) {
    self.schema = schema
    self.label = label
    self.isLive = isLive
    self.address = address
  }
}
