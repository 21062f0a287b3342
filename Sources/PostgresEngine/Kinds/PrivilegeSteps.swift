import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Owners and grants, target by target: what a target has by then is known, and what is missing or too
/// much is granted and revoked.
struct PrivilegeSteps {
  private let context: PlanContext
  /// Objects that are made anew, so that they have what nobody granted.
  private let remade: Set<ObjectID>
  private let before: Index
  private let after: Index
  /// The tables of serial sequences, and the columns behind the sequences of identity columns.
  private var tables: [ObjectID: ObjectID] = [:]
  private var sequences: [ObjectID: [ObjectID]] = [:]
  private var identities: [ObjectID: ObjectID] = [:]

  /// Who owns what and who may do what, by target.
  private struct Index {
    var owners: [ObjectID: Identifier] = [:]
    var grants: [ObjectID: [Identifier: Grant]] = [:]

    init(_ schema: Schema) {
      for case .owner(let owner) in schema.objects(of: .owner) {
        if let target = owner.id.attachmentTarget { owners[target] = owner.role }
      }
      for case .grant(let grant) in schema.objects(of: .grant) {
        if let target = grant.id.attachmentTarget {
          grants[target, default: [:]][grant.grantee] = grant
        }
      }
    }
  }

  private struct Held: Equatable {
    var privileges: Set<ExactText> = []
    var grantable: Set<ExactText> = []

    init(_ privileges: Set<ExactText> = []) { self.privileges = privileges }
    init(_ grant: Grant) {
      privileges = Set(grant.privileges)
      grantable = Set(grant.grantable)
    }

    mutating func formUnion(_ other: Held) {
      privileges.formUnion(other.privileges)
      grantable.formUnion(other.grantable)
    }
  }

  static func steps(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    let isAsked = context.changes.contains { $0.id.kind.isPrivilege }
    guard isAsked || !remade.isEmpty else { return [] }
    let work = PrivilegeSteps(context: context, remade: remade)
    return work.steps() + DefaultPrivilegeSteps.steps(context)
  }

  private init(context: PlanContext, remade: Set<ObjectID>) {
    self.context = context
    self.remade = remade
    before = Index(context.from)
    after = Index(context.to)
    for schema in [context.from, context.to] {
      for case .sequence(let sequence) in schema.objects(of: .sequence) {
        if let owner = sequence.ownedBy { tables[sequence.id] = owner.table }
      }
    }
    for case .sequence(let sequence) in context.to.objects(of: .sequence) {
      if let owner = sequence.ownedBy { sequences[owner.table, default: []].append(sequence.id) }
    }
    for case .column(let column) in context.to.objects(of: .column) {
      guard let identity = column.identity else { continue }
      let name =
        identity.sequenceName
        ?? PostgresNames.sequence(table: column.id.table.name, column: column.id.name)
      identities[ObjectID(.sequence, [column.id.path[0], name])] = column.id
    }
  }

  private func steps() -> [Step] {
    var targets = targets()
    // What is revoked from a relation is revoked from its columns with it.
    var lost: [[Identifier]: [Identifier: Set<ExactText>]] = [:]
    for target in targets where target.kind != .column {
      for (grantee, held, wanted) in balance(target) {
        let gone = held.privileges.subtracting(wanted.privileges)
        if !gone.isEmpty { lost[target.path, default: [:]][grantee] = gone }
      }
    }
    let known = Set(targets)
    targets += after.grants.keys.filter {
      $0.kind == .column && lost[$0.relationPath] != nil && !known.contains($0) && remains($0)
    }.sorted()
    return targets.flatMap { steps($0, lost: lost[$0.relationPath] ?? [:]) }
  }

  /// What a change names, and what is made anew, with its columns.
  private func targets() -> [ObjectID] {
    var found: Set<ObjectID> = []
    for change in context.changes where change.id.kind == .owner || change.id.kind == .grant {
      if let target = change.id.attachmentTarget { found.insert(target) }
    }
    found.formUnion(remade.filter { after.owners[$0] != nil || after.grants[$0] != nil })
    for target in after.grants.keys where target.kind == .column && isMade(target) {
      found.insert(target)
    }
    return found.filter(remains).sorted()
  }

  /// The sequence of an identity column has no object of its own.
  private func remains(_ target: ObjectID) -> Bool {
    if context.to.contains(target) { return true }
    if target.kind == .column {
      if Inheritance.isInherited(target, context.to) { return true }
      return [ObjectKind.view, .materializedView].contains {
        context.to.contains(ObjectID($0, target.relationPath))
      }
    }
    return identities[target] != nil
  }

