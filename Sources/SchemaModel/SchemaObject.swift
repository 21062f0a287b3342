/// Any modelled object, at one grain. Boxed: a copy is one reference, not some thirty.
package indirect enum SchemaObject: Hashable, Sendable {
  case namespace(Namespace)
  case enumType(EnumType)
  case sequence(Sequence)
  case table(Table)
  case column(Column)
  case primaryKey(PrimaryKey)
  case unique(UniqueConstraint)
  case check(CheckConstraint)
  case foreignKey(ForeignKey)
  case index(Index)
  case view(View)
  case trigger(Trigger)
  case comment(Comment)
  case `extension`(Extension)
  case domain(Domain)
  case compositeType(CompositeType)
  case function(Routine)
  case exclusion(ExclusionConstraint)
  case materializedView(MaterializedView)
  case policy(Policy)
  case virtualTable(VirtualTable)
  case owner(Owner)
  case grant(Grant)
  case defaultPrivileges(DefaultPrivileges)
  case rule(Rule)
  case statistics(Statistics)
  case publication(Publication)
  /// Of any of the kinds that need no more than a name and attributes.
  case defined(DefinedObject)

  package var value: any Describable {
    switch self {
    case .namespace(let value): value
    case .enumType(let value): value
    case .sequence(let value): value
    case .table(let value): value
    case .column(let value): value
    case .primaryKey(let value): value
    case .unique(let value): value
    case .check(let value): value
    case .foreignKey(let value): value
    case .index(let value): value
    case .view(let value): value
    case .trigger(let value): value
    case .comment(let value): value
    case .extension(let value): value
    case .domain(let value): value
    case .compositeType(let value): value
    case .function(let value): value
    case .exclusion(let value): value
    case .materializedView(let value): value
    case .policy(let value): value
    case .virtualTable(let value): value
    case .owner(let value): value
    case .grant(let value): value
    case .defaultPrivileges(let value): value
    case .rule(let value): value
    case .statistics(let value): value
    case .publication(let value): value
    case .defined(let value): value
    }
  }

  /// Spelled out, since it is asked for in every comparison and an existential would allocate.
  package var id: ObjectID {
    switch self {
    case .namespace(let value): value.id
    case .enumType(let value): value.id
    case .sequence(let value): value.id
    case .table(let value): value.id
    case .column(let value): value.id
    case .primaryKey(let value): value.id
    case .unique(let value): value.id
    case .check(let value): value.id
    case .foreignKey(let value): value.id
    case .index(let value): value.id
    case .view(let value): value.id
    case .trigger(let value): value.id
    case .comment(let value): value.id
    case .extension(let value): value.id
    case .domain(let value): value.id
    case .compositeType(let value): value.id
    case .function(let value): value.id
    case .exclusion(let value): value.id
    case .materializedView(let value): value.id
    case .policy(let value): value.id
    case .virtualTable(let value): value.id
    case .owner(let value): value.id
    case .grant(let value): value.id
    case .defaultPrivileges(let value): value.id
    case .rule(let value): value.id
    case .statistics(let value): value.id
    case .publication(let value): value.id
    case .defined(let value): value.id
    }
  }

  package var kind: ObjectKind { id.kind }
  package var requires: [ObjectID] { value.requires }
  package var fields: [Field] { value.fields }

  /// The object after renames of it or of what it names.
  package func renamed(by names: Renaming) -> SchemaObject {
    switch self {
    case .namespace(let value): .namespace(value.renamed(by: names))
    case .enumType(let value): .enumType(value.renamed(by: names))
    case .sequence(let value): .sequence(value.renamed(by: names))
    case .table(let value): .table(value.renamed(by: names))
    case .column(let value): .column(value.renamed(by: names))
    case .primaryKey(let value): .primaryKey(value.renamed(by: names))
    case .unique(let value): .unique(value.renamed(by: names))
    case .check(let value): .check(value.renamed(by: names))
    case .foreignKey(let value): .foreignKey(value.renamed(by: names))
    case .index(let value): .index(value.renamed(by: names))
    case .view(let value): .view(value.renamed(by: names))
    case .trigger(let value): .trigger(value.renamed(by: names))
    case .comment(let value): .comment(value.renamed(by: names))
    case .extension(let value): .extension(value.renamed(by: names))
    case .domain(let value): .domain(value.renamed(by: names))
    case .compositeType(let value): .compositeType(value.renamed(by: names))
    case .function(let value): .function(value.renamed(by: names))
    case .exclusion(let value): .exclusion(value.renamed(by: names))
    case .materializedView(let value): .materializedView(value.renamed(by: names))
    case .policy(let value): .policy(value.renamed(by: names))
    case .virtualTable(let value): .virtualTable(value.renamed(by: names))
    case .owner(let value): .owner(value.renamed(by: names))
    case .grant(let value): .grant(value.renamed(by: names))
    case .defaultPrivileges(let value): .defaultPrivileges(value.renamed(by: names))
    case .rule(let value): .rule(value.renamed(by: names))
    case .statistics(let value): .statistics(value.renamed(by: names))
    case .publication(let value): .publication(value.renamed(by: names))
    case .defined(let value): .defined(value.renamed(by: names))
    }
  }

  /// The same constraint or index under another id, of this table or of one with the same columns; anything
  /// else as it is.
  package func copied(to id: ObjectID) -> SchemaObject {
    switch self {
    case .primaryKey(var key):
      key.id = id
      return .primaryKey(key)
    case .unique(var key):
      key.id = id
      return .unique(key)
    case .exclusion(var constraint):
      constraint.id = id
      return .exclusion(constraint)
    case .index(var index):
      index.id = id
      return .index(index)
    case .check(var check):
      check.id = id
      return .check(check)
    case .foreignKey(var key):
      key.id = id
      return .foreignKey(key)
    default: return self
    }
  }

  /// The object with every expression among its fields put through `transform`.
  package func mappingExpressions(
    _ transform: (Expression) -> Expression
  ) -> SchemaObject {
    switch self {
    case .namespace(let value): .namespace(value.mappingExpressions(transform))
    case .enumType(let value): .enumType(value.mappingExpressions(transform))
    case .sequence(let value): .sequence(value.mappingExpressions(transform))
    case .table(let value): .table(value.mappingExpressions(transform))
    case .column(let value): .column(value.mappingExpressions(transform))
    case .primaryKey(let value): .primaryKey(value.mappingExpressions(transform))
    case .unique(let value): .unique(value.mappingExpressions(transform))
    case .check(let value): .check(value.mappingExpressions(transform))
    case .foreignKey(let value): .foreignKey(value.mappingExpressions(transform))
    case .index(let value): .index(value.mappingExpressions(transform))
    case .view(let value): .view(value.mappingExpressions(transform))
    case .trigger(let value): .trigger(value.mappingExpressions(transform))
    case .comment(let value): .comment(value.mappingExpressions(transform))
    case .extension(let value): .extension(value.mappingExpressions(transform))
    case .domain(let value): .domain(value.mappingExpressions(transform))
    case .compositeType(let value): .compositeType(value.mappingExpressions(transform))
    case .function(let value): .function(value.mappingExpressions(transform))
    case .exclusion(let value): .exclusion(value.mappingExpressions(transform))
    case .materializedView(let value): .materializedView(value.mappingExpressions(transform))
    case .policy(let value): .policy(value.mappingExpressions(transform))
    case .virtualTable(let value): .virtualTable(value.mappingExpressions(transform))
    case .owner(let value): .owner(value.mappingExpressions(transform))
    case .grant(let value): .grant(value.mappingExpressions(transform))
    case .defaultPrivileges(let value): .defaultPrivileges(value.mappingExpressions(transform))
    case .rule(let value): .rule(value.mappingExpressions(transform))
    case .statistics(let value): .statistics(value.mappingExpressions(transform))
    case .publication(let value): .publication(value.mappingExpressions(transform))
    case .defined(let value): .defined(value.mappingExpressions(transform))
    }
  }
}

