/// Every kind of object that Kedge models, in the order in which a new database is built.
///
/// Closed on purpose: a new case makes the compiler list the places that must learn it.
package enum ObjectKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case namespace = "schema"
  case enumType = "enum"
  case sequence
  case table
  case column
  case primaryKey = "primary_key"
  case unique
  case check
  case foreignKey = "foreign_key"
  case index
  case view
  case trigger
  case comment

  /// The name in sentences.
  package var displayName: String {
    switch self {
    case .namespace, .enumType, .sequence, .table, .column, .unique, .check, .index, .view,
      .trigger, .comment:
      rawValue
    case .primaryKey: "primary key"
    case .foreignKey: "foreign key"
    }
  }

  /// Position in `allCases`: the order of kinds.
  package var rank: Int {
    switch self {
    case .namespace: 0
    case .enumType: 1
    case .sequence: 2
    case .table: 3
    case .column: 4
    case .primaryKey: 5
    case .unique: 6
    case .check: 7
    case .foreignKey: 8
    case .index: 9
    case .view: 10
    case .trigger: 11
    case .comment: 12
    }
  }

  /// Whether an object of this kind lives inside a relation (its path ends with a name of its own
  /// under the relation's path).
  package var isPartOfRelation: Bool {
    switch self {
    case .column, .primaryKey, .unique, .check, .foreignKey, .index, .trigger: true
    case .namespace, .enumType, .sequence, .table, .view, .comment: false
    }
  }

  package static func < (left: ObjectKind, right: ObjectKind) -> Bool { left.rank < right.rank }
}
