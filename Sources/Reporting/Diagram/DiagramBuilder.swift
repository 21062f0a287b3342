import Comparison
import SchemaDiff
import SchemaModel

/// Collects the tables of one schema, or of both sides of a comparison.
struct DiagramBuilder {
  private struct Link: Hashable {
    var from: ObjectID
    var to: ObjectID
    var name: Identifier
  }

  private var nodes: [ObjectID: Diagram.Node] = [:]
  private var edges: [Link: Diagram.Edge] = [:]
  private var marks: [ObjectID: Diagram.Mark] = [:]

  /// What is known already stays as it is; `renamed` are objects that are known under other names.
  mutating func add(_ schema: Schema, renamed: [ObjectID: ObjectID] = [:]) {
    let partitions = Self.partitions(in: schema)
    for object in schema.objects(of: .table) {
      guard case .table(let table) = object, partitions.hidden[table.id] == nil else { continue }
      let id = renamed[table.id] ?? table.id
      add(table, as: id, of: schema, renamed, partitions: partitions.counts[table.id] ?? 0)
      for parent in table.parents {
        let target = renamed[parent] ?? parent
        add(
          Diagram.Edge(
            from: 0, to: 0, name: Identifier("inherits"), columns: [], isOptional: false,
            isUnique: false, isInheritance: true), from: id, to: target)
      }
    }
    for object in schema.objects(of: .virtualTable) where nodes[object.id] == nil {
      nodes[object.id] = Diagram.Node(id: object.id, columns: [])
    }
    for case .foreignKey(let key) in schema.objects(of: .foreignKey) {
      guard partitions.hidden[key.id.table] == nil else { continue }
      let (from, to) = (
        renamed[key.id.table] ?? key.id.table,
        partitions.hidden[key.referencedTable] ?? key.referencedTable
      )
      add(Self.edge(key, in: schema), from: from, to: renamed[to] ?? to)
    }
  }

  mutating func mark(_ report: Report) {
    for rename in report.difference.renames { mark(rename.to, .changed) }
    for change in report.difference.changes {
      switch change {
      case .create(let object): mark(object.id, .added)
      case .drop(let object): mark(object.id, .removed)
      case .alter(let alteration): mark(alteration.id, .changed)
      }
    }
  }

  func finish() -> ([Diagram.Node], [Diagram.Edge]) {
    let sorted = nodes.values.sorted { $0.id < $1.id }.map(marked)
    let places = Dictionary(
      uniqueKeysWithValues: sorted.enumerated().map { ($0.element.id, $0.offset) })
    let lines = edges.compactMap { link, edge -> Diagram.Edge? in
      guard let from = places[home(link.from, places)], let to = places[home(link.to, places)]
      else { return nil }
      var edge = edge
      (edge.from, edge.to) = (from, to)
      edge.mark = marks[link.from.part(.foreignKey, link.name)]
      return edge
    }
    return (
      sorted, lines.sorted { ($0.from, $0.to, $0.name.raw) < ($1.from, $1.to, $1.name.raw) }
    )
  }

  // MARK: - Tables

  /// A foreign key may name a virtual table, or a table by another case of its letters.
  private func home(_ id: ObjectID, _ places: [ObjectID: Int]) -> ObjectID {
    places[id] == nil ? ObjectID(.virtualTable, id.path) : id
  }

  private mutating func add(
    _ table: Table, as id: ObjectID, of schema: Schema, _ renamed: [ObjectID: ObjectID],
    partitions: Int
  ) {
    var node = nodes[id] ?? Diagram.Node(id: id, columns: [])
    node.partitions = max(node.partitions, partitions)
    var known = Set(node.columns.map(\.name))
    for column in Self.columns(of: table, in: schema) {
      let name = renamed[table.id.part(.column, column.name)]?.name ?? column.name
      guard known.insert(name).inserted else { continue }
      var column = column
      column.name = name
      node.columns.append(column)
    }
    nodes[id] = node
  }

