import SQLText
import SchemaModel

/// An object's place in the catalogs.
struct CatalogAddress: Hashable, Sendable {
  let catalog: UInt32
  let oid: UInt32
  let part: Int32

  init(_ catalog: UInt32, _ oid: UInt32, _ part: Int32 = 0) {
    self.catalog = catalog
    self.oid = oid
    self.part = part
  }
}

/// The fixed OIDs of the catalogs that are referred to (`src/include/catalog/*.h`).
enum CatalogID {
  static let type: UInt32 = 1247
  static let procedure: UInt32 = 1255
  static let relation: UInt32 = 1259
  static let attributeDefault: UInt32 = 2604
  static let constraint: UInt32 = 2606
  static let namespace: UInt32 = 2615
  static let rewrite: UInt32 = 2618
  static let trigger: UInt32 = 2620
  static let policy: UInt32 = 3256
  static let collation: UInt32 = 3456
  static let extensions: UInt32 = 3079
  static let accessMethod: UInt32 = 2601
  static let cast: UInt32 = 2605
  static let conversion: UInt32 = 2607
  static let language: UInt32 = 2612
  static let operatorClass: UInt32 = 2616
  static let `operator`: UInt32 = 2617
  static let operatorFamily: UInt32 = 2753
  static let server: UInt32 = 1417
  static let userMapping: UInt32 = 1418
  static let foreignDataWrapper: UInt32 = 2328
  static let statistics: UInt32 = 3381
  static let eventTrigger: UInt32 = 3466
  static let transform: UInt32 = 3576
  static let textSearchDictionary: UInt32 = 3600
  static let textSearchParser: UInt32 = 3601
  static let textSearchConfiguration: UInt32 = 3602
  static let textSearchTemplate: UInt32 = 3764
  static let subscription: UInt32 = 6100
  static let publication: UInt32 = 6104
  static let publicationMember: UInt32 = 6106
}

/// What has been read so far, by OID; decoders of later queries resolve their references in it.
struct Catalog {
  struct Relation {
    /// `pg_class.relkind`.
    let kind: UInt8
    let path: [Identifier]
    /// Nil when the relation is of a kind, or in a form, that is not modelled.
    var id: ObjectID?
    /// By attribute number; dropped ones are nil.
    var columns: [ColumnInfo?] = []
    /// `pg_class.relpersistence` is `u`.
    var isUnlogged = false
  }

  struct ColumnInfo {
    let name: Identifier
    let type: UInt32
    let collation: UInt32
  }

  struct IdentitySequence {
    let options: SequenceOptions
    let name: Identifier
    let persistence: SequencePersistence?
  }

  struct PendingView {
    let oid: UInt32
    let id: ObjectID
    let options: [ExactText]
    /// As the catalog has them.
    let optionOrder: [ExactText]
    var tablespace: Identifier?
    var accessMethod: Identifier?
  }

  struct TypeInfo {
    let collation: UInt32
    /// The modelled type behind this one (itself or its element).
    let object: ObjectID?
  }

