/// One connected group of tables, in layers from left to right.
struct LayeredLayout {
  let nodes: [Int]
  let frames: [DiagramLayout.Rectangle]
  let spacing: DiagramLayout.Spacing
  /// By node: its neighbours along foreign keys, in order.
  private let referred: [Int: [Int]]
  private let referring: [Int: [Int]]

  /// Above this many tables the longest way along foreign keys makes too many layers.
  private static let largestLayered = 40
  private static let aspect = 1.6

  init(
    nodes: [Int], edges: [Diagram.Edge], frames: [DiagramLayout.Rectangle],
    spacing: DiagramLayout.Spacing
  ) {
    self.nodes = nodes
    self.frames = frames
    self.spacing = spacing
    let inside = Set(nodes)
    var referred: [Int: [Int]] = [:]
    var referring: [Int: [Int]] = [:]
    for edge in edges
    where edge.from != edge.to && inside.contains(edge.from) && inside.contains(edge.to) {
      if referred[edge.from]?.contains(edge.to) ?? false { continue }
      referred[edge.from, default: []].append(edge.to)
      referring[edge.to, default: []].append(edge.from)
    }
    self.referred = referred
    self.referring = referring
  }

  func block() -> Block {
    var layers = nodes.count > Self.largestLayered ? distances() : longestWays()
    arrange(&layers)
    return place(columns(of: layers))
  }

  // MARK: - Layers

  /// A table stands to the right of all that it refers to; of a cycle one foreign key is overlooked.
  private func longestWays() -> [[Int]] {
    var level: [Int: Int] = [:]
    var isOpen: Set<Int> = []
    for start in nodes where level[start] == nil {
      var stack = [start]
      while let node = stack.last {
        isOpen.insert(node)
        let rest = (referred[node] ?? []).filter { level[$0] == nil && !isOpen.contains($0) }
        if let next = rest.first {
          stack.append(next)
          continue
        }
        let levels = (referred[node] ?? []).compactMap { level[$0] }
        if level[node] == nil { level[node] = (levels.max() ?? -1) + 1 }
        isOpen.remove(node)
        stack.removeLast()
      }
    }
    return grouped(level)
  }

  /// By the number of steps from the table with the most neighbours.
  private func distances() -> [[Int]] {
    let degrees = nodes.map { (referred[$0] ?? []).count + (referring[$0] ?? []).count }
    guard let most = degrees.max(), let index = degrees.firstIndex(of: most) else { return [nodes] }
    var level = [nodes[index]: 0]
    var frontier = [nodes[index]]
    while !frontier.isEmpty {
      var next: [Int] = []
      for node in frontier {
        for neighbour in (referred[node] ?? []) + (referring[node] ?? [])
        where level[neighbour] == nil {
          level[neighbour] = (level[node] ?? 0) + 1
          next.append(neighbour)
        }
      }
      frontier = next
    }
    return grouped(level)
  }

  private func grouped(_ level: [Int: Int]) -> [[Int]] {
    var layers = Array(repeating: [Int](), count: (level.values.max() ?? 0) + 1)
    for node in nodes { layers[level[node] ?? 0].append(node) }
    return layers.filter { !$0.isEmpty }
  }

  // MARK: - Order within layers

  /// Puts tables near the middle of their neighbours, from the left and from the right in turn.
  private func arrange(_ layers: inout [[Int]]) {
    var position: [Int: Double] = [:]
    func note(_ layer: [Int]) {
      for (index, node) in layer.enumerated() {
        position[node] = (Double(index) + 0.5) / Double(layer.count)
      }
    }
    for layer in layers { note(layer) }
    for round in 0..<6 {
      let order = round.isMultiple(of: 2) ? Array(layers.indices) : layers.indices.reversed()
      for index in order {
        let wanted = layers[index].map { node -> Double in
          let around = ((referred[node] ?? []) + (referring[node] ?? [])).compactMap {
            position[$0]
          }
          return around.isEmpty
            ? position[node] ?? 0 : around.reduce(0, +) / Double(around.count)
        }
        layers[index] = layers[index].enumerated().sorted {
          (wanted[$0.offset], $0.offset) < (wanted[$1.offset], $1.offset)
        }.map(\.element)
        note(layers[index])
      }
    }
  }

  // MARK: - Places

  private struct ColumnOfBoxes {
    var nodes: [Int] = []
    var width = 0.0
    var height = 0.0
    var beginsLayer = false
  }

  /// Cuts layers that are higher than fits the whole, which is to be about as wide as a screen.
  private func columns(of layers: [[Int]]) -> [ColumnOfBoxes] {
    let area = nodes.reduce(0.0) { sum, node in
      sum + (frames[node].width + spacing.column) * (frames[node].height + spacing.row)
    }
    let tallest = nodes.map { frames[$0].height }.max() ?? 0
    var limit = max(tallest, (area / Self.aspect).squareRoot())
    var columns = columns(of: layers, limit: limit)
    // Columns are as wide as their widest box, and gaps come to it: until that is made up for.
    for _ in 0..<12 {
      let block = place(columns)
      let highest = layers.map { height(of: $0) }.max() ?? 0
      if block.width <= block.height * Self.aspect || limit > highest { break }
      limit *= 1.15
      columns = self.columns(of: layers, limit: limit)
    }
    return columns
  }

  private func height(of layer: [Int]) -> Double {
    layer.reduce(0.0) { $0 + frames[$1].height + spacing.row }
  }

  private func columns(of layers: [[Int]], limit: Double) -> [ColumnOfBoxes] {
    var columns: [ColumnOfBoxes] = []
    for layer in layers {
      let height = height(of: layer)
      // Of equal height, so that none is left nearly empty.
      let share = height / max(1, (height / limit).rounded(.up))
      var column = ColumnOfBoxes(beginsLayer: true)
      for node in layer {
        if column.height > 0, column.height + frames[node].height / 2 > share {
          columns.append(column)
          column = ColumnOfBoxes()
        }
        column.nodes.append(node)
        column.width = max(column.width, frames[node].width)
        column.height += frames[node].height + spacing.row
      }
      columns.append(column)
    }
    return columns
  }

  private func place(_ columns: [ColumnOfBoxes]) -> Block {
    let height = (columns.map(\.height).max() ?? 0) - spacing.row
    var block = Block(width: 0, height: height, places: [])
    var x = 0.0
    for (index, column) in columns.enumerated() {
      if index > 0 { x += column.beginsLayer ? spacing.layer : spacing.column }
      var y = (height - (column.height - spacing.row)) / 2
      for node in column.nodes {
        block.places.append(Block.Place(node: node, x: x, y: y))
        y += frames[node].height + spacing.row
      }
      x += column.width
    }
    block.width = x
    return block
  }
}