  private static func columns(of table: Table, in schema: Schema) -> [Diagram.Column] {
    var keys: Set<Identifier> = []
    var foreign: Set<Identifier> = []
    var unique: Set<Identifier> = []
    for case .primaryKey(let key) in schema.objects(of: .primaryKey, under: table.id.path) {
      keys.formUnion(key.columns.map(\.name))
    }
    for case .foreignKey(let key) in schema.objects(of: .foreignKey, under: table.id.path) {
      foreign.formUnion(key.columns)
    }
    for case .unique(let key) in schema.objects(of: .unique, under: table.id.path)
    where key.columns.count == 1 {
      unique.formUnion(key.columns.map(\.name))
    }
    let columns = schema.objects(of: .column, under: table.id.path).compactMap {
      object -> Diagram.Column? in
      guard case .column(let column) = object else { return nil }
      let name = column.id.name
      return Diagram.Column(
        name: name, type: column.type.text, isNotNull: !column.isNullable,
        isPrimaryKey: keys.contains(name), isForeignKey: foreign.contains(name),
        isUnique: unique.contains(name))
    }
    guard let order = table.columnOrder else { return columns }
    let ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return columns.enumerated().sorted {
      (ranks[$0.element.name] ?? .max, $0.offset) < (ranks[$1.element.name] ?? .max, $1.offset)
    }.map(\.element)
  }

  /// A partition is drawn as its table. By the topmost one: how many, and which stand for which.
  private static func partitions(
    in schema: Schema
  ) -> (hidden: [ObjectID: ObjectID], counts: [ObjectID: Int]) {
    var parents: [ObjectID: ObjectID] = [:]
    for case .table(let table) in schema.objects(of: .table) where table.partitionBound != nil {
      if let parent = table.parents.first, schema.contains(parent) { parents[table.id] = parent }
    }
    var hidden: [ObjectID: ObjectID] = [:]
    var counts: [ObjectID: Int] = [:]
    for (id, parent) in parents {
      var top = parent
      var steps = 0
      while let next = parents[top], steps < parents.count {
        top = next
        steps += 1
      }
      hidden[id] = top
      counts[top, default: 0] += 1
    }
    return (hidden, counts)
  }

  // MARK: - Lines

  private mutating func add(_ edge: Diagram.Edge, from: ObjectID, to: ObjectID) {
    let link = Link(from: from, to: to, name: edge.name)
    if edges[link] == nil { edges[link] = edge }
  }

  private static func edge(_ key: ForeignKey, in schema: Schema) -> Diagram.Edge {
    let table = key.id.table
    let isOptional = key.columns.contains { name in
      guard case .column(let column)? = schema[table.part(.column, name)] else { return false }
      return column.isNullable
    }
    let columns = Set(key.columns)
    var keys = schema.objects(of: .unique, under: table.path).compactMap { object in
      if case .unique(let unique) = object { Set(unique.columns.map(\.name)) } else { nil }
    }
    for case .primaryKey(let primary) in schema.objects(of: .primaryKey, under: table.path) {
      keys.append(Set(primary.columns.map(\.name)))
    }
    return Diagram.Edge(
      from: 0, to: 0, name: key.id.name, columns: key.columns, isOptional: isOptional,
      isUnique: keys.contains { !$0.isEmpty && $0.isSubset(of: columns) })
  }

  // MARK: - Marks

  private mutating func mark(_ id: ObjectID, _ mark: Diagram.Mark) {
    let target = id.attachmentTarget ?? id
    if target == id { marks[id] = mark }
    let relation = ObjectID(
      .table, target.kind.isPartOfRelation ? target.relationPath : target.path)
    if target.kind == .table || target.kind == .virtualTable {
      marks[target] = target == id ? mark : marks[target] ?? .changed
    } else if target.kind.isPartOfRelation, marks[relation] == nil {
      marks[relation] = .changed
    }
  }

  private func marked(_ node: Diagram.Node) -> Diagram.Node {
    var node = node
    node.mark = marks[node.id]
    // What is new or gone as a whole is not marked once more column by column.
    guard node.mark == .changed else { return node }
    for index in node.columns.indices {
      node.columns[index].mark = marks[node.id.part(.column, node.columns[index].name)]
    }
    return node
  }
}