extension SchemaObject: Codable {
  private enum CodingKeys: String, CodingKey { case kind }

  package init(from decoder: any Decoder) throws {
    let kind = try decoder.container(keyedBy: CodingKeys.self).decode(
      ObjectKind.self, forKey: .kind)
    switch kind {
    case .namespace: self = .namespace(try Namespace(from: decoder))
    case .enumType: self = .enumType(try EnumType(from: decoder))
    case .sequence: self = .sequence(try Sequence(from: decoder))
    case .table: self = .table(try Table(from: decoder))
    case .column: self = .column(try Column(from: decoder))
    case .primaryKey: self = .primaryKey(try PrimaryKey(from: decoder))
    case .unique: self = .unique(try UniqueConstraint(from: decoder))
    case .check: self = .check(try CheckConstraint(from: decoder))
    case .foreignKey: self = .foreignKey(try ForeignKey(from: decoder))
    case .index: self = .index(try Index(from: decoder))
    case .view: self = .view(try View(from: decoder))
    case .trigger: self = .trigger(try Trigger(from: decoder))
    case .comment: self = .comment(try Comment(from: decoder))
    case .extension: self = .extension(try Extension(from: decoder))
    case .domain: self = .domain(try Domain(from: decoder))
    case .compositeType: self = .compositeType(try CompositeType(from: decoder))
    case .function: self = .function(try Routine(from: decoder))
    case .exclusion: self = .exclusion(try ExclusionConstraint(from: decoder))
    case .materializedView: self = .materializedView(try MaterializedView(from: decoder))
    case .policy: self = .policy(try Policy(from: decoder))
    case .virtualTable: self = .virtualTable(try VirtualTable(from: decoder))
    case .owner: self = .owner(try Owner(from: decoder))
    case .grant: self = .grant(try Grant(from: decoder))
    case .defaultPrivileges: self = .defaultPrivileges(try DefaultPrivileges(from: decoder))
    case .rule: self = .rule(try Rule(from: decoder))
    case .statistics: self = .statistics(try Statistics(from: decoder))
    case .publication: self = .publication(try Publication(from: decoder))
    case .language, .accessMethod, .collation, .baseType, .rangeType, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .subscription, .eventTrigger:
      self = .defined(try DefinedObject(from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try value.encode(to: encoder)
  }
}
