import Planning
import SQLText
import SchemaModel

enum SequenceSteps {
  /// The owner comes in a step of its own: its default needs the sequence first.
  static func create(_ sequence: Sequence, _ context: PlanContext) -> [Step] {
    let word: SQL = isUnlogged(sequence, in: context.to, context) ? "UNLOGGED " : ""
    let text: SQL = "CREATE \(word)SEQUENCE \(path: sequence.id.path)"
    var steps = [
      Step(
        .create, sequence.id, produces: [sequence.id], consumes: sequence.requires,
        statements: [Statement(text + options(sequence.options))])
    ]
    if let owner = sequence.ownedBy {
      steps.append(own(sequence.id, by: owner, of: context.role, context))
    }
    return steps
  }

  /// From version 15 on, where the sequence of an unlogged table is unlogged too if nothing else is said.
  private static func isUnlogged(
    _ sequence: Sequence, in schema: Schema, _ context: PlanContext
  ) -> Bool {
    guard context.serverVersion >= 150_000 else { return false }
    if let persistence = sequence.persistence { return persistence == .unlogged }
    guard let owner = sequence.ownedBy, case .table(let table)? = schema[owner.table] else {
      return false
    }
    return table.isUnlogged
  }

  /// After the table, which takes its sequences along when it becomes logged or unlogged.
  private static func persist(
    _ old: Sequence, as new: Sequence, _ context: PlanContext
  ) -> Step? {
    let isUnlogged = isUnlogged(new, in: context.to, context)
    let isHandedOver =
      old.ownedBy != new.ownedBy && isUnlogged != self.isUnlogged(old, in: context.from, context)
    guard context.serverVersion >= 150_000,
      old.persistence != new.persistence || isHandedOver
    else { return nil }
    return Step(
      .alter, new.id, produces: [], consumes: [new.id] + (new.ownedBy.map { [$0.table] } ?? []),
      statements: [persistence(new.id.path, isUnlogged ? .unlogged : .logged)])
  }

  static func persistence(_ path: [Identifier], _ wanted: SequencePersistence) -> Statement {
    let word: SQL = wanted == .logged ? "LOGGED" : "UNLOGGED"
    return Statement("ALTER SEQUENCE \(path: path) SET \(word)", lock: .accessExclusive)
  }

  static func drop(_ sequence: Sequence, _ context: PlanContext) -> Step {
    let lost = Hazard(
      "DL09", "The counter of sequence \(sequence.id.name) is lost.", needsPermission: true)
    return Step(
      .drop, sequence.id, destroys: [sequence.id],
      releases: sequence.requires,
      statements: [Statement("DROP SEQUENCE \(path: sequence.id.path)", lock: .accessExclusive)],
      hazards: isCarriedOver(sequence.id, context) ? [] : [lost], reversibility: .structureOnly)
  }

  /// Whether every column that counts with it goes on counting with another.
  private static func isCarriedOver(_ sequence: ObjectID, _ context: PlanContext) -> Bool {
    let users = context.dependents[sequence] ?? []
    return !users.isEmpty
      && users.allSatisfy { user in
        guard case .column(let old)? = context.from[user],
          case .column(let new)? = context.to[user]
        else { return false }
        return IdentitySteps.counter(of: old, in: context.from) == sequence
          && IdentitySteps.counter(of: new, in: context.to) != nil
      }
  }

  static func alter(_ old: Sequence, to new: Sequence, _ context: PlanContext) -> [Step] {
    var steps: [Step] = []
    if old.ownedBy != new.ownedBy {
      if let owner = new.ownedBy {
        let home = old.ownedBy.map { ObjectID.owner(of: $0.table) } ?? .owner(of: new.id)
        var role: Identifier?
        if case .owner(let present)? = context.from[home] { role = present.role }
        var step = own(new.id, by: owner, of: role, context)
        if let former = old.ownedBy {
          if context.dropped.contains(former) || context.dropped.contains(former.table),
            context.created.contains(owner.table)
          {
            // The new table may have to wait for names of the old one, which must not take the sequence along.
            let released = ObjectID.owner(of: former)
            steps.append(disown(new.id, from: former, produces: released))
            step.consumes.append(released)
          } else {
            step.releases = [former, former.table]
          }
        }
        steps.append(step)
      } else {
        steps.append(disown(new.id, from: old.ownedBy, produces: .owner(of: new.id)))
      }
    }
    if let step = persist(old, as: new, context) { steps.append(step) }
    let clauses = changes(from: old.options, to: new.options)
    if !clauses.isEmpty {
      steps.append(
        Step(
          .alter, new.id, produces: [new.id], destroys: [new.id],
          statements: [
            Statement("ALTER SEQUENCE \(path: new.id.path)\(clauses)", lock: .shareRowExclusive)
          ],
          hazards: [
            Hazard(
              "LK42", "nextval() of sequence \(new.id.name) waits until the change is committed.")
          ]))
    }
    return steps
  }

  private static func disown(
    _ sequence: ObjectID, from former: ObjectID?, produces product: ObjectID
  ) -> Step {
    Step(
      .alter, sequence, produces: [product], releases: former.map { [$0, $0.table] } ?? [],
      statements: [
        Statement("ALTER SEQUENCE \(path: sequence.path) OWNED BY NONE", lock: .shareRowExclusive)
      ])
  }

