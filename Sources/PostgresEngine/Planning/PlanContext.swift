import Planning
import SQLText
import SchemaDiff
import SchemaModel

/// Both sides of a plan with what is asked of them again and again. `from` speaks of the new names.
struct PlanContext {
  let from: Schema
  let to: Schema
  let changes: [Change]
  let change: [ObjectID: Change]
  /// Relations and columns that go.
  let dropped: Set<ObjectID>
  let created: Set<ObjectID>
  /// Who needs an object, on the old side, as far as texts tell.
  let dependents: [ObjectID: [ObjectID]]
  /// The old side's foreign keys by each column of either end.
  let foreignKeys: [ObjectID: [ForeignKey]]
  private let shells: ShellTypes
  /// The old side's tables by those that they inherit from, or are partitions of.
  let children: [ObjectID: [ObjectID]]
  /// As above, of the new side.
  let newChildren: [ObjectID: [ObjectID]]
  /// The server that carries the plan out.
  let serverVersion: Int
  /// Who presumably does: the role that the live side was read as. It owns what it makes.
  let role: Identifier?

  let isOnline: Bool
  /// What has a new name, as it is called now.
  let renamed: Set<ObjectID>

  init(
    from: Schema, to: Schema, changes: [Change], renames: [Rename] = [],
    style: PlanStyle = .online
  ) {
    renamed = Set(renames.map(\.to))
    isOnline = style.isOnline
    self.from = from
    self.to = to
    self.changes = changes
    var change: [ObjectID: Change] = [:]
    var dropped: Set<ObjectID> = []
    var created: Set<ObjectID> = []
    for item in changes {
      change[item.id] = item
      switch item {
      case .drop(.column(let column))
      where Inheritance.inherited(insteadOf: column, from, to) != nil:
        continue
      case .drop(let object): dropped.insert(object.id)
      case .create(let object): created.insert(object.id)
      case .alter: continue
      }
    }
    self.change = change
    self.dropped = dropped
    self.created = created
    var dependents: [ObjectID: [ObjectID]] = [:]
    for (id, needed) in from.dependencies {
      for other in needed { dependents[other, default: []].append(id) }
    }
    self.dependents = dependents.mapValues { $0.sorted() }
    var keys: [ObjectID: [ForeignKey]] = [:]
    for object in from.objects(of: .foreignKey) {
      guard case .foreignKey(let key) = object else { continue }
      for id in PlanContext.columns(of: key) { keys[id, default: []].append(key) }
    }
    foreignKeys = keys
    children = PlanContext.children(in: from)
    newChildren = PlanContext.children(in: to)
    role = from.scope.role ?? to.scope.role
    shells = ShellTypes(from, to)
    serverVersion =
      style.serverVersion ?? from.serverVersion ?? to.serverVersion ?? 140_000
  }

  private static func children(in schema: Schema) -> [ObjectID: [ObjectID]] {
    var children: [ObjectID: [ObjectID]] = [:]
    for case .table(let table) in schema.objects(of: .table) {
      for parent in table.parents { children[parent, default: []].append(table.id) }
    }
    return children
  }

  /// Whether a part of a table calls a function that needs the table: then it comes after both, and goes
  /// before them.
  static func waitsForTable(
    _ part: SchemaObject, _ table: ObjectID, in schema: Schema
  ) -> Bool {
    var seen: Set<ObjectID> = []
    var queue = (schema.dependencies[part.id] ?? []).filter { $0.kind == .function }
    while let id = queue.popLast() {
      guard seen.insert(id).inserted, let object = schema[id] else { continue }
      let needed = object.requires + (schema.dependencies[id] ?? [])
      if needed.contains(where: { $0 == table || $0.isPart(of: table) }) { return true }
      queue += needed.filter { $0.kind == .function }
    }
    return false
  }

  /// The old side's children and children's children.
  func descendants(of table: ObjectID) -> [ObjectID] {
    PlanContext.descendants(of: table, in: children)
  }

