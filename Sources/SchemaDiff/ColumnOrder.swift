import SchemaModel

/// The order of a table's columns: reported, never part of equality.
enum ColumnOrder {
  static func notes(from: Schema, to: Schema) -> [String] {
    to.objects(of: .table).compactMap { object -> String? in
      guard case .table(let wanted) = object, let order = wanted.columnOrder,
        case .table(let live)? = from[wanted.id], let present = live.columnOrder
      else { return nil }
      let shared = Set(order).intersection(present)
      guard order.filter(shared.contains) != present.filter(shared.contains) else { return nil }
      let isDefault = wanted.id.namespace?.raw == to.engine.defaultNamespace
      let path = Array(wanted.id.path.dropFirst(isDefault ? 1 : 0))
      return "table \(QualifiedName.text(path)): the columns stand in another order"
    }
  }
}
