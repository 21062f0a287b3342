import Planning
import SQLText
import SchemaModel

/// What PostgreSQL calls one kind of defined object, and how it makes and changes one.
struct DefinedKind: Sendable {
  /// As in `DROP` and `COMMENT ON`.
  let words: SQL
  /// The name behind these words.
  var name: @Sendable (ObjectID) -> SQL = { "\(path: $0.path)" }
  let create: @Sendable (DefinedObject) -> [SQL]
  /// The statements that make the one the other; nil where it has to be made again.
  var alter: @Sendable (_ old: DefinedObject, _ new: DefinedObject) -> [SQL]? = { _, _ in nil }
  /// What goes with a drop.
  var hazards: @Sendable (ObjectID) -> [Hazard] = { _ in [] }
  /// Whether it may be made of functions that need it.
  var hasShell = false
  /// What has to be done before a drop.
  var beforeDrop: @Sendable (DefinedObject) -> [SQL] = { _ in [] }

  /// Nil for the kinds that have a model of their own.
  static func of(_ kind: ObjectKind) -> DefinedKind? {
    switch kind {
    case .language: LanguageKind.sql
    case .accessMethod: AccessMethodKind.sql
    case .collation: CollationKind.sql
    case .baseType: BaseTypeKind.sql
    case .rangeType: RangeTypeKind.sql
    case .operator: OperatorKind.sql
    case .operatorFamily: OperatorFamilyKind.sql
    case .operatorClass: OperatorClassKind.sql
    case .cast: CastKind.sql
    case .conversion: ConversionKind.sql
    case .transform: TransformKind.sql
    case .textSearchParser: TextSearchParserKind.sql
    case .textSearchTemplate: TextSearchTemplateKind.sql
    case .textSearchDictionary: TextSearchDictionaryKind.sql
    case .textSearchConfiguration: TextSearchConfigurationKind.sql
    case .foreignDataWrapper: ForeignDataWrapperKind.sql
    case .server: ServerKind.sql
    case .userMapping: UserMappingKind.sql
    case .subscription: SubscriptionKind.sql
    case .eventTrigger: EventTriggerKind.sql
    case .namespace, .extension, .enumType, .domain, .compositeType, .sequence, .function, .table,
      .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
      .virtualTable, .view, .materializedView, .rule, .trigger, .policy, .publication, .comment,
      .owner, .grant, .defaultPrivileges:
      nil
    }
  }

  /// `(NAME = value, …)` of those that have a value.
  static func list(_ pairs: [(name: SQL, value: SQL?)]) -> SQL {
    let present = pairs.compactMap { pair in
      pair.value.map { "\n    \(pair.name) = \($0)" as SQL }
    }
    return "(\(present.joined(","))\n)"
  }
}

/// Steps of the kinds that a name and attributes say everything about.
enum DefinedSteps {
  static func create(_ object: DefinedObject, _ context: PlanContext) -> [Step] {
    guard let kind = DefinedKind.of(object.id.kind) else { return [] }
    var step = Step(
      .create, object.id, produces: [object.id],
      consumes: context.needs(.defined(object), in: context.to),
      statements: kind.create(object).map { Statement($0) },
      hazards: secretHazards(object, since: nil))
    guard kind.hasShell, !ShellTypes.functions(of: object).isEmpty else { return [step] }
    let shell = ShellTypes.shell(of: object.id)
    step.consumes.append(shell)
    return [
      Step(
        .create, object.id, produces: [shell],
        consumes: object.id.namespace.map { [.namespace($0)] } ?? [],
        statements: [Statement("CREATE \(kind.words) \(kind.name(object.id))")]),
      step,
    ]
  }

  /// What nobody but a person can say.
  private static func secretHazards(
    _ new: DefinedObject, since old: DefinedObject?
  ) -> [Hazard] {
    if new.id.kind == .subscription, old == nil {
      return [
        Hazard(
          "SE07",
          "Subscription \(new.id.name) is made disabled and without its connection: set it by ALTER "
            + "SUBSCRIPTION … CONNECTION, then enable it.")
      ]
    }
    let known = old?["secrets"]?.texts ?? []
    let names = (new["secrets"]?.texts ?? []).filter { !known.contains($0) }.map(\.string)
    guard !names.isEmpty else { return [] }
    return [
      Hazard(
        "SE07",
        "The \(names.joined(separator: ", ")) of \(new.id.kind.displayName) \(new.id.name) must be set "
          + "by hand: secrets are not kept.")
    ]
  }

