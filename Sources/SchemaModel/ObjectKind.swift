/// Every kind of object that Kedge models, in the order in which a new database is built.
///
/// Closed on purpose: a new case makes the compiler list the places that must learn it.
package enum ObjectKind: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case namespace = "schema"
  case `extension`
  case language
  case accessMethod = "access_method"
  case collation
  case enumType = "enum"
  case baseType = "base_type"
  case domain
  case compositeType = "composite_type"
  case rangeType = "range_type"
  case sequence
  case function
  case `operator`
  case operatorFamily = "operator_family"
  case operatorClass = "operator_class"
  case cast
  case conversion
  case transform
  case textSearchParser = "text_search_parser"
  case textSearchTemplate = "text_search_template"
  case textSearchDictionary = "text_search_dictionary"
  case textSearchConfiguration = "text_search_configuration"
  case foreignDataWrapper = "foreign_data_wrapper"
  case server
  case userMapping = "user_mapping"
  case table
  case column
  case primaryKey = "primary_key"
  case unique
  case check
  case exclusion
  case foreignKey = "foreign_key"
  case index
  case statistics
  case virtualTable = "virtual_table"
  case view
  case materializedView = "materialized_view"
  case rule
  case trigger
  case policy
  case publication
  case subscription
  case eventTrigger = "event_trigger"
  case comment
  case owner
  case grant
  case defaultPrivileges = "default_privileges"

  /// The name in sentences.
  package var displayName: String {
    switch self {
    case .namespace, .extension, .language, .collation, .enumType, .domain, .sequence, .function,
      .operator, .cast, .conversion, .transform, .server, .table, .column, .unique, .check, .index,
      .statistics, .view, .rule, .trigger, .policy, .publication, .subscription, .comment, .owner,
      .grant:
      rawValue
    case .defaultPrivileges: "default privileges"
    case .accessMethod: "access method"
    case .baseType: "base type"
    case .compositeType: "composite type"
    case .rangeType: "range type"
    case .operatorFamily: "operator family"
    case .operatorClass: "operator class"
    case .textSearchParser: "text search parser"
    case .textSearchTemplate: "text search template"
    case .textSearchDictionary: "text search dictionary"
    case .textSearchConfiguration: "text search configuration"
    case .foreignDataWrapper: "foreign-data wrapper"
    case .userMapping: "user mapping"
    case .primaryKey: "primary key"
    case .exclusion: "exclusion constraint"
    case .foreignKey: "foreign key"
    case .virtualTable: "virtual table"
    case .materializedView: "materialized view"
    case .eventTrigger: "event trigger"
    }
  }

  /// Position in `allCases`: the order of kinds.
  package var rank: Int {
    switch self {
    case .namespace: 0
    case .extension: 1
    case .language: 2
    case .accessMethod: 3
    case .collation: 4
    case .enumType: 5
    case .baseType: 6
    case .domain: 7
    case .compositeType: 8
    case .rangeType: 9
    case .sequence: 10
    case .function: 11
    case .operator: 12
    case .operatorFamily: 13
    case .operatorClass: 14
    case .cast: 15
    case .conversion: 16
    case .transform: 17
    case .textSearchParser: 18
    case .textSearchTemplate: 19
    case .textSearchDictionary: 20
    case .textSearchConfiguration: 21
    case .foreignDataWrapper: 22
    case .server: 23
    case .userMapping: 24
    case .table: 25
    case .column: 26
    case .primaryKey: 27
    case .unique: 28
    case .check: 29
    case .exclusion: 30
    case .foreignKey: 31
    case .index: 32
    case .statistics: 33
    case .virtualTable: 34
    case .view: 35
    case .materializedView: 36
    case .rule: 37
    case .trigger: 38
    case .policy: 39
    case .publication: 40
    case .subscription: 41
    case .eventTrigger: 42
    case .comment: 43
    case .owner: 44
    case .grant: 45
    case .defaultPrivileges: 46
    }
  }

  /// Whether an object of this kind lives inside a relation (its path ends with a name of its own
  /// under the relation's path).
  package var isPartOfRelation: Bool {
    switch self {
    case .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .rule, .trigger,
      .policy:
      true
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .table, .statistics, .virtualTable, .view, .materializedView, .publication, .subscription,
      .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
      false
    }
  }

  /// Whether the name alone is not enough: the path is `[schema, name, what tells it apart]`, the types of the
  /// arguments or an access method.
  package var hasSignature: Bool {
    switch self {
    case .function, .operator, .operatorFamily, .operatorClass:
      true
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .cast, .conversion, .transform,
      .textSearchParser, .textSearchTemplate, .textSearchDictionary, .textSearchConfiguration,
      .foreignDataWrapper, .server, .userMapping, .table, .column, .primaryKey, .unique, .check,
      .exclusion, .foreignKey, .index, .statistics, .virtualTable, .view, .materializedView, .rule,
      .trigger, .policy, .publication, .subscription, .eventTrigger, .comment, .owner, .grant,
      .defaultPrivileges:
      false
    }
  }

  /// Indexes, and constraints that have one of their name, which is the schema's.
  package var hasIndex: Bool {
    self == .index || self == .primaryKey || self == .unique || self == .exclusion
  }

  /// Whether an object of this kind only says something of another, its target, and goes with that.
  package var isAttachment: Bool { self == .comment || self == .owner || self == .grant }

  /// Neither a part of another object nor said of one.
  package var isOnItsOwn: Bool { !isPartOfRelation && !isAttachment && self != .defaultPrivileges }

  /// Who may do what, which is compared only where both sides say so.
  package var isPrivilege: Bool {
    self == .owner || self == .grant || self == .defaultPrivileges
  }

  /// Whether it brings objects of its own, which texts use without saying where they are from.
  package var isPackage: Bool { self == .extension }

  /// Whether what a package brings can be used in it.
  package var canUsePackages: Bool { !isPackage && self != .namespace }

  /// Whether other objects live inside it.
  var isRelationWithParts: Bool { self == .table || self == .view || self == .materializedView }

  package static func < (left: ObjectKind, right: ObjectKind) -> Bool { left.rank < right.rank }
}
