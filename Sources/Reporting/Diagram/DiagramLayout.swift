import SchemaModel

/// Where the boxes and lines of a diagram go. The same diagram always gets the same layout: nothing is random
/// and nothing depends on the order of a hash.
///
/// Tables are gathered by schema; within a schema by what foreign keys connect. A connected group is laid
/// out in layers, referred tables to the left; a layer that gets too high goes on in a further column.
/// Groups, then schemas, are put on shelves like books, so that the whole is about as wide as a screen.
struct DiagramLayout {
  struct Rectangle: Hashable {
    var x = 0.0
    var y = 0.0
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }
    var middle: Double { y + height / 2 }
  }

  struct Cluster {
    var title: String
    var frame: Rectangle
  }

  let boxes: [DiagramBox]
  /// By node.
  let frames: [Rectangle]
  /// More than one, or none.
  let clusters: [Cluster]
  /// The size of the letters of their titles: the more there is to see, the smaller all of it gets.
  let clusterTitle: Double
  let width: Double
  let height: Double

  /// Wide as screens are.
  private static let aspect = 1.7
  private static let margin = 12.0

  init(_ diagram: Diagram) {
    let detail = DiagramBox.Detail(tables: diagram.nodes.count)
    let names = Dictionary(grouping: diagram.nodes.indices, by: { diagram.nodes[$0].cluster })
    let isFramed = names.count > 1
    let boxes = diagram.nodes.map { DiagramBox($0, detail: detail, isFramed: isFramed) }
    self.boxes = boxes
    let spacing = Spacing(detail)
    clusterTitle = spacing.titleSize
    var frames = boxes.map { Rectangle(width: $0.width, height: $0.height) }
    var blocks: [Block] = []
    var titles: [String] = []
    for (name, members) in names.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    {
      let block = Self.cluster(members, diagram, frames, spacing)
      titles.append(name)
      blocks.append(
        isFramed
          ? block.framed(padding: spacing.padding, title: name, size: spacing.titleSize) : block)
    }
    var corners: [(x: Double, y: Double)] = []
    let whole = Shelves.pack(
      blocks, aspect: Self.aspect, gap: isFramed ? spacing.layer / 2 : spacing.row,
      corners: &corners)
    var clusters: [Cluster] = []
    for (index, block) in blocks.enumerated() {
      let corner = corners[index]
      if isFramed {
        clusters.append(
          Cluster(
            title: titles[index],
            frame: Rectangle(
              x: corner.x + Self.margin, y: corner.y + Self.margin, width: block.width,
              height: block.height)))
      }
      for place in block.places {
        frames[place.node].x = place.x + corner.x + Self.margin
        frames[place.node].y = place.y + corner.y + Self.margin
      }
    }
    self.frames = frames
    self.clusters = clusters
    width = whole.width + 2 * Self.margin
    height = whole.height + 2 * Self.margin
  }

  /// How far apart things stand.
  struct Spacing {
    let row: Double
    let column: Double
    let layer: Double
    let padding = 12.0
    let titleSize: Double

    init(_ detail: DiagramBox.Detail) {
      switch detail {
      case .full: (row, column, layer, titleSize) = (22, 28, 70, 15)
      case .keys: (row, column, layer, titleSize) = (14, 20, 52, 24)
      case .names: (row, column, layer, titleSize) = (6, 10, 26, 44)
      }
    }
  }

  /// The tables of one schema.
  private static func cluster(
    _ members: [Int], _ diagram: Diagram, _ frames: [Rectangle], _ spacing: Spacing
  ) -> Block {
    let groups = DiagramGroups.connected(members, diagram.edges)
    var blocks = groups.connected.map {
      LayeredLayout(nodes: $0, edges: diagram.edges, frames: frames, spacing: spacing).block()
    }
    if !groups.alone.isEmpty {
      blocks += groups.alone.map {
        Block(
          width: frames[$0].width, height: frames[$0].height,
          places: [Block.Place(node: $0, x: 0, y: 0)])
      }
    }
    var corners: [(x: Double, y: Double)] = []
    let size = Shelves.pack(blocks, aspect: aspect, gap: spacing.row, corners: &corners)
    var whole = Block(width: size.width, height: size.height, places: [])
    for (block, corner) in zip(blocks, corners) {
      whole.places += block.places.map {
        Block.Place(node: $0.node, x: $0.x + corner.x, y: $0.y + corner.y)
      }
    }
    return whole
  }
}

/// Some tables with their places in a rectangle.
struct Block {
  struct Place {
    var node: Int
    var x: Double
    var y: Double
  }

  var width: Double
  var height: Double
  var places: [Place]

  /// With room for a frame, and for its title in letters of a size.
  func framed(padding: Double, title: String, size: Double) -> Block {
    let top = size * 2
    return Block(
      width: max(width, Double(DiagramBox.columns(title)) * size * 0.61) + 2 * padding,
      height: height + padding + top,
      places: places.map { Place(node: $0.node, x: $0.x + padding, y: $0.y + top) })
  }
}

/// Rectangles in rows, the higher ones first.
enum Shelves {
  static func pack(
    _ blocks: [Block], aspect: Double, gap: Double, corners: inout [(x: Double, y: Double)]
  ) -> (width: Double, height: Double) {
    corners = Array(repeating: (0, 0), count: blocks.count)
    let area = blocks.reduce(0) { $0 + ($1.width + gap) * ($1.height + gap) }
    let widest = blocks.map(\.width).max() ?? 0
    let limit = max(widest, (area * aspect).squareRoot())
    let order = blocks.indices.sorted {
      (blocks[$1].height, $0) < (blocks[$0].height, $1)
    }
    var (x, y, shelf) = (0.0, 0.0, 0.0)
    var width = 0.0
    for index in order {
      let block = blocks[index]
      if x > 0, x + block.width > limit {
        y += shelf + gap
        (x, shelf) = (0, 0)
      }
      corners[index] = (x, y)
      x += block.width + gap
      width = max(width, x - gap)
      shelf = max(shelf, block.height)
    }
    return (width, y + shelf)
  }
}

/// Which tables hang together.
enum DiagramGroups {
  /// Groups of two and more, the largest first, and those that nothing connects.
  static func connected(
    _ members: [Int], _ edges: [Diagram.Edge]
  ) -> (connected: [[Int]], alone: [Int]) {
    let inside = Set(members)
    var leaders = Dictionary(uniqueKeysWithValues: members.map { ($0, $0) })
    func leader(_ node: Int) -> Int {
      var node = node
      while let next = leaders[node], next != node { node = next }
      return node
    }
    for edge in edges where inside.contains(edge.from) && inside.contains(edge.to) {
      let (left, right) = (leader(edge.from), leader(edge.to))
      if left == right { continue }
      leaders[max(left, right)] = min(left, right)
      // Keeps the ways short.
      leaders[edge.from] = min(left, right)
      leaders[edge.to] = min(left, right)
    }
    let groups = Dictionary(grouping: members, by: leader).values.map { $0.sorted() }
    let connected = groups.filter { $0.count > 1 }.sorted {
      ($1.count, $0[0]) < ($0.count, $1[0])
    }
    return (connected, groups.filter { $0.count == 1 }.map { $0[0] }.sorted())
  }
}