  static func drop(_ object: DefinedObject, _ context: PlanContext) -> [Step] {
    guard let kind = DefinedKind.of(object.id.kind) else { return [] }
    if kind.hasShell, let step = dropWithFunctions(object, kind, context) { return [step] }
    let drop: SQL = "DROP \(kind.words) \(kind.name(object.id))"
    return [
      Step(
        .drop, object.id, destroys: [object.id],
        releases: context.needs(.defined(object), in: context.from),
        statements: (kind.beforeDrop(object) + [drop]).map {
          Statement($0, lock: .accessExclusive)
        }, hazards: kind.hazards(object.id))
    ]
  }

  /// A type and the functions that it is made of need each other, and no `DROP` names both. What a role owns
  /// is dropped together, and refused as soon as anything else needs it.
  private static func dropWithFunctions(
    _ type: DefinedObject, _ kind: DefinedKind, _ context: PlanContext
  ) -> Step? {
    let functions = ShellTypes.functions(of: type).flatMap { path in
      context.from.objects(of: .function, under: path).filter { context.dropped.contains($0.id) }
    }
    guard !functions.isEmpty else { return nil }
    let own = [type.id] + Set(functions.map(\.id)).sorted()
    let role = IdentitySteps.aside(type.id.path)[1]
    var statements: [SQL] = ["CREATE ROLE \(role)"]
    statements += own.map { id in
      let name: SQL =
        id.kind == .function ? "ROUTINE \(RoutineSteps.signature(id))" : "TYPE \(path: id.path)"
      return "ALTER \(name) OWNER TO \(role)"
    }
    statements += ["DROP OWNED BY \(role)", "DROP ROLE \(role)"]
    let needed = ([.defined(type)] + functions).flatMap { context.needs($0, in: context.from) }
    return Step(
      .drop, type.id, destroys: own, releases: Set(needed).subtracting(own).sorted(),
      statements: statements.map { Statement($0, lock: .accessExclusive) },
      hazards: kind.hazards(type.id))
  }

  static func canAlter(_ old: DefinedObject, to new: DefinedObject) -> Bool {
    DefinedKind.of(new.id.kind)?.alter(old, new) != nil
  }

  static func alter(
    _ old: DefinedObject, to new: DefinedObject, _ context: PlanContext
  ) throws(PlanningError) -> Step {
    guard let statements = DefinedKind.of(new.id.kind)?.alter(old, new) else {
      throw .unhandled(new.id, fields: new.fields.map(\.name))
    }
    let needed = Set(context.needs(.defined(new), in: context.to))
    let released = Set(context.needs(.defined(old), in: context.from)).subtracting(needed)
    return Step(
      .alter, new.id, produces: [new.id], consumes: needed.sorted(), releases: released.sorted(),
      statements: statements.map { Statement($0, lock: .accessExclusive) },
      hazards: secretHazards(new, since: old))
  }
}

extension DefinedObject {
  /// The value as a bare word or a qualified name.
  func sql(_ attribute: String) -> SQL? {
    switch self[attribute] {
    case .name(let id): id.kind == .operator ? Self.operatorName(id) : "\(path: id.path)"
    case .text(let text):
      Int64(text.string) == nil ? "\(Identifier(text.string))" : .verbatim(text.string)
    case .type(let type): "\(type)"
    case .expression(let expression): "\(expression)"
    case .flag, .list, .set, .options, nil: nil
    }
  }

  /// The value as a string constant.
  func literal(_ attribute: String) -> SQL? {
    self[attribute]?.text.map { "\(literal: $0.string)" }
  }

  func isSet(_ attribute: String) -> Bool { self[attribute] != nil }

  /// Whether nothing but these attributes differs.
  func differs(from other: DefinedObject, onlyIn names: Set<String>) -> Bool {
    Set(attributes.keys).union(other.attributes.keys).subtracting(names)
      .allSatisfy { self[$0] == other[$0] }
  }

