import SchemaModel

/// What is written in the box of a table, and how much room that takes.
struct DiagramBox: Hashable {
  /// The more tables there are, the less is said of each.
  enum Detail {
    case full, keys, names

    init(tables: Int) {
      switch tables {
      case ...40: self = .full
      case ...160: self = .keys
      default: self = .names
      }
    }
  }

  struct Row: Hashable {
    var name: String
    var type: String
    var column: Diagram.Column?
  }

  let title: String
  let rows: [Row]
  let width: Double
  let height: Double

  static let titleHeight = 22.0
  static let rowHeight = 16.0
  /// A letter of the title, and one of a row.
  private static let titleLetter = 7.3
  private static let rowLetter = 6.1
  private static let mostRows = 16

  /// In a frame with the name of the schema the table needs none.
  init(_ node: Diagram.Node, detail: Detail, isFramed: Bool) {
    let sign = Self.sign(node.mark)
    let partitions = node.partitions > 0 ? " ×\(node.partitions)" : ""
    title =
      Self.shortened(isFramed ? node.name : node.title, to: detail == .names ? 28 : 40) + partitions
      + sign
    rows = Self.rows(node, detail: detail)
    let titleWidth = Double(Self.columns(title)) * Self.titleLetter + 16
    let rowWidth =
      rows.map { Double(Self.columns($0.name) + Self.columns($0.type) + 5) * Self.rowLetter + 16 }
      .max() ?? 0
    width = max(titleWidth, rowWidth, detail == .names ? 40 : 90)
    height =
      detail == .names
      ? 18 : Self.titleHeight + Double(rows.count) * Self.rowHeight + (rows.isEmpty ? 0 : 6)
  }

  /// Told without colours, too.
  static func sign(_ mark: Diagram.Mark?) -> String {
    switch mark {
    case .added: " +"
    case .removed: " −"
    case .changed: " ~"
    case nil: ""
    }
  }

  private static func rows(_ node: Diagram.Node, detail: Detail) -> [Row] {
    let wanted: [Diagram.Column]
    switch detail {
    case .names: return []
    case .keys:
      wanted = node.columns.filter { $0.isPrimaryKey || $0.isForeignKey || $0.mark != nil }
    case .full: wanted = node.columns
    }
    var shown = wanted
    if wanted.count > mostRows {
      // What differs stays, then keys.
      let ranks = wanted.map { $0.mark != nil ? 0 : $0.isPrimaryKey || $0.isForeignKey ? 1 : 2 }
      let kept = Set(
        wanted.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.prefix(mostRows - 1))
      shown = wanted.indices.filter(kept.contains).map { wanted[$0] }
    }
    var rows = shown.map { column in
      Row(
        name: shortened(column.name.raw, to: 32) + sign(column.mark),
        type: shortened(column.type, to: 24), column: column)
    }
    let rest = node.columns.count - shown.count
    if rest > 0, detail == .full { rows.append(Row(name: "… \(rest) more", type: "", column: nil)) }
    return rows
  }

  private static func shortened(_ text: String, to length: Int) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > length else { return text }
    return String(String.UnicodeScalarView(scalars.prefix(length - 1))) + "…"
  }

  /// East Asian characters are twice as wide.
  static func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + (isWide($1.value) ? 2 : 1) }
  }

  private static func isWide(_ scalar: UInt32) -> Bool {
    (0x1100...0x115F).contains(scalar) || (0x2E80...0xA4CF).contains(scalar)
      || (0xAC00...0xD7A3).contains(scalar) || (0xF900...0xFAFF).contains(scalar)
      || (0xFF00...0xFF60).contains(scalar) || (0x1F300...0x3FFFF).contains(scalar)
  }

  /// The middle of the row of a column, from the top of the box.
  func anchor(of column: Diagram.Column?) -> Double {
    guard let column, let index = rows.firstIndex(where: { $0.column?.name == column.name }) else {
      return min(height / 2, Self.titleHeight / 2)
    }
    return Self.titleHeight + (Double(index) + 0.5) * Self.rowHeight
  }
}
