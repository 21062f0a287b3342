import SchemaModel

/// A diagram as SVG: a file of its own, or a part of a page.
package enum DiagramSVG {
  /// A whole file.
  package static func document(_ diagram: Diagram, title: String) -> String {
    let layout = DiagramLayout(diagram)
    let markup: HTML = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(layout.width) \(layout.height)" \
      width="\(layout.width)" height="\(layout.height)" role="img">
      <title>\(title)</title>
      <style>
      \(HTML(stringLiteral: colors))
      \(HTML(stringLiteral: style))
      </style>
      <rect width="100%" height="100%" class="paper"/>
      \(body(diagram, layout))
      </svg>

      """
    return markup.text
  }

  /// For a page, whose style sheet has `style` in it. `links` are anchors of tables.
  static func inline(_ diagram: Diagram, title: String, links: (Int) -> String?) -> HTML {
    let layout = DiagramLayout(diagram)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" id="erd" viewBox="0 0 \(layout.width) \(layout.height)" \
      role="img" aria-labelledby="erd-title" preserveAspectRatio="xMidYMid meet">
      <title id="erd-title">\(title)</title>
      \(body(diagram, layout, links: links))
      </svg>
      """
  }

  private static func body(
    _ diagram: Diagram, _ layout: DiagramLayout, links: (Int) -> String? = { _ in nil }
  ) -> HTML {
    var markup: HTML = """
      <defs>
      <marker id="many" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="9" markerHeight="9" \
      orient="auto-start-reverse"><path d="M0 5L10 0M0 5L10 5M0 5L10 10" class="end"/></marker>
      <marker id="one" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="9" markerHeight="9" \
      orient="auto-start-reverse"><path d="M5 1L5 9" class="end"/></marker>
      <marker id="parent" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="9" markerHeight="9" \
      orient="auto-start-reverse"><path d="M0 0L10 5L0 10Z" class="end hollow"/></marker>
      </defs>

      """
    for cluster in layout.clusters {
      let frame = cluster.frame
      markup += """
        <g class="cluster"><rect x="\(frame.x)" y="\(frame.y)" width="\(frame.width)" \
        height="\(frame.height)" rx="6"/><text x="\(frame.x + 12)" \
        y="\(frame.y + layout.clusterTitle * 1.4)" font-size="\(layout.clusterTitle)">\
        \(cluster.title)</text></g>

        """
    }
    for edge in diagram.edges { markup += line(edge, diagram, layout) }
    for index in diagram.nodes.indices {
      let box = table(index, diagram, layout)
      markup +=
        links(index).map { "<a href=\"#\($0)\" tabindex=\"-1\">\(box)</a>\n" as HTML }
        ?? (box + "\n")
    }
    return markup
  }

  // MARK: - Tables

  private static func table(_ index: Int, _ diagram: Diagram, _ layout: DiagramLayout) -> HTML {
    let (node, box, frame) = (diagram.nodes[index], layout.boxes[index], layout.frames[index])
    let sort = node.mark.map { " " + $0.rawValue } ?? ""
    let isName = box.rows.isEmpty && box.height < DiagramBox.titleHeight
    var markup: HTML = """
      <g class="table\(sort)" data-t="\(index)" transform="translate(\(frame.x) \(frame.y))">\
      <title>\(node.title)\(tip(node))</title>\
      <rect width="\(box.width)" height="\(box.height)" rx="4"/>
      """
    let isBare = box.rows.isEmpty
    if !isBare {
      markup += """
        <path class="rule" d="M0 \(DiagramBox.titleHeight)H\(box.width)"/>
        """
    }
    let baseline = isName ? 13.0 : 15.5
    markup += """
      <text class="\(isName ? "small" : "name")" x="8" y="\(baseline)">\(box.title)</text>
      """
    for (number, row) in box.rows.enumerated() {
      let y = DiagramBox.titleHeight + (Double(number) + 0.5) * DiagramBox.rowHeight + 5.5
      let mark = row.column?.mark.map { " " + $0.rawValue } ?? ""
      let key = row.column.map(self.key) ?? ""
      markup += """
        <text class="row\(mark)\(key.isEmpty ? "" : " key")" x="8" y="\(y)">\(key)\(row.name)</text>
        """
      if !row.type.isEmpty {
        markup += """
          <text class="type" x="\(box.width - 8)" y="\(y)">\(row.type)</text>
          """
      }
    }
    return markup + "</g>"
  }

  private static func key(_ column: Diagram.Column) -> String {
    column.isPrimaryKey ? "◆ " : column.isForeignKey ? "◇ " : ""
  }

  private static func tip(_ node: Diagram.Node) -> String {
    switch node.mark {
    case .added: " (new)"
    case .removed: " (gone)"
    case .changed: " (differs)"
    case nil: ""
    }
  }

  // MARK: - Lines

  private static func line(
    _ edge: Diagram.Edge, _ diagram: Diagram, _ layout: DiagramLayout
  ) -> HTML {
    let (from, to) = (layout.frames[edge.from], layout.frames[edge.to])
    let source = diagram.nodes[edge.from].columns.first { $0.name == edge.columns.first }
    let target = diagram.nodes[edge.to].columns.first(where: \.isPrimaryKey)
    let y1 = from.y + layout.boxes[edge.from].anchor(of: source)
    let y2 = to.y + layout.boxes[edge.to].anchor(of: target)
    let path = edge.from == edge.to ? loop(from, y1) : curve(from, y1, to, y2)
    let sort = edge.mark.map { " " + $0.rawValue } ?? ""
    let ends: (HTML, HTML) =
      edge.isInheritance ? ("", "parent") : (edge.isUnique ? "one" : "many", "one")
    let start: HTML = ends.0.text.isEmpty ? "" : " marker-start=\"url(#\(ends.0))\""
    return """
      <path class="line\(sort)\(edge.isOptional ? " optional" : "")" data-f="\(edge.from)" \
      data-t="\(edge.to)" d="\(path)"\(start) marker-end="url(#\(ends.1))">\
      <title>\(diagram.nodes[edge.from].title) → \(diagram.nodes[edge.to].title)</title></path>

      """
  }

  /// Out of the side that faces the other box, and into it the same way.
  private static func curve(
    _ from: DiagramLayout.Rectangle, _ y1: Double, _ to: DiagramLayout.Rectangle, _ y2: Double
  ) -> HTML {
    if from.x >= to.right {
      let bend = max(16, (from.x - to.right) / 2)
      return "M\(from.x) \(y1)C\(from.x - bend) \(y1) \(to.right + bend) \(y2) \(to.right) \(y2)"
    }
    if to.x >= from.right {
      let bend = max(16, (to.x - from.right) / 2)
      return "M\(from.right) \(y1)C\(from.right + bend) \(y1) \(to.x - bend) \(y2) \(to.x) \(y2)"
    }
    // One above the other: around on the left.
    let left = min(from.x, to.x) - 18
    return "M\(from.x) \(y1)C\(left) \(y1) \(left) \(y2) \(to.x) \(y2)"
  }

  private static func loop(_ frame: DiagramLayout.Rectangle, _ y: Double) -> HTML {
    let far = frame.right + 22
    return """
      M\(frame.right) \(y)C\(far) \(y) \(far) \(frame.y + 8) \(frame.right) \(frame.y + 8)
      """
  }

  // MARK: - Looks

  /// The variables of the page, for a file that stands alone.
  private static let colors = """
    :root { --paper: #ffffff; --ink: #1b1f24; --faint: #59636e; --edge: #d1d9e0; --box: #f6f8fa;
      --line: #8c959f; --added: #1a7f37; --removed: #cf222e; --changed: #9a6700; }
    @media (prefers-color-scheme: dark) {
      :root { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --edge: #3d444d; --box: #161b22;
        --line: #6e7681; --added: #3fb950; --removed: #f85149; --changed: #d29922; }
    }
    """

  static let style = """
    svg .paper { fill: var(--paper); }
    svg text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); }
    svg .name { font-size: 12px; font-weight: 600; }
    svg .small { font-size: 11px; }
    svg .row, svg .type { font-size: 10px; }
    svg .key { font-weight: 600; }
    svg .type { text-anchor: end; fill: var(--faint); }
    svg .table rect { fill: var(--box); stroke: var(--line); }
    svg .table .rule { stroke: var(--edge); fill: none; }
    svg .table.added rect { stroke: var(--added); stroke-width: 2.5; }
    svg .table.removed rect { stroke: var(--removed); stroke-width: 2.5; stroke-dasharray: 6 3; }
    svg .table.changed rect { stroke: var(--changed); stroke-width: 2.5; }
    svg .table.added .name, svg .table.added .small, svg .row.added { fill: var(--added); font-weight: 700; }
    svg .table.removed .name, svg .table.removed .small, svg .row.removed { fill: var(--removed); font-weight: 700; }
    svg .table.changed .name, svg .table.changed .small, svg .row.changed { fill: var(--changed); font-weight: 700; }
    svg .line { fill: none; stroke: var(--line); stroke-width: 1; }
    svg .line.optional { stroke-dasharray: 5 3; }
    svg .line.added { stroke: var(--added); stroke-width: 2; }
    svg .line.removed { stroke: var(--removed); stroke-width: 2; }
    svg .line.changed { stroke: var(--changed); stroke-width: 2; }
    svg .end { fill: none; stroke: var(--line); stroke-width: 1.2; }
    svg .end.hollow { fill: var(--paper); }
    svg .cluster rect { fill: none; stroke: var(--edge); stroke-width: 1.5; }
    svg .cluster text { font-weight: 700; fill: var(--faint); }
    """
}
