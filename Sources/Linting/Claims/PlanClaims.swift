package import Planning
import SQLText
package import SchemaModel

extension Plan {
  /// The plan whose steps say what the lock table has of their statements, relation by relation, where the
  /// planner only knows what it locks itself. What is new in the plan is left out: nobody waits for it.
  /// `schema` is where the plan starts; SQLite locks whole files, so that there is nothing to say.
  package func claimed(from schema: Schema) -> Plan {
    guard engine == .postgresql, schema.objects.contains(where: { $0.kind == .table }) else {
      return self
    }
    let script = PlanScript(self)
    let version = (schema.serverVersion ?? 150_000) / 10_000
    var linter = Linter(options: LintOptions(version: version), base: Catalog(schema))
    guard let file = try? LintFile(name: "plan.sql", text: script.text) else { return self }
    let contexts = linter.walk(file).statements
    guard contexts.count == script.statementCount else { return self }
    var plan = self
    for (index, places) in script.places.enumerated() {
      plan.steps[index].claims = ClaimedImpacts.of(
        places.map { contexts[$0] }, in: schema, besides: steps[index])
    }
    return plan
  }
}

/// A plan as one text, with the transactions that its statements run in.
private struct PlanScript {
  private(set) var text = ""
  /// The numbers of each step's statements in the text.
  private(set) var places: [[Int]] = []
  private(set) var statementCount = 0
  private var isOpen = false

  init(_ plan: Plan) {
    for step in plan.steps {
      var own: [Int] = []
      for statement in step.statements {
        if statement.isTransactional != isOpen { add(isOpen ? "COMMIT" : "BEGIN") }
        isOpen = statement.isTransactional
        own.append(statementCount)
        add(statement.sql.text)
      }
      places.append(own)
    }
    if isOpen { add("COMMIT") }
  }

  private mutating func add(_ statement: String) {
    text += statement + ";\n"
    statementCount += 1
  }
}

private enum ClaimedImpacts {
  static func of(
    _ contexts: [LintContext], in schema: Schema, besides step: Step
  ) -> [Impact] {
    var found: [ObjectID: Impact] = [:]
    func add(_ id: ObjectID, _ lock: LockMode, _ work: Work) {
      let before = found[id] ?? Impact(relation: id, lock: lock, work: work)
      found[id] = Impact(
        relation: id, lock: max(before.lock, lock), work: max(before.work, work))
    }
    for (context, statement) in zip(contexts, step.statements) {
      for (key, lock) in context.claims.locks where !context.catalog.isNew(key) {
        guard let id = relation(key, context, schema) else { continue }
        add(id, lock, work(of: context.claims, on: key))
      }
      // What a block of code does, only the planner knows.
      if case .doBlock = context.node {
        for id in step.relations(of: statement) { add(id, statement.lock, statement.work) }
      }
    }
    return found.values.sorted { $0.relation < $1.relation }
  }

  /// Nil for indexes, which are not used but through their tables.
  private static func relation(
    _ key: RelationKey, _ context: LintContext, _ schema: Schema
  ) -> ObjectID? {
    let path = [key.schema, key.name]
    let kinds: [ObjectKind] = [.table, .view, .materializedView, .sequence]
    if let known = kinds.map({ ObjectID($0, path) }).first(where: schema.contains) { return known }
    switch context.catalog.relations[key]?.kind {
    case .table?: return ObjectID(.table, path)
    case .view?: return ObjectID(.view, path)
    case .materializedView?: return ObjectID(.materializedView, path)
    case .sequence?: return ObjectID(.sequence, path)
    case nil:
      // The other end of a foreign key, in a schema that nobody read.
      guard case .alter(let alter) = context.node, alter.object == .table,
        context.claims.locks[key] ?? .none <= .shareRowExclusive,
        context.catalog.indexes[key] == nil
      else { return nil }
      return ObjectID(.table, path)
    }
  }

  private static func work(of claims: Claims, on key: RelationKey) -> Work {
    if claims.rewrites.contains(key) || claims.mayRewrite.contains(key) { return .rewrite }
    if claims.builds.contains(key) { return .build }
    return claims.scans.contains(key) ? .scan : .metadata
  }
}