  /// As above, of the new side.
  func newDescendants(of table: ObjectID) -> [ObjectID] {
    PlanContext.descendants(of: table, in: newChildren)
  }

  private static func descendants(
    of table: ObjectID, in children: [ObjectID: [ObjectID]]
  ) -> [ObjectID] {
    var found: [ObjectID] = []
    var queue = children[table] ?? []
    while let next = queue.popLast() {
      found.append(next)
      queue += children[next] ?? []
    }
    return found.sorted()
  }

  static func columns(of key: ForeignKey) -> [ObjectID] {
    key.columns.map { key.id.table.part(.column, $0) }
      + key.referencedColumns.map { key.referencedTable.part(.column, $0) }
  }

  /// Everything that the object needs: its parts' own references, what its texts mention, the key that a
  /// foreign key leans on, the sequence that a default counts with.
  func needs(_ object: SchemaObject, in schema: Schema) -> [ObjectID] {
    var needed = object.requires + (schema.dependencies[object.id] ?? [])
    switch object {
    case .foreignKey(let key): needed += keys(of: key, in: schema)
    case .column(let column):
      if let text = column.defaultValue { needed += sequences(in: text) }
    case .function(let routine):
      if case .aggregate(let definition) = routine.body {
        needed += functions(of: definition.string, in: schema)
      }
      needed = shells.replacing(needed, of: routine.id)
    case .index: needed.append(ObjectID(.materializedView, object.id.relationPath))
    default: break
    }
    return needed + inherited(needed, by: object, in: schema)
  }

  /// A column that a table has from a parent is the parent's. Texts are known to need the table alone.
  private func inherited(
    _ needed: [ObjectID], by object: SchemaObject, in schema: Schema
  ) -> [ObjectID] {
    guard object.kind != .table, object.kind != .column else { return [] }
    var found: [ObjectID] = []
    for id in needed where id.kind == .column || id.kind == .table {
      guard case .table(let table)? = schema[id.table], !table.parents.isEmpty,
        id.kind == .table || !schema.contains(id)
      else { continue }
      for parent in Inheritance.ancestors(table.parents, in: schema) {
        if id.kind == .column {
          found.append(parent.part(.column, id.name))
        } else {
          found += schema.objects(of: .column, under: parent.path).map(\.id)
        }
      }
    }
    return found
  }

  /// What can only go once the object has gone. A partition can neither go nor leave while its parent is referred
  /// to.
  func holds(_ object: SchemaObject) -> [ObjectID] {
    guard case .foreignKey(let key) = object else { return needs(object, in: from) }
    let partitions = descendants(of: key.referencedTable)
    return needs(object, in: from) + partitions + partitions.map(PlanContext.place)
  }

  /// Stands for a partition's place in its parent.
  static func place(of partition: ObjectID) -> ObjectID { .milestone("attached", of: partition) }

  /// `SFUNC = public.f`: an aggregate's functions, whatever their arguments.
  private func functions(of definition: String, in schema: Schema) -> [ObjectID] {
    guard let tokens = try? Lexer.tokens(of: definition, rules: .postgresql) else { return [] }
    var found: [ObjectID] = []
    for (index, token) in tokens.enumerated()
    where token.isSymbol("=") && index > 0
      && tokens[index - 1].text.asciiLowercased.hasSuffix("func")
    {
      var path: [Identifier] = []
      for part in tokens[(index + 1)...] {
        if part.isSymbol(".") { continue }
        guard part.kind == .word || part.kind == .quotedName else { break }
        path.append(PostgresSyntax().identifier(part))
      }
      if path.count == 1 { path.insert(Identifier("public"), at: 0) }
      found += schema.objects(of: .function, under: path).map(\.id)
    }
    return found
  }

