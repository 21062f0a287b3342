import SQLText
import SchemaModel

extension ObjectKind {
  /// Whether objects of the kind have an owner of their own.
  var isOwned: Bool {
    switch self {
    case .namespace, .language, .collation, .enumType, .baseType, .domain, .compositeType,
      .rangeType, .sequence, .function, .operator, .operatorFamily, .operatorClass, .conversion,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .table,
      .statistics, .view, .materializedView, .publication, .subscription, .eventTrigger:
      true
    case .extension, .accessMethod, .cast, .transform, .textSearchParser, .textSearchTemplate,
      .userMapping, .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index,
      .virtualTable, .rule, .trigger, .policy, .comment, .owner, .grant,
      .defaultPrivileges:
      false
    }
  }
}

/// What the files say of owners and grants beside the objects.
struct PrivilegeScope {
  var management = Management(owners: false, grants: false, roles: [], isPartial: true)
  /// Of every object that says nothing else.
  var owner: Identifier?
  /// Where owners and grants are said; each must be managed.
  var places: [(key: String, source: YAMLSource, mark: YAMLMark)] = []
}

extension SchemaBuilder {
  mutating func readManagement(_ fields: Fields) {
    if let node = fields["manage"] {
      for (text, item) in nodes.texts(node, of: "'manage'") {
        let word = text.asciiLowercased
        if word == "owners" || word == "all" { privileges.management.owners = true }
        if word == "grants" || word == "all" { privileges.management.grants = true }
        guard !["owners", "grants", "all"].contains(word) else { continue }
        nodes.report(
          item.mark, "'manage' is owners, grants or all, not '\(nodes.shown(text))'",
          suggestion: nearestName(to: text, among: ["owners", "grants", "all"])
            .map { "did you mean '\($0)'?" })
      }
    }
    if let node = fields["roles"] {
      for (text, item) in nodes.texts(node, of: "'roles'") { _ = role(text, at: item) }
    }
    if let node = fields["owner"], let text = fields.text("owner"), let name = role(text, at: node)
    {
      if let known = privileges.owner, known != name {
        nodes.report(node.mark, "another file says '\(known.raw)'")
      }
      privileges.owner = name
      privileges.places.append(("owner", nodes.source, fields.keyMark("owner")))
    }
    guard let node = fields["default_privileges"], case .sequence(let items) = node.content else {
      return
    }
    for item in items { readDefaultPrivileges(item) }
  }

  private mutating func role(_ text: String, at node: YAMLNode) -> Identifier? {
    guard let name = name(text, at: node) else { return nil }
    privileges.management.roles?.insert(name)
    return name
  }

  mutating func readOwner(_ fields: Fields, of id: ObjectID) {
    guard let node = fields["owner"], let text = fields.text("owner"),
      let role = role(text, at: node)
    else { return }
    let owner = Owner(of: id, role: role)
    guard claim(owner.id, at: fields.keyMark("owner")) else { return }
    objects.append(.owner(owner))
    privileges.places.append(("owner", nodes.source, fields.keyMark("owner")))
  }

  /// `grants` of an object: role to privileges.
  mutating func readGrants(_ node: YAMLNode?, on id: ObjectID, at mark: YAMLMark) {
    guard let node else { return }
    privileges.places.append(("grants", nodes.source, mark))
    for (position, pair) in nodes.pairs(node, of: "'grants'").enumerated() {
      guard let grantee = role(pair.name, at: pair.key),
        let held = held(pair.value, known: SchemaBuilder.privileges(on: id.kind))
      else { continue }
      let grant = Grant(
        on: id, to: grantee, privileges: held.privileges, grantable: held.grantable,
        position: position)
      if claim(grant.id, at: pair.key.mark) { objects.append(.grant(grant)) }
    }
  }

  private mutating func held(
    _ node: YAMLNode, known: [String]
  ) -> (privileges: [ExactText], grantable: [ExactText])? {
    guard case .mapping = node.content else {
      if node.isNull { return ([], []) }
      return (names(of: node, known: known), [])
    }
    let fields = nodes.fields(node, SchemaKeys.grant, of: "a grant")
    let grantable = fields["grantable"].map { names(of: $0, known: known) } ?? []
    let plain = fields["privileges"].map { names(of: $0, known: known) } ?? []
    return (Array(Set(plain).union(grantable)), grantable)
  }