  private func isMade(_ target: ObjectID) -> Bool {
    if context.created.contains(target) || remade.contains(target) { return true }
    guard target.kind == .column else {
      return target.kind == .sequence && !context.from.contains(target)
        && before.grants[target] == nil
    }
    return [ObjectKind.table, .view, .materializedView].contains {
      let relation = ObjectID($0, target.relationPath)
      return context.created.contains(relation) || remade.contains(relation)
    }
  }

  /// Each grantee with what it holds by then and what it is to hold, in the order of the list.
  private func balance(
    _ target: ObjectID, lost: [Identifier: Set<ExactText>] = [:]
  ) -> [(grantee: Identifier, held: Held, wanted: Held)] {
    let owner = ownership(target)
    let have = present(target, owner: owner, isNew: isMade(target))
    var want = (after.grants[target] ?? [:]).mapValues(Held.init)
    for grantee in have.keys where want[grantee] == nil {
      want[grantee] = usual(target, grantee, owner: owner)
    }
    let order = (after.grants[target] ?? [:]).mapValues { $0.position ?? .max }
    let grantees = want.keys.sorted {
      let (left, right) = (order[$0] ?? .max, order[$1] ?? .max)
      return left == right ? $0 < $1 : left < right
    }
    return grantees.map { grantee in
      var held = have[grantee] ?? usual(target, grantee, owner: owner)
      if target.kind == .column, let gone = lost[grantee] {
        held.privileges.subtract(gone)
        held.grantable.subtract(gone)
      }
      return (grantee, held, want[grantee] ?? Held())
    }
  }

  private func steps(_ target: ObjectID, lost: [Identifier: Set<ExactText>]) -> [Step] {
    let isNew = isMade(target)
    var steps: [Step] = []
    if let role = after.owners[target],
      isNew
        ? role != context.role
        : role != before.owners[target] ?? tables[target].flatMap({ before.owners[$0] })
    {
      steps.append(ownerStep(target, "\(role)"))
    } else if target == .namespace(Identifier("public")), !isNew, before.owners[target] != nil,
      after.owners[target] == nil
    {
      // As a new database has it.
      steps.append(
        ownerStep(
          target, context.serverVersion >= 150_000 ? "pg_database_owner" : "CURRENT_USER"))
    }
    var revocations: [Statement] = []
    var grants: [Statement] = []
    for (grantee, held, wanted) in balance(target, lost: lost) {
      revocations += revoked(held, wanted, on: target, from: grantee)
      grants += granted(held, wanted, on: target, to: grantee)
    }
    guard !revocations.isEmpty || !grants.isEmpty else { return steps }
    steps.append(
      Step(
        .alter, .grant(on: target, to: Grant.everybody),
        produces: [.grant(on: target, to: Grant.everybody)],
        consumes: needs(target) + [.owner(of: target)]
          + (target.kind == .column ? relationGrants(target) : []),
        statements: revocations + grants,
        hazards: revocations.isEmpty
          ? [] : [Hazard("BC15", "Roles that relied on what is revoked are refused.")]))
    return steps
  }

  /// Who owns the target once the plan is done, as far as the schemas tell.
  private func ownership(_ target: ObjectID) -> Identifier? {
    if let role = after.owners[target] ?? before.owners[target] { return role }
    if let table = identities[target]?.table ?? tables[target] {
      return after.owners[table] ?? before.owners[table] ?? context.role
    }
    return isMade(target) ? context.role : nil
  }

  private func usual(_ target: ObjectID, _ grantee: Identifier, owner: Identifier?) -> Held {
    guard let letter = Privileges.letter(of: target.kind), letter != "c" else { return Held() }
    if grantee == owner {
      return Held(Privileges.all(letter, serverVersion: context.serverVersion))
    }
    guard grantee == Grant.everybody else { return Held() }
    if target == .namespace(Identifier("public")) {
      return Held(context.serverVersion >= 150_000 ? ["usage"] : ["usage", "create"])
    }
    return Held(Privileges.ofEverybody(letter))
  }

