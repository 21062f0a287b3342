import Comparison
import SchemaDiff
package import SchemaModel

/// Tables and what connects them, for drawing.
package struct Diagram: Sendable {
  /// How one side of a comparison differs from the other.
  package enum Mark: String, Hashable, Sendable {
    case added, removed, changed
  }

  package struct Column: Hashable, Sendable {
    package var name: Identifier
    package var type: String
    package var isNotNull: Bool
    package var isPrimaryKey = false
    package var isForeignKey = false
    package var isUnique = false
    package var mark: Mark?
  }

  package struct Node: Hashable, Sendable {
    package var id: ObjectID
    package var columns: [Column]
    package var mark: Mark?
    /// How many partitions it stands for.
    package var partitions = 0

    /// The default schema goes without saying.
    package var title: String { Wording.path(id.path) }
    /// Without the schema.
    var name: String { Wording.path([id.name]) }
    package var cluster: String { id.namespace?.raw ?? "" }
  }

  package struct Edge: Hashable, Sendable {
    /// Indices of nodes: from the table that refers to the one that is referred to.
    package var from: Int
    package var to: Int
    package var name: Identifier
    package var columns: [Identifier]
    /// A row may refer to nothing.
    package var isOptional: Bool
    /// At most one row refers to another.
    package var isUnique: Bool
    /// It inherits from it.
    package var isInheritance = false
    package var mark: Mark?
  }

  /// In order of id.
  package internal(set) var nodes: [Node]
  package internal(set) var edges: [Edge]

  package init(_ schema: Schema) {
    var builder = DiagramBuilder()
    builder.add(schema)
    (nodes, edges) = builder.finish()
  }

  /// Both sides of a comparison in one: what only one of them has, and what differs, is marked.
  package init(_ report: Report) {
    var builder = DiagramBuilder()
    let renamed = Dictionary(
      report.difference.renames.map { ($0.from, $0.to) }, uniquingKeysWith: { first, _ in first })
    builder.add(report.result.to)
    builder.add(report.result.from, renamed: renamed)
    builder.mark(report)
    (nodes, edges) = builder.finish()
  }

  /// The tables around one, up to so many steps away along foreign keys in either direction. Nil when there
  /// is no such table; a name without a schema is one in any schema.
  package func focused(on name: String, depth: Int) -> Diagram? {
    let starts = nodes.indices.filter {
      nodes[$0].title == name || nodes[$0].id.name.raw == name
        || nodes[$0].id.path.map(\.raw).joined(separator: ".") == name
    }
    guard !starts.isEmpty else { return nil }
    var kept = Set(starts)
    var frontier = kept
    for _ in 0..<max(0, depth) where !frontier.isEmpty {
      var next: Set<Int> = []
      for edge in edges {
        if frontier.contains(edge.from), !kept.contains(edge.to) { next.insert(edge.to) }
        if frontier.contains(edge.to), !kept.contains(edge.from) { next.insert(edge.from) }
      }
      kept.formUnion(next)
      frontier = next
    }
    return keeping(kept)
  }

  private func keeping(_ kept: Set<Int>) -> Diagram {
    var copy = self
    var places: [Int: Int] = [:]
    copy.nodes = []
    for index in kept.sorted() {
      places[index] = copy.nodes.count
      copy.nodes.append(nodes[index])
    }
    copy.edges = edges.compactMap { edge in
      guard let from = places[edge.from], let to = places[edge.to] else { return nil }
      var edge = edge
      (edge.from, edge.to) = (from, to)
      return edge
    }
    return copy
  }
}