  /// The keys and unique indexes that a foreign key can lean on.
  func keys(of key: ForeignKey, in schema: Schema) -> [ObjectID] {
    let wanted = Set(key.referencedColumns)
    var found: [ObjectID] = []
    for kind in [ObjectKind.primaryKey, .unique, .index] {
      for object in schema.objects(of: kind, under: key.referencedTable.path) {
        if let columns = PlanContext.keyColumns(object), Set(columns) == wanted {
          found.append(object.id)
        }
      }
    }
    return found
  }

  /// The columns of a key or unique index, if it can be the target of a foreign key.
  static func keyColumns(_ object: SchemaObject) -> [Identifier]? {
    switch object {
    case .primaryKey(let key): return key.columns.map(\.name)
    case .unique(let key): return key.columns.map(\.name)
    case .index(let index) where index.isUnique && index.predicate == nil:
      var columns: [Identifier] = []
      for part in index.parts {
        guard case .column(let name) = part.subject else { return nil }
        columns.append(name)
      }
      return columns
    default: return nil
    }
  }

  /// The columns of its own table that an object names outside of its texts.
  static func ownColumns(_ object: SchemaObject) -> [Identifier] {
    switch object {
    case .primaryKey(let key): key.columns.map(\.name) + key.include
    case .unique(let key): key.columns.map(\.name) + key.include
    case .foreignKey(let key): key.columns
    case .index(let index):
      index.parts.compactMap { part -> Identifier? in
        guard case .column(let name) = part.subject else { return nil }
        return name
      } + index.include
    case .exclusion(let constraint):
      constraint.elements.compactMap { element -> Identifier? in
        guard case .column(let name) = element.part.subject else { return nil }
        return name
      } + constraint.include
    default: []
    }
  }

  /// The old side's foreign keys that lean on a key of this object's columns.
  func foreignKeys(on object: SchemaObject) -> [ForeignKey] {
    guard let columns = PlanContext.keyColumns(object), let first = columns.first else { return [] }
    let wanted = Set(columns)
    return (foreignKeys[object.id.table.part(.column, first)] ?? []).filter {
      $0.referencedTable == object.id.table && Set($0.referencedColumns) == wanted
    }
  }

  /// `nextval('public.t_id_seq'::regclass)`: the sequences that a default names.
  func sequences(in default: Expression) -> [ObjectID] {
    guard `default`.canonical.string.utf8.count > 10,
      let tokens = try? Lexer.tokens(of: `default`.text, rules: .postgresql)
    else { return [] }
    var found: [ObjectID] = []
    for (index, token) in tokens.enumerated()
    where token.kind == .string && index >= 2 && tokens[index - 1].isSymbol("(")
      && ["nextval", "currval", "setval"].contains(where: { tokens[index - 2].isWord($0) })
    {
      let inner = String(decoding: token.text.utf8.dropFirst().dropLast(), as: UTF8.self)
      guard let path = try? PostgresSyntax().path(inner) else { continue }
      let full = path.count > 1 ? path : [Identifier("public")] + path
      found.append(ObjectID(.sequence, full))
    }
    return found
  }

  /// Whether a function is dropped with a type that it is a part of.
  func goesWithType(_ function: ObjectID) -> Bool {
    dropped.contains(function) && shells.types(of: function).contains(where: dropped.contains)
  }

  /// Whether both sides have the object.
  func isAltered(_ id: ObjectID) -> Bool { from.contains(id) && to.contains(id) }

  func leavesPartitionsAlone(of table: ObjectID) -> Bool {
    from.scope.leavesPartitionsAlone(of: table) || to.scope.leavesPartitionsAlone(of: table)
  }

  /// What was said of the column's rows, for the way that the plan goes.
  func conversion(of column: ObjectID) -> Schema.Conversion? {
    if let said = to.conversions[column] { return said }
    guard let said = from.conversions[column] else { return nil }
    return Schema.Conversion(backfill: said.backfillDown, using: said.usingDown)
  }

  /// Whether a relation of the plan is new, so that nothing is locked and nothing lost.
  func isNew(_ relation: ObjectID) -> Bool { created.contains(relation) }
}
