package import SchemaModel

/// How large a relation is, by the statistics of a live database.
package struct RelationSize: Hashable, Sendable {
  package var rows: Int64
  package var bytes: Int64

  package init(rows: Int64, bytes: Int64) {
    self.rows = rows
    self.bytes = bytes
  }

  /// `about 1,200,000 rows, 96 MiB`.
  package var sentence: String {
    "about \(RelationSize.grouped(rows)) rows, \(RelationSize.amount(bytes))"
  }

  private static func grouped(_ number: Int64) -> String {
    var text = ""
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  private static func amount(_ bytes: Int64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
    var value = bytes
    var unit = 0
    while value >= 10_000, unit < units.count - 1 {
      value = (value + 512) / 1024
      unit += 1
    }
    return "\(value) \(units[unit])"
  }
}

/// What a step means for those who use a relation that was there before.
package struct Impact: Hashable, Sendable {
  package var relation: ObjectID
  package var lock: LockMode
  /// What is done while the lock is held.
  package var work: Work
  package var size: RelationSize?

  package init(relation: ObjectID, lock: LockMode, work: Work, size: RelationSize? = nil) {
    self.relation = relation
    self.lock = lock
    self.work = work
    self.size = size
  }

  package var readersWait: Bool { lock == .accessExclusive }
  package var writersWait: Bool { lock >= .share }

  /// `public.users: ACCESS EXCLUSIVE, readers and writers wait; metadata only`.
  package var sentence: String {
    let waiting =
      readersWait ? "readers and writers wait" : writersWait ? "writers wait" : "nobody waits"
    let size = size.map { " (\($0.sentence))" } ?? ""
    return
      "\(QualifiedName.text(relation.path)): \(lock.rawValue), \(waiting); \(work.rawValue)\(size)"
  }
}

extension Step {
  /// The strongest lock and the longest work for each relation, in the order of the statements.
  package var impacts: [Impact] {
    if let claims {
      return claims.map { claim in
        var impact = claim
        impact.size = sizes[claim.relation]
        return impact
      }
    }
    var found: [Impact] = []
    for statement in statements where statement.lock > .none {
      for relation in relations(of: statement) {
        if let index = found.firstIndex(where: { $0.relation == relation }) {
          found[index].lock = max(found[index].lock, statement.lock)
          found[index].work = max(found[index].work, statement.work)
        } else {
          found.append(
            Impact(
              relation: relation, lock: statement.lock, work: statement.work,
              size: sizes[relation]))
        }
      }
    }
    return found
  }

  /// What the statement, one of the step's, locks: what the step is about where it says nothing else.
  package func relations(of statement: Statement) -> [ObjectID] {
    guard statement.lock > .none else { return [] }
    guard statement.locked.isEmpty else { return statement.locked }
    let target = subject.attachmentTarget ?? subject
    return [target.kind.isPartOfRelation ? target.table : target]
  }
}

extension Plan {
  /// The relations whose sizes matter.
  package var lockedRelations: [ObjectID] {
    Set(steps.flatMap(\.impacts).filter { $0.writersWait || $0.work > .metadata }.map(\.relation))
      .sorted()
  }

  /// The plan with what a live database says of its relations: what is slow on large tables alone is no
  /// matter on small ones.
  package func sized(
    by sizes: [ObjectID: RelationSize], smallTableRows: Int64
  ) -> Plan {
    guard !sizes.isEmpty else { return self }
    var plan = self
    plan.steps = steps.map { step in
      var step = step
      step.sizes = sizes
      let affected = step.impacts.filter { $0.writersWait }
      let isSmall =
        !affected.isEmpty
        && affected.allSatisfy { $0.size.map { $0.rows < smallTableRows } ?? false }
      guard isSmall else { return step }
      for index in step.hazards.indices where step.hazards[index].code.hasPrefix("LK") {
        step.hazards[index].severity = .information
      }
      return step
    }
    return plan
  }
}
