import Foundation
import PostgresEngine
import TestSupport
import Testing

/// Every column of every catalog of the server has its place in the table of `docs/coverage.md`: read,
/// printed, derived, or not compared for a reason. What a new version brings is found here.
struct CatalogTableTests {
  private struct Row {
    /// What Kedge reads itself.
    var read: [String] = []
    var all: Set<String> = []
  }

  private func table() throws -> [String: Row] {
    var rows: [String: Row] = [:]
    for line in try Repository.text("docs/coverage.md").split(separator: "\n")
    where line.hasPrefix("| `pg_") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .map(names)
      guard let catalog = cells.first?.first, cells.count > 4 else { continue }
      rows[catalog] = Row(read: cells[1], all: Set(cells.dropFirst().joined()))
    }
    return rows
  }

  private func names(_ cell: Substring) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  @Test func everyColumnOfTheServerIsInTheTable() throws {
    let table = try table()
    try SharedServer.withDatabase { connection, _ in
      let rows = try connection.query(
        """
        SELECT c.relname, a.attname FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 11 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        """)
      #expect(rows.count > 500)
      for row in rows {
        let isKnown = table[row.text(0)]?.all.contains(row.text(1)) ?? false
        #expect(isKnown, "\(row.text(0)).\(row.text(1)) is not in docs/coverage.md")
      }
    }
  }

  @Test func whatTheTableCallsReadIsRead() throws {
    let folder = Repository.url("Sources/PostgresEngine")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let sources = try (files?.compactMap { $0 as? URL } ?? [])
      .filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    for (catalog, row) in try table() {
      for column in row.read where column != "oid" {
        #expect(sources.contains(column), "\(catalog).\(column) is not read")
      }
    }
  }
}