  /// What grantees hold when the target's structure and owner are as wanted.
  private func present(
    _ target: ObjectID, owner: Identifier?, isNew: Bool
  ) -> [Identifier: Held] {
    if isNew { return fromDefaults(target, owner: owner) }
    var held = (before.grants[target] ?? [:]).mapValues(Held.init)
    // ALTER … OWNER hands the old owner's part to the new one.
    if let old = before.owners[target], let new = owner, old != new {
      let part = held[old] ?? usual(target, old, owner: old)
      var sum = held[new] ?? Held()
      sum.formUnion(part)
      held[old] = Held()
      held[new] = sum
    }
    return held
  }

  /// What default privileges have given to a new object, on either side of the plan: taken back where it is
  /// not wanted, given where it is.
  private func fromDefaults(_ target: ObjectID, owner: Identifier?) -> [Identifier: Held] {
    guard let letter = Privileges.letter(of: target.kind) else { return [:] }
    var held: [Identifier: Held] = [:]
    for schema in [context.from, context.to] {
      for case .defaultPrivileges(let item) in schema.objects(of: .defaultPrivileges)
      where Privileges.letter(of: item.objects) == letter
        && (item.schema == nil || item.schema == target.namespace) && item.grantee != owner
      {
        // What everybody has of new objects where nobody says otherwise.
        if item.schema == nil, item.grantee == Grant.everybody,
          after.grants[target]?[item.grantee] == nil,
          !Privileges.ofEverybody(letter).isSubset(of: Set(item.privileges))
        {
          held[item.grantee, default: Held()].formUnion(Held())
        }
        // Whether they apply depends on who runs the plan: revoking is harmless, and so is granting anew.
        let wanted = after.grants[target]?[item.grantee].map(Held.init) ?? Held()
        var part = Held(Set(item.privileges).subtracting(wanted.privileges))
        part.grantable = Set(item.grantable).subtracting(wanted.grantable)
        if !part.privileges.isEmpty { held[item.grantee, default: Held()].formUnion(part) }
      }
    }
    return held
  }

  // MARK: - Statements

  private func ownerStep(_ target: ObjectID, _ role: SQL) -> Step {
    // A sequence and the table that it belongs to have one owner: it follows.
    let followers = (sequences[target] ?? []).map { ObjectID.owner(of: $0) }
    return Step(
      .alter, .owner(of: target), produces: [.owner(of: target)],
      consumes: needs(target) + followers + [.owner(of: target)],
      statements: [
        Statement(
          "ALTER \(CommentSteps.name(target)) OWNER TO \(role)", lock: .accessExclusive)
      ])
  }

  private func relationGrants(_ column: ObjectID) -> [ObjectID] {
    [ObjectKind.table, .view, .materializedView].map {
      .grant(on: ObjectID($0, column.relationPath), to: Grant.everybody)
    }
  }

  private func needs(_ target: ObjectID) -> [ObjectID] {
    if target.kind == .column {
      return [
        target, target.table, ObjectID(.view, target.relationPath),
        ObjectID(.materializedView, target.relationPath),
      ]
    }
    if let column = identities[target] { return [target, column, column.table] }
    return [target]
  }

  private func revoked(
    _ held: Held, _ wanted: Held, on target: ObjectID, from grantee: Identifier
  ) -> [Statement] {
    var statements: [Statement] = []
    let gone = held.privileges.subtracting(wanted.privileges)
    if !gone.isEmpty {
      statements.append(
        Statement(
          "REVOKE \(list(gone, target)) FROM \(PrivilegeSteps.role(grantee))"))
    }
    let options = held.grantable.subtracting(wanted.grantable).intersection(wanted.privileges)
    if !options.isEmpty {
      statements.append(
        Statement(
          "REVOKE GRANT OPTION FOR \(list(options, target)) FROM \(PrivilegeSteps.role(grantee))"))
    }
    return statements
  }

  private func granted(
    _ held: Held, _ wanted: Held, on target: ObjectID, to grantee: Identifier
  ) -> [Statement] {
    var statements: [Statement] = []
    let options = wanted.grantable.subtracting(held.grantable)
    let plain = wanted.privileges.subtracting(held.privileges).subtracting(options)
    if !plain.isEmpty {
      statements.append(
        Statement("GRANT \(list(plain, target)) TO \(PrivilegeSteps.role(grantee))"))
    }
    if !options.isEmpty {
      statements.append(
        Statement(
          "GRANT \(list(options, target)) TO \(PrivilegeSteps.role(grantee)) WITH GRANT OPTION"))
    }
    return statements
  }

