import Planning
import SQLText
import Seeding
import SchemaModel

/// The rows of some tables as texts.
struct RowImage {
  struct TableImage {
    var columns: [Identifier]
    var rows: [[String?]]

    func values(of column: Identifier) -> [String?]? {
      columns.firstIndex(of: column).map { index in rows.map { $0[index] } }
    }
  }

  private(set) var tables: [ObjectID: TableImage] = [:]

  /// Large values, and many rows, are more than a proof needs to see.
  private static let limit = 10_000

  init(of tables: Set<ObjectID>, in schema: Schema, _ session: any Session) throws {
    for id in tables.sorted() {
      guard case .table(let table)? = schema[id], table.server == nil else { continue }
      let columns = schema.allColumns(of: table).map(\.id.name)
      let list = columns.map { Self.text(of: $0, schema.engine) }
      let sql =
        "SELECT \(list.isEmpty ? "1" : list.joined(separator: ", ")) FROM "
        + "\(Quoting.path(id.path)) LIMIT \(Self.limit)"
      self.tables[id] = TableImage(columns: columns, rows: try session.query(sql))
    }
  }

  /// SQLite's `quote` tells a number from a text, and keeps bytes.
  private static func text(of column: Identifier, _ engine: EngineName) -> String {
    let name = Quoting.name(column.raw)
    return switch engine {
    case .postgresql: "\(name)::text"
    case .sqlite: "quote(\(name))"
    }
  }

  var rowCount: Int { tables.values.reduce(0) { $0 + $1.rows.count } }

  // MARK: - Comparison

  /// What of this image the later one no longer has, among the columns of both.
  func losses(in later: RowImage) -> [(table: ObjectID, column: Identifier?)] {
    var losses: [(table: ObjectID, column: Identifier?)] = []
    for (id, image) in tables.sorted(by: { $0.key < $1.key }) where !image.rows.isEmpty {
      guard let now = later.tables[id] else {
        losses.append((id, nil))
        continue
      }
      losses += Self.losses(of: image, in: now).map { (id, $0) }
    }
    return losses
  }

  private static func losses(of image: TableImage, in now: TableImage) -> [Identifier?] {
    var shared = image.columns.filter(now.columns.contains)
    if isContained(image.rows(of: shared), in: now.rows(of: shared)) { return [] }
    // What had no value loses nothing by getting one.
    shared.removeAll { isOnlyFilled($0, from: image, to: now) }
    if isContained(image.rows(of: shared), in: now.rows(of: shared)) { return [] }
    if now.rows.count < image.rows.count { return [nil] }
    let changed = shared.filter { column in
      !isContained([column].rows(image), in: [column].rows(now))
    }
    return changed.isEmpty ? [nil] : changed
  }

  private static func isOnlyFilled(
    _ column: Identifier, from image: TableImage, to now: TableImage
  ) -> Bool {
    let before = [column].rows(image)
    let values = before.filter { hasValue($0[0]) }
    return values.count < before.count && isContained(values, in: [column].rows(now))
      && !isContained(before, in: [column].rows(now))
  }

  private static func hasValue(_ text: String?) -> Bool { text != nil && text != "NULL" }

  private static func isContained(_ rows: [[String?]], in others: [[String?]]) -> Bool {
    var counts: [[String?]: Int] = [:]
    for row in others { counts[row, default: 0] += 1 }
    for row in rows {
      guard let count = counts[row], count > 0 else { return false }
      counts[row] = count - 1
    }
    return true
  }

  /// Columns with values, and tables with rows, that the later schema does not have.
  func goneColumns(in later: RowImage) -> [(table: ObjectID, column: Identifier?)] {
    var gone: [(table: ObjectID, column: Identifier?)] = []
    for (id, image) in tables.sorted(by: { $0.key < $1.key }) where !image.rows.isEmpty {
      guard let now = later.tables[id] else {
        gone.append((id, nil))
        continue
      }
      for column in image.columns where !now.columns.contains(column) {
        let hasValues = image.values(of: column)?.contains(where: Self.hasValue) ?? false
        if hasValues { gone.append((id, column)) }
      }
    }
    return gone
  }
}

extension RowImage.TableImage {
  fileprivate func rows(of columns: [Identifier]) -> [[String?]] {
    let places = columns.compactMap { self.columns.firstIndex(of: $0) }
    return rows.map { row in places.map { row[$0] } }
  }
}

extension [Identifier] {
  fileprivate func rows(_ image: RowImage.TableImage) -> [[String?]] { image.rows(of: self) }
}