  private mutating func names(of node: YAMLNode, known: [String]) -> [ExactText] {
    var found: Set<ExactText> = []
    for (text, item) in nodes.texts(node, of: "privileges") {
      let word = text.asciiLowercased
      if word == "all" {
        // MAINTAIN came with version 17, which a file does not know of.
        found.formUnion(known.filter { $0 != "maintain" }.map { ExactText($0) })
      } else if known.contains(word) {
        found.insert(ExactText(word))
      } else {
        nodes.report(
          item.mark, "'\(nodes.shown(text))' cannot be granted here",
          suggestion: nearestName(to: word, among: known).map { "did you mean '\($0)'?" }
            ?? "known are all, \(known.joined(separator: ", "))")
      }
    }
    return Array(found)
  }

  /// postgresql.org/docs/current/ddl-priv.html, table 5.2.
  private static func privileges(on kind: ObjectKind) -> [String] {
    switch kind {
    case .table, .view, .materializedView:
      [
        "select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain",
      ]
    case .column: ["select", "insert", "update", "references"]
    case .sequence: ["usage", "select", "update"]
    case .function: ["execute"]
    case .namespace: ["usage", "create"]
    case .enumType, .domain, .compositeType, .rangeType, .baseType, .language, .foreignDataWrapper,
      .server:
      ["usage"]
    case .extension, .accessMethod, .collation, .operator, .operatorFamily, .operatorClass, .cast,
      .conversion, .transform, .textSearchParser, .textSearchTemplate, .textSearchDictionary,
      .textSearchConfiguration, .userMapping, .primaryKey, .unique, .check, .exclusion,
      .foreignKey, .index, .statistics, .virtualTable, .rule, .trigger, .policy, .publication,
      .subscription, .eventTrigger, .comment, .owner, .grant, .defaultPrivileges:
      []
    }
  }

  private mutating func readDefaultPrivileges(_ node: YAMLNode) {
    let fields = nodes.fields(node, SchemaKeys.defaultPrivileges, of: "default privileges")
    guard let place = fields["for"], let text = fields.text("for"),
      let maker = role(text, at: place),
      let kind = fields.word("on").flatMap({ DefaultPrivileges.Kind(rawValue: $0) })
    else { return }
    var home: Identifier?
    if let place = fields["in"], let text = fields.text("in") { home = name(text, at: place) }
    privileges.places.append(("default_privileges", nodes.source, node.mark))
    for (position, pair) in nodes.pairs(fields["grants"], of: "'grants'").enumerated() {
      guard let grantee = role(pair.name, at: pair.key),
        let held = held(pair.value, known: SchemaBuilder.privileges(of: kind))
      else { continue }
      let item = DefaultPrivileges(
        of: maker, in: home, on: kind, to: grantee, privileges: held.privileges,
        grantable: held.grantable, position: position)
      if claim(item.id, at: pair.key.mark) { objects.append(.defaultPrivileges(item)) }
    }
  }

  private static func privileges(of kind: DefaultPrivileges.Kind) -> [String] {
    switch kind {
    case .tables: privileges(on: .table)
    case .sequences: privileges(on: .sequence)
    case .functions: privileges(on: .function)
    case .types: privileges(on: .enumType)
    case .schemas: privileges(on: .namespace)
    case .largeObjects: ["select", "update"]
    }
  }

  /// The file's owner for what says nothing else; complaints about what is said and not managed.
  mutating func finishPrivileges() {
    let managed = privileges.management
    for (key, source, mark) in privileges.places {
      let word = key == "owner" ? "owners" : "grants"
      if key == "owner" ? managed.owners : managed.grants { continue }
      nodes.source = source
      nodes.report(
        mark, "'\(key)' is not compared: 'manage' does not list \(word)",
        suggestion: "add 'manage: [\(word)]' to the file")
    }
    guard let owner = privileges.owner else { return }
    var added: [SchemaObject] = []
    for object in objects where object.kind.isOwned && places[.owner(of: object.id)] == nil {
      // A sequence has the owner of the table that it belongs to; `public` belongs to the database's.
      if case .sequence(let sequence) = object, sequence.ownedBy != nil { continue }
      if object.id == .namespace(Identifier("public")) { continue }
      let implied = Owner(of: object.id, role: owner)
      places[implied.id] = places[object.id]
      added.append(.owner(implied))
    }
    objects += added
  }
}

/// Owners and grants by what they are on, for the writer.
struct WrittenPrivileges {
  private(set) var owners: [ObjectID: Identifier] = [:]
  private(set) var grants: [ObjectID: [Grant]] = [:]
  /// The owner of most objects, if every object has one.
  private(set) var usualOwner: Identifier?
  private(set) var roles: Set<Identifier> = []