  static func operatorName(_ id: ObjectID) -> SQL {
    let name = SQL.verbatim(id.path.last?.raw ?? "")
    return id.path.count > 1 ? "OPERATOR(\(id.path[0]).\(name))" : "OPERATOR(pg_catalog.\(name))"
  }

  /// `OPTIONS (name 'value', …)`, or nothing.
  func optionsClause(_ attribute: String = "options") -> SQL {
    let options = self[attribute]?.options ?? []
    guard !options.isEmpty else { return .empty }
    let list = options.map { "\($0.name) \(literal: $0.value.text?.string ?? "")" as SQL }
    return " OPTIONS (\(list.joined(", ")))"
  }

  /// `OPTIONS (ADD …, SET …, DROP …)` from one list to the other; empty where they are the same.
  func optionChanges(from old: DefinedObject, _ attribute: String = "options") -> SQL {
    let before = old[attribute]?.options ?? []
    let after = self[attribute]?.options ?? []
    var clauses: [SQL] = []
    for option in before where !after.contains(where: { $0.name == option.name }) {
      clauses.append("DROP \(option.name)")
    }
    for option in after {
      let value: SQL = "\(literal: option.value.text?.string ?? "")"
      if let known = before.first(where: { $0.name == option.name }) {
        if known.value != option.value { clauses.append("SET \(option.name) \(value)") }
      } else {
        clauses.append("ADD \(option.name) \(value)")
      }
    }
    return clauses.isEmpty ? .empty : " OPTIONS (\(clauses.joined(", ")))"
  }
}

extension Catalog {
  /// A printed name (`regproc`, `regdictionary` …, under an empty search_path); nil for none.
  func name(_ kind: ObjectKind, _ text: String?) -> DefinedObject.Value? {
    guard let text, text != "-", text != "0", !text.isEmpty else { return nil }
    var path = (try? syntax.path(text)) ?? [Identifier(text)]
    if path.count == 2, path[0] == Identifier("pg_catalog") { path.removeFirst() }
    return .name(ObjectID(kind, path))
  }

  /// A name in two columns: the schema, and the name itself.
  func name(_ kind: ObjectKind, schema: String?, _ name: String?) -> DefinedObject.Value? {
    guard let name else { return nil }
    guard let schema, schema != "pg_catalog" else {
      return .name(ObjectID(kind, [Identifier(name)]))
    }
    return .name(ObjectID(kind, [Identifier(schema), Identifier(name)]))
  }

  func type(_ text: String?, _ oid: UInt32) -> DefinedObject.Value? {
    guard let text, oid != 0 else { return nil }
    return .type(TypeName(text, object: types[oid]?.object))
  }

  /// `name=value` elements as PostgreSQL keeps the options of foreign objects; sorted as it dumps them.
  func options(_ texts: [String], without secrets: (String) -> Bool = { _ in false })
    -> DefinedObject.Value?
  {
    let options = texts.compactMap { text -> DefinedObject.Option? in
      let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(halves[0])
      guard !secrets(name) else { return nil }
      return .init(
        name: Identifier(name), value: .text(ExactText(halves.count > 1 ? String(halves[1]) : "")))
    }
    return options.isEmpty ? nil : .options(options.sorted { $0.name < $1.name })
  }

  static func flag(_ isSet: Bool) -> DefinedObject.Value? { isSet ? .flag : nil }

  static func text(_ text: String?) -> DefinedObject.Value? { text.map { .text(ExactText($0)) } }

  /// Adds an object of a schema, unless it is an extension's or its schema is not the user's.
  mutating func add(
    _ kind: ObjectKind, at address: CatalogAddress, namespace: UInt32, _ names: [String],
    _ attributes: [String: DefinedObject.Value?]
  ) {
    guard let schema = namespaces[namespace] else { return }
    add(kind, at: address, path: [schema] + names.map { Identifier($0) }, attributes)
  }

  mutating func add(
    _ kind: ObjectKind, at address: CatalogAddress, path: [Identifier],
    _ attributes: [String: DefinedObject.Value?]
  ) {
    guard !isExtensionMember(address.catalog, address.oid) else { return }
    add(.defined(DefinedObject(id: ObjectID(kind, path), attributes: attributes)), at: address)
  }
}
