package import SchemaModel

/// A source that was read.
package struct LoadedSource: Sendable {
  package var schema: Schema
  /// What reports call it; a URL without its password.
  package var label: String
  package var isLive: Bool

  package init(schema: Schema, label: String, isLive: Bool) {
    self.schema = schema
    self.label = label
    self.isLive = isLive
  }
}
