/// A migration of a folder: the way there and, where there is one, the way back.
package struct Migration: Hashable, Sendable {
  package let version: MigrationVersion
  package let name: String
  package let up: MigrationScript
  package let down: MigrationScript?

  package init(
    version: MigrationVersion, name: String, up: MigrationScript, down: MigrationScript?
  ) {
    self.version = version
    self.name = name
    self.up = up
    self.down = down
  }

  /// `20261122150405_add_user_roles`.
  package var title: String { "\(version.text)_\(name)" }
}

/// A file that is run again whenever it changes: a view, a function; or rows to start with.
package struct NamedScript: Hashable, Sendable {
  package let name: String
  package let script: MigrationScript

  package init(name: String, script: MigrationScript) {
    self.name = name
    self.script = script
  }
}

/// SQL around migrations.
package enum HookPoint: String, Hashable, Sendable, CaseIterable {
  case beforeAll = "before_all"
  case afterAll = "after_all"
  case beforeEach = "before_each"
  case afterEach = "after_each"
}