  init(_ schema: Schema, isPartial: Bool) {
    var counts: [Identifier: Int] = [:]
    for case .owner(let owner) in schema.objects(of: .owner) {
      guard let target = owner.id.attachmentTarget else { continue }
      owners[target] = owner.role
      counts[owner.role, default: 0] += 1
    }
    for case .grant(let grant) in schema.objects(of: .grant) {
      if let target = grant.id.attachmentTarget { grants[target, default: []].append(grant) }
      roles.insert(grant.grantee)
    }
    for (target, list) in grants {
      grants[target] = list.sorted { ($0.position ?? .max) < ($1.position ?? .max) }
    }
    for case .defaultPrivileges(let item) in schema.objects(of: .defaultPrivileges) {
      roles.insert(item.grantee)
    }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    let isWhole = schema.objects.allSatisfy { object in
      if case .sequence(let sequence) = object, sequence.ownedBy != nil { return true }
      return !object.kind.isOwned || owners[object.id] != nil
        || object.id == .namespace(Identifier("public"))
    }
    if isWhole { usualOwner = most }
  }

  /// What has to be written beside the object.
  func owner(of id: ObjectID) -> Identifier? {
    guard let owner = owners[id] else { return nil }
    return owner == usualOwner && id != .namespace(Identifier("public")) ? nil : owner
  }

  func says(_ id: ObjectID) -> Bool { owner(of: id) != nil || grants[id] != nil }
}

extension SchemaWriter {
  /// The keys at the top of the file.
  func management() -> [YAMLEntry] {
    guard managing.owners || managing.grants else { return [] }
    let words: [YAMLValue] =
      (managing.owners ? [.word("owners")] : []) + (managing.grants ? [.word("grants")] : [])
    var entries = [YAMLEntry("manage", words.count == 2 ? .word("all") : .sequence(words))]
    if let owner = privileges.usualOwner { entries.append(YAMLEntry("owner", name(owner))) }
    let roles = privileges.roles.union(managing.roles ?? []).sorted()
    if managing.grants, !roles.isEmpty { entries.append(YAMLEntry("roles", names(roles))) }
    return entries
  }

  func ownerAndGrants(_ id: ObjectID) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    if let owner = privileges.owner(of: id) { entries.append(YAMLEntry("owner", name(owner))) }
    return entries + grants(privileges.grants[id] ?? [])
  }

  func grants(_ list: [Grant]) -> [YAMLEntry] {
    guard !list.isEmpty else { return [] }
    return [
      YAMLEntry(
        "grants",
        .mapping(
          list.map { YAMLEntry(name: text($0.grantee), held($0.privileges, $0.grantable)) }))
    ]
  }

  private func held(_ privileges: [ExactText], _ grantable: [ExactText]) -> YAMLValue {
    func words(_ list: [ExactText]) -> YAMLValue { .sequence(list.map { .word($0.string) }) }
    guard !grantable.isEmpty else { return words(privileges) }
    let plain = privileges.filter { !grantable.contains($0) }
    let entries = plain.isEmpty ? [] : [YAMLEntry("privileges", words(plain))]
    return .mapping(entries + [YAMLEntry("grantable", words(grantable))])
  }

  func defaultPrivileges() -> [YAMLEntry] {
    var order: [[Identifier]] = []
    var lists: [[Identifier]: [DefaultPrivileges]] = [:]
    for case .defaultPrivileges(let item) in schema.objects(of: .defaultPrivileges) {
      let key = Array(item.id.path.dropLast())
      if lists[key] == nil { order.append(key) }
      lists[key, default: []].append(item)
    }
    guard !order.isEmpty else { return [] }
    let items = order.map { key -> YAMLValue in
      let list = (lists[key] ?? []).sorted { ($0.position ?? .max) < ($1.position ?? .max) }
      var entries = [YAMLEntry("for", name(key[0]))]
      if !key[1].raw.isEmpty { entries.append(YAMLEntry("in", name(key[1]))) }
      entries.append(YAMLEntry("on", .word(key[2].raw)))
      entries.append(
        YAMLEntry(
          "grants",
          .mapping(
            list.map { YAMLEntry(name: text($0.grantee), held($0.privileges, $0.grantable)) })))
      return .mapping(entries)
    }
    return [YAMLEntry("default_privileges", .sequence(items)).spaced()]
  }
}