  /// `role` owns the sequence by now. A sequence and the table of its column must have one owner, so it is
  /// handed to that of a table which is there.
  private static func own(
    _ sequence: ObjectID, by owner: ObjectID, of role: Identifier?, _ context: PlanContext
  ) -> Step {
    var statements: [Statement] = []
    if let role, case .owner(let wanted)? = context.from[.owner(of: owner.table)],
      wanted.role != role
    {
      statements.append(
        Statement("ALTER SEQUENCE \(path: sequence.path) OWNER TO \(wanted.role)"))
    }
    statements.append(
      Statement(
        "ALTER SEQUENCE \(path: sequence.path) OWNED BY \(path: owner.path)",
        lock: .shareRowExclusive))
    return Step(
      .alter, sequence, produces: [.owner(of: sequence)],
      consumes: [sequence, owner, owner.table], statements: statements)
  }

  /// Only what differs from what `CREATE SEQUENCE` would choose. An identity column's sequence has its
  /// column's type.
  static func options(_ options: SequenceOptions, isIdentity: Bool = false) -> SQL {
    let usual = SequenceOptions.defaults(type: options.type, increment: options.increment)
    var sql = SQL.empty
    if !isIdentity, options.type != "bigint" { sql += " AS \(.verbatim(options.type))" }
    if options.increment != 1 { sql += " INCREMENT BY \(options.increment)" }
    if options.minimum != usual.minimum { sql += " MINVALUE \(options.minimum)" }
    if options.maximum != usual.maximum { sql += " MAXVALUE \(options.maximum)" }
    let start = options.increment < 0 ? options.maximum : options.minimum
    if options.start != start { sql += " START WITH \(options.start)" }
    if options.cache != 1 { sql += " CACHE \(options.cache)" }
    if options.cycles { sql += " CYCLE" }
    return sql
  }

  /// `set` is the word before each option of an identity column.
  static func changes(
    from old: SequenceOptions, to new: SequenceOptions, set: SQL = ""
  ) -> SQL {
    var reached = old
    var sql = SQL.empty
    func clause(_ text: SQL) -> SQL { set.isEmpty ? " \(text)" : " \(set) \(text)" }
    if old.type != new.type {
      if set.isEmpty { sql += clause("AS \(.verbatim(new.type))") }
      reached = retyped(old, to: new.type)
    }
    if reached.increment != new.increment { sql += clause("INCREMENT BY \(new.increment)") }
    if reached.minimum != new.minimum { sql += clause("MINVALUE \(new.minimum)") }
    if reached.maximum != new.maximum { sql += clause("MAXVALUE \(new.maximum)") }
    if reached.start != new.start { sql += clause("START WITH \(new.start)") }
    // Wherever the counter is, it is outside.
    if new.maximum < old.minimum || new.minimum > old.maximum { sql += " RESTART" }
    if reached.cache != new.cache { sql += clause("CACHE \(new.cache)") }
    if reached.cycles != new.cycles { sql += clause(new.cycles ? "CYCLE" : "NO CYCLE") }
    return sql
  }

  /// A new type moves the bounds that were the old type's own.
  static func retyped(_ options: SequenceOptions, to type: String) -> SequenceOptions {
    let old = SequenceOptions.defaults(type: options.type, increment: 1)
    let oldDown = SequenceOptions.defaults(type: options.type, increment: -1)
    var result = options
    result.type = type
    if options.maximum == old.maximum {
      result.maximum = SequenceOptions.defaults(type: type, increment: 1).maximum
    }
    if options.minimum == oldDown.minimum {
      result.minimum = SequenceOptions.defaults(type: type, increment: -1).minimum
    }
    return result
  }

  /// Carries a counter over.
  static func copyCounter(from old: [Identifier], to new: [Identifier]) -> Statement {
    let name = SQL.verbatim(Quoting.literal(Quoting.path(new)))
    return Statement(
      "SELECT pg_catalog.setval(\(name)::pg_catalog.regclass, last_value, is_called) FROM \(path: old)",
      lock: .rowExclusive)
  }

  /// Lets a counter that may be in use go on no sooner than where another has stopped.
  static func advance(
    _ sequence: [Identifier], past other: [Identifier], options: SequenceOptions
  ) -> Statement {
    let name = SQL.verbatim(Quoting.literal(Quoting.path(sequence)))
    let isBehind: SQL =
      options.increment < 0
      ? "(o.last_value, n.is_called) < (n.last_value, o.is_called)"
      : "(o.last_value, o.is_called) > (n.last_value, n.is_called)"
    return Statement(
      """
      SELECT pg_catalog.setval(\(name)::pg_catalog.regclass, o.last_value, o.is_called) \
      FROM \(path: other) o, \(path: sequence) n \
      WHERE \(isBehind) AND o.last_value BETWEEN \(options.minimum) AND \(options.maximum)
      """, lock: .rowExclusive)
  }

  /// Lets a new counter go on after the values that are there.
  static func startAfterRows(
    _ sequence: [Identifier], column: ObjectID, options: SequenceOptions
  ) -> Statement {
    let name = SQL.verbatim(Quoting.literal(Quoting.path(sequence)))
    let extreme: SQL =
      options.increment < 0 ? "pg_catalog.min(\(column.name))" : "pg_catalog.max(\(column.name))"
    return Statement(
      """
      SELECT pg_catalog.setval(\(name)::pg_catalog.regclass, \(extreme)) FROM \(path: column.relationPath) \
      HAVING \(extreme) BETWEEN \(options.minimum) AND \(options.maximum)
      """, lock: .accessShare)
  }
}
