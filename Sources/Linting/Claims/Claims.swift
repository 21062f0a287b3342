package import Planning

/// What a statement does to relations that were there before it, as far as its text and the catalog tell:
/// the lock table of PostgreSQL in code.
package struct Claims: Hashable, Sendable {
  /// The strongest lock on each.
  package internal(set) var locks: [RelationKey: LockMode] = [:]
  package internal(set) var rewrites: Set<RelationKey> = []
  /// Rewritten unless the present type, which nobody said, allows better.
  package internal(set) var mayRewrite: Set<RelationKey> = []
  /// Read as a whole, to check rows.
  package internal(set) var scans: Set<RelationKey> = []
  /// Tables of which indexes are built.
  package internal(set) var builds: Set<RelationKey> = []
  /// Cannot run inside a transaction.
  package internal(set) var isNonTransactional = false

  package init() {}

  mutating func lock(_ relation: RelationKey, _ mode: LockMode) {
    locks[relation] = max(locks[relation] ?? .none, mode)
  }

  /// The strongest of all.
  package var strongest: LockMode { locks.values.max() ?? .none }

  /// Whether the lock is held while rows are read or written in bulk.
  package var isLong: Bool {
    !rewrites.isEmpty || !mayRewrite.isEmpty || !scans.isEmpty || !builds.isEmpty
  }
}