  let syntax = PostgresSyntax()
  let serverVersion: Int
  var namespaces: [UInt32: Identifier] = [:]
  var extensionMembers: Set<CatalogAddress> = []
  var relations: [UInt32: Relation] = [:]
  var types: [UInt32: TypeInfo] = [:]
  /// Printed names by type and modifier.
  var typeNames: [UInt64: TypeName] = [:]
  var collations: [UInt32: ExactText] = [:]
  var defaultTexts: [UInt64: (text: String, oid: UInt32)] = [:]
  var identitySequences: [UInt64: IdentitySequence] = [:]
  /// Result columns of views, by number.
  var viewColumns: [UInt32: [(number: Int, column: View.ResultColumn)]] = [:]
  /// Of materialized views, what is set for their columns.
  var resultSettings: [UInt32: [ResultColumnSettings]] = [:]
  /// By the OID of their index.
  var keys: [UInt32: Key] = [:]
  var operatorClasses: [UInt32: OperatorClass] = [:]
  var defaultClassTypes: Set<UInt64> = []
  /// Attribute options and statistics targets of index columns, by index and number.
  var indexOptions: [UInt64: String] = [:]
  var indexStatistics: [UInt64: Int64] = [:]
  /// How values of the types of varying length are kept whose storage is not extended
  /// (`pg_type.typstorage`).
  var typeStorage: [UInt32: UInt8] = [:]
  /// By column.
  var notNulls: [UInt64: (name: Identifier, isNoInherit: Bool, isNotValid: Bool)] = [:]
  /// The indexes that CLUSTER and replication go by, by relation.
  var clustered: [UInt32: Identifier] = [:]
  var replicaIndexes: [UInt32: Identifier] = [:]
  /// The columns of tables that inherit or are inherited from, by table and name.
  var lineageColumns: [UInt32: [Identifier: Column]] = [:]
  /// Those that tables have from their parents alone, until all columns are known.
  var inheritedColumns: [(table: UInt32, column: Column)] = []
  /// Indexes of partitions, with the OID of the parent's, by table.
  var attachedIndexes: [UInt32: [(name: Identifier, parent: UInt32)]] = [:]
  /// Those of them whose names somebody gave.
  var namedIndexes: [UInt32: [(name: Identifier, parent: UInt32)]] = [:]
  /// Triggers of partitions that fire otherwise than their parent's, by table.
  var partitionTriggers: [UInt32: [PartitionTrigger]] = [:]
  var viewDefaults: [UInt32: [(number: Int, text: String)]] = [:]
  /// Sequences, until the columns that own them are read.
  var sequences: [(oid: UInt32, sequence: Sequence, table: UInt32, number: Int)] = []
  /// What comments and dependencies point to.
  var addresses: [CatalogAddress: ObjectID] = [:]
  /// What comments can be on though it is no object of its own: attributes of types, checks of domains.
  var commentTargets: [CatalogAddress: ObjectID] = [:]
  var objects: [SchemaObject] = []
  var dependencies: [ObjectID: [ObjectID]] = [:]
  /// Of tables and indexes, in order.
  var parents: [UInt32: [UInt32]] = [:]
  var orphans: [UInt32] = []
  var parentTables: Set<UInt32> = []
  /// Tables, whose columns are not read yet.
  var tables: [(oid: UInt32, table: Table)] = []
  /// Views, whose queries are read last.
  var views: [PendingView] = []
  /// What kind of relation a path is.
  var relationKinds: [[Identifier]: ObjectKind] = [:]
  /// By type OID, until their checks are read.
  var domains: [UInt32: Domain] = [:]
  var baseTypes: [UInt32: UInt32] = [:]
  /// Until the types that they are ranges of are known.
  var rangeTypes: [(row: PostgresRow, id: ObjectID)] = []
  /// Entries of operator classes and families, by their owner.
  var operatorMembers: [CatalogAddress: [String]] = [:]
  /// The class or family that an entry belongs to.
  var memberOwners: [CatalogAddress: CatalogAddress] = [:]
  /// The types of typed tables, by the OID of the table.
  var typedTables: [UInt32: UInt32] = [:]
  /// By OID, until their tables are read.
  var publications: [UInt32: Publication] = [:]
  /// By the OID of their relation, until their attributes are read.
  var compositeTypes: [UInt32: CompositeType] = [:]
  var roles: [UInt32: Identifier] = [:]
  /// The role that reads.
  var role: Identifier?
  /// Of `serial` and identity columns: they have their table's owner.
  var ownedSequences: Set<UInt32> = []
  var coverage = Coverage()
  private var parsed: [ExactText: Expression] = [:]

  init(serverVersion: Int) { self.serverVersion = serverVersion }

  static func key(_ oid: UInt32, _ number: Int) -> UInt64 {
    UInt64(oid) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
  }

  func isExtensionMember(_ catalog: UInt32, _ oid: UInt32) -> Bool {
    !extensionMembers.isEmpty && extensionMembers.contains(CatalogAddress(catalog, oid))
  }

  /// The modelled table, if it is one.
  func table(_ oid: UInt32) -> ObjectID? {
    guard let id = relations[oid]?.id, id.kind == .table else { return nil }
    return id
  }

  func column(_ relation: UInt32, _ number: Int) -> Identifier? {
    columnInfo(relation, number)?.name
  }

  func columnInfo(_ relation: UInt32, _ number: Int) -> ColumnInfo? {
    guard let columns = relations[relation]?.columns, number > 0, number < columns.count else {
      return nil
    }
    return columns[number]
  }

  func columns(_ relation: UInt32, _ numbers: [Int]) -> [Identifier] {
    numbers.compactMap { column(relation, $0) }
  }

  mutating func add(_ object: SchemaObject, at address: CatalogAddress) {
    objects.append(object)
    addresses[address] = object.id
  }

  /// The same text is seldom alone: `now()`, `false`, `''::text`.
  mutating func expression(_ text: String, type: TypeName? = nil) -> Expression {
    let key = ExactText(text + "\u{0}" + (type?.canonical.string ?? ""))
    if let known = parsed[key] { return known }
    let expression = syntax.expression(text, type: type)
    parsed[key] = expression
    return expression
  }

  /// An expression whose outer parentheses are the printer's.
  mutating func bareExpression(_ text: String) -> Expression {
    expression(withoutOuterParentheses(text))
  }

  static func options(_ texts: [String]) -> [ExactText] { texts.map { ExactText($0) }.sorted() }
}

/// The text without parentheses that enclose all of it.
func withoutOuterParentheses(_ text: String) -> String {
  let text = text.trimmingSpace
  guard text.utf8.first == UInt8(ascii: "("),
    let tokens = try? Lexer.tokens(of: text, rules: .postgresql), tokens.count > 2
  else { return text }
  let inner = Normalizer.withoutOuterParentheses(tokens)
  guard inner.count < tokens.count, let first = inner.first, let last = inner.last else {
    return text
  }
  let bytes = Array(text.utf8)[first.range.lowerBound..<last.range.upperBound]
  return String(decoding: bytes, as: UTF8.self)
}
