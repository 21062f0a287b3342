import SchemaModel

enum ViewKind {
  /// Not under the snapshot: the printer reads the newest catalog, and takes locks. So this comes last.
  static func definitions(of oids: [UInt32]) -> String {
    let list = oids.map(String.init).joined(separator: ",")
    return """
      SELECT v.oid, pg_catalog.pg_get_viewdef(v.oid)
      FROM pg_catalog.unnest('{\(list)}'::pg_catalog.oid[]) v(oid)
      """
  }

  /// Adds the views whose text could be read.
  static func finish(_ texts: [UInt32: String], _ catalog: inout Catalog) {
    for view in catalog.views {
      let (oid, id, options) = (view.oid, view.id, view.options)
      guard let text = texts[oid] else {
        catalog.addresses[CatalogAddress(CatalogID.relation, oid)] = nil
        continue
      }
      let query = catalog.expression(withoutSemicolon(text))
      if id.kind == .materializedView {
        catalog.objects.append(
          .materializedView(
            MaterializedView(
              id: id, query: query, storageParameters: options, tablespace: view.tablespace,
              accessMethod: view.accessMethod, clusteredOn: catalog.clustered[oid],
              columnSettings: catalog.resultSettings[oid] ?? [])))
      } else {
        let columns = (catalog.viewColumns[oid] ?? []).sorted { $0.number < $1.number }
        catalog.objects.append(
          .view(
            View(
              id: id, query: query, options: options, columnDefaults: defaults(of: oid, &catalog),
              optionOrder: view.optionOrder, resultColumns: columns.map(\.column))))
      }
    }
    catalog.views = []
  }

  private static func defaults(
    of oid: UInt32, _ catalog: inout Catalog
  ) -> [View.ColumnDefault] {
    let found = (catalog.viewDefaults[oid] ?? []).sorted { $0.number < $1.number }
    return found.compactMap { number, text in
      catalog.column(oid, number).map {
        View.ColumnDefault(column: $0, value: catalog.expression(text))
      }
    }
  }

  private static func withoutSemicolon(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let last = bytes.last, last == 0x20 || last == 0x0A || last == UInt8(ascii: ";") {
      bytes.removeLast()
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