  /// `SELECT, UPDATE ON TABLE t`, `SELECT (a) ON TABLE t`.
  private func list(_ privileges: Set<ExactText>, _ target: ObjectID) -> SQL {
    let isColumn = target.kind == .column
    let letter = Privileges.letter(of: target.kind) ?? ""
    let all = Privileges.all(letter, serverVersion: context.serverVersion)
    let words: SQL
    if privileges == all, privileges.count > 1, !isColumn {
      words = "ALL"
    } else {
      words = privileges.sorted().map { name -> SQL in
        let word = PrivilegeSteps.word(name)
        return isColumn ? "\(word) (\(target.name))" : word
      }.joined(", ")
    }
    return "\(words) ON \(PrivilegeSteps.name(target))"
  }

  static func word(_ privilege: ExactText) -> SQL {
    .verbatim(
      String(
        decoding: privilege.string.utf8.map { $0 >= 97 && $0 <= 122 ? $0 & 0xDF : $0 },
        as: UTF8.self))
  }

  static func role(_ grantee: Identifier) -> SQL {
    grantee == Grant.everybody ? "PUBLIC" : "\(grantee)"
  }

  private static func name(_ target: ObjectID) -> SQL {
    // Relations are all tables to GRANT.
    if target.kind == .column || target.kind == .view || target.kind == .materializedView {
      return "TABLE \(path: target.relationPath)"
    }
    return target.kind == .server ? "FOREIGN SERVER \(target.name)" : CommentSteps.name(target)
  }
}

/// `ALTER DEFAULT PRIVILEGES`.
enum DefaultPrivilegeSteps {
  static func steps(_ context: PlanContext) -> [Step] {
    context.changes.compactMap { change -> Step? in
      switch change {
      case .create(.defaultPrivileges(let new)): step(nil, new, new, context)
      case .drop(.defaultPrivileges(let old)): step(old, nil, old, context)
      case .alter(let alteration):
        if case (.defaultPrivileges(let old), .defaultPrivileges(let new)) = (
          alteration.from, alteration.to
        ) {
          step(old, new, new, context)
        } else {
          nil
        }
      case .create, .drop: nil
      }
    }
  }

  private static func step(
    _ old: DefaultPrivileges?, _ new: DefaultPrivileges?, _ any: DefaultPrivileges,
    _ context: PlanContext
  ) -> Step {
    let usual = usual(any, context)
    let held = old.map { (Set($0.privileges), Set($0.grantable)) } ?? (usual, [])
    let wanted = new.map { (Set($0.privileges), Set($0.grantable)) } ?? (usual, [])
    var statements: [Statement] = []
    func run(_ verb: SQL, _ privileges: Set<ExactText>, _ tail: SQL = "") {
      guard !privileges.isEmpty else { return }
      let names = privileges.sorted().map { PrivilegeSteps.word($0) }.joined(", ")
      let kind = PrivilegeSteps.word(ExactText(any.objects.rawValue))
      let home = any.schema.map { schema -> SQL in " IN SCHEMA \(schema)" } ?? ""
      let way: SQL = verb.text.hasPrefix("GRANT") ? "TO" : "FROM"
      statements.append(
        Statement(
          """
          ALTER DEFAULT PRIVILEGES FOR ROLE \(any.role)\(home) \(verb) \(names) ON \(kind) \(way) \
          \(PrivilegeSteps.role(any.grantee))\(tail)
          """))
    }
    run("REVOKE", held.0.subtracting(wanted.0))
    run("REVOKE GRANT OPTION FOR", held.1.subtracting(wanted.1).intersection(wanted.0))
    let options = wanted.1.subtracting(held.1)
    run("GRANT", wanted.0.subtracting(held.0).subtracting(options))
    run("GRANT", options, " WITH GRANT OPTION")
    let isGone = new == nil
    return Step(
      isGone ? .drop : .alter, any.id, produces: isGone ? [] : [any.id],
      consumes: isGone ? [] : any.requires, destroys: isGone ? [any.id] : [],
      releases: isGone ? any.requires : [], statements: statements)
  }

  private static func usual(_ item: DefaultPrivileges, _ context: PlanContext) -> Set<ExactText> {
    guard item.schema == nil else { return [] }
    let letter = Privileges.letter(of: item.objects)
    if item.grantee == item.role {
      return Privileges.all(letter, serverVersion: context.serverVersion)
    }
    return item.grantee == Grant.everybody ? Privileges.ofEverybody(letter) : []
  }
}
