/// Every kind of object that Kedge models, in the order in which a new database is built.
///
/// Closed on purpose: a new case makes the compiler list the places that must learn it.
package enum ObjectKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case namespace = "schema"
  case `extension`
  case enumType = "enum"
  case domain
  case compositeType = "composite_type"
  case sequence
  case function
  case table
  case column
  case primaryKey = "primary_key"
  case unique
  case check
  case exclusion
  case foreignKey = "foreign_key"
  case index
  case virtualTable = "virtual_table"
  case view
  case materializedView = "materialized_view"
  case trigger
  case policy
  case comment
  case owner
  case grant
  case defaultPrivileges = "default_privileges"

  /// The name in sentences.
  package var displayName: String {
    switch self {
    case .namespace, .extension, .enumType, .domain, .sequence, .function, .table, .column, .unique,
      .check, .index, .view, .trigger, .policy, .comment, .owner, .grant:
      rawValue
    case .defaultPrivileges: "default privileges"
    case .compositeType: "composite type"
    case .exclusion: "exclusion constraint"
    case .virtualTable: "virtual table"
    case .materializedView: "materialized view"
    case .primaryKey: "primary key"
    case .foreignKey: "foreign key"
    }
  }

  /// Position in `allCases`: the order of kinds.
  package var rank: Int {
    switch self {
    case .namespace: 0
    case .extension: 1
    case .enumType: 2
    case .domain: 3
    case .compositeType: 4
    case .sequence: 5
    case .function: 6
    case .table: 7
    case .column: 8
    case .primaryKey: 9
    case .unique: 10
    case .check: 11
    case .exclusion: 12
    case .foreignKey: 13
    case .index: 14
    case .virtualTable: 15
    case .view: 16
    case .materializedView: 17
    case .trigger: 18
    case .policy: 19
    case .comment: 20
    case .owner: 21
    case .grant: 22
    case .defaultPrivileges: 23
    }
  }

  /// Whether an object of this kind lives inside a relation (its path ends with a name of its own
  /// under the relation's path).
  package var isPartOfRelation: Bool {
    switch self {
    case .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .trigger, .policy:
      true
    case .namespace, .extension, .enumType, .domain, .compositeType, .sequence, .function, .table,
      .virtualTable, .view, .materializedView, .comment, .owner, .grant, .defaultPrivileges:
      false
    }
  }

  /// Whether an object of this kind only says something of another, its target, and goes with that.
  package var isAttachment: Bool { self == .comment || self == .owner || self == .grant }

  /// Neither a part of another object nor said of one.
  package var isOnItsOwn: Bool { !isPartOfRelation && !isAttachment && self != .defaultPrivileges }

  /// Who may do what, which is compared only where both sides say so.
  package var isPrivilege: Bool {
    self == .owner || self == .grant || self == .defaultPrivileges
  }

  package static func < (left: ObjectKind, right: ObjectKind) -> Bool { left.rank < right.rank }
}
