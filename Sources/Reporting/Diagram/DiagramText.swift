import SchemaModel

/// A diagram in the words of Mermaid and of Graphviz.
package enum DiagramText {
  // MARK: - Mermaid

  /// https://mermaid.js.org/syntax/entityRelationshipDiagram.html
  package static func mermaid(_ diagram: Diagram) -> String {
    var lines = ["erDiagram"]
    for (index, node) in diagram.nodes.enumerated() {
      let columns = node.columns.map(attribute)
      let name = "t\(index)[\(mermaidQuoted(node.title))]"
      lines += columns.isEmpty ? ["  \(name)"] : ["  \(name) {"] + columns + ["  }"]
    }
    for edge in diagram.edges {
      let many = edge.isUnique ? "o|" : "o{"
      let one = edge.isOptional ? "|o" : "||"
      let label = mermaidQuoted(edge.isInheritance ? "inherited by" : edge.name.raw)
      lines.append("  t\(edge.to) \(one)--\(many) t\(edge.from) : \(label)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func attribute(_ column: Diagram.Column) -> String {
    var keys: [String] = []
    if column.isPrimaryKey { keys.append("PK") }
    if column.isForeignKey { keys.append("FK") }
    if column.isUnique { keys.append("UK") }
    let name = mermaidWord(column.name.raw)
    var text = "    \(mermaidWord(column.type.isEmpty ? "any" : column.type)) \(name)"
    if !keys.isEmpty { text += " " + keys.joined(separator: ", ") }
    // What its grammar cannot spell stands beside it.
    if name != column.name.raw { text += " " + mermaidQuoted(column.name.raw) }
    return text
  }

  /// Letters, digits, `_`, `-`, parentheses and brackets, beginning with a letter.
  private static func mermaidWord(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"):
        bytes.append(byte)
      case UInt8(ascii: ","): bytes.append(UInt8(ascii: "-"))
      default: bytes.append(UInt8(ascii: "_"))
      }
    }
    let first = bytes.first ?? UInt8(ascii: "_")
    let isLetter = (first | 0x20 >= UInt8(ascii: "a")) && (first | 0x20 <= UInt8(ascii: "z"))
    return (isLetter ? "" : "x") + String(decoding: bytes, as: UTF8.self)
  }

  private static func mermaidQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "#quot;"
      case "#": result += "#35;"
      case "\n", "\r", "\t": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // MARK: - Graphviz

  /// https://graphviz.org/doc/info/lang.html
  package static func dot(_ diagram: Diagram) -> String {
    var lines = [
      "digraph schema {", "  graph [rankdir=RL, ranksep=1];",
      "  node [shape=plain, fontname=\"monospace\", fontsize=10];",
      "  edge [arrowtail=crow, arrowhead=tee, dir=both, fontname=\"monospace\", fontsize=8];",
    ]
    let clusters = Dictionary(grouping: diagram.nodes.indices, by: { diagram.nodes[$0].cluster })
      .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    for (number, cluster) in clusters.enumerated() {
      let isFramed = clusters.count > 1
      if isFramed {
        lines.append("  subgraph cluster_\(number) {")
        lines.append("    label=\(dotQuoted(cluster.key));")
      }
      lines += cluster.value.map { dotNode($0, diagram.nodes[$0]) }
      if isFramed { lines.append("  }") }
    }
    lines += diagram.edges.map(dotEdge)
    return lines.joined(separator: "\n") + "\n}\n"
  }

  private static func dotNode(_ index: Int, _ node: Diagram.Node) -> String {
    let rows = node.columns.map { column -> HTML in
      let key = column.isPrimaryKey ? "◆ " : column.isForeignKey ? "◇ " : ""
      return """
        <tr><td align="left">\(key)\(column.name.raw)</td><td align="left">\(column.type)</td></tr>
        """
    }.joined()
    let label: HTML = """
      <table border="0" cellborder="1" cellspacing="0" cellpadding="4"><tr><td colspan="2">\
      <b>\(node.title)</b></td></tr>\(rows)</table>
      """
    return "    t\(index) [label=<\(label.text)>];"
  }

  private static func dotEdge(_ edge: Diagram.Edge) -> String {
    if edge.isInheritance {
      return "  t\(edge.from) -> t\(edge.to) [arrowhead=empty, arrowtail=none];"
    }
    var attributes = ["tooltip=\(dotQuoted(edge.name.raw))"]
    if edge.isUnique { attributes.append("arrowtail=tee") }
    if edge.isOptional { attributes.append("style=dashed") }
    return "  t\(edge.from) -> t\(edge.to) [\(attributes.joined(separator: ", "))];"
  }

  private static func dotQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n", "\r": result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
