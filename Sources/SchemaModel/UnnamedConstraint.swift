/// What a SQLite constraint without a name is called in the model: `#`, what it says, and an ordinal from
/// the second of its like on.
package enum UnnamedConstraint {
  package static func name(
    kind: ObjectKind, canonicalDefinition: String, ordinal: Int
  ) -> Identifier {
    let name = "#" + kind.rawValue + canonicalDefinition + (ordinal > 1 ? " \(ordinal)" : "")
    return Identifier(name, in: .sqlite)
  }

  /// Whether a constraint's last name is made up. No real name can be mistaken: `#` needs quotes in SQL,
  /// and a named constraint keeps `SourceForm.isNamed`.
  package static func isUnnamed(_ id: ObjectID) -> Bool {
    switch id.kind {
    case .primaryKey, .unique, .check, .foreignKey:
      id.name.raw.utf8.starts(with: ("#" + id.kind.rawValue).utf8)
    case .namespace, .extension, .language, .accessMethod, .collation, .enumType, .baseType,
      .domain, .compositeType, .rangeType, .sequence, .function, .operator, .operatorFamily,
      .operatorClass, .cast, .conversion, .transform, .textSearchParser, .textSearchTemplate,
      .textSearchDictionary, .textSearchConfiguration, .foreignDataWrapper, .server, .userMapping,
      .table, .column, .exclusion, .index, .statistics, .virtualTable, .view, .materializedView,
      .rule, .trigger, .policy, .publication, .subscription, .eventTrigger, .comment, .owner,
      .grant, .defaultPrivileges:
      false
    }
  }

  package static func definition(ofUnique columns: [KeyColumn]) -> String {
    list(columns.map(\.name))
  }

  package static func definition(ofCheck expression: Expression) -> String {
    "(" + expression.canonical.string + ")"
  }

  package static func definition(
    ofForeignKey columns: [Identifier], to table: Identifier, _ referenced: [Identifier]
  ) -> String {
    list(columns) + "->" + table.key + (referenced.isEmpty ? "" : list(referenced))
  }

  private static func list(_ names: [Identifier]) -> String {
    "(" + names.map(\.key).joined(separator: ",") + ")"
  }
}

/// Hands out the names of one table's unnamed constraints, in the order of the text.
package struct UnnamedConstraintNamer {
  private var counts: [Identifier: Int] = [:]

  package init() {}

  package mutating func name(_ kind: ObjectKind, _ canonicalDefinition: String = "") -> Identifier {
    let first = UnnamedConstraint.name(
      kind: kind, canonicalDefinition: canonicalDefinition, ordinal: 1)
    let ordinal = counts[first, default: 0] + 1
    counts[first] = ordinal
    if ordinal == 1 { return first }
    return UnnamedConstraint.name(
      kind: kind, canonicalDefinition: canonicalDefinition, ordinal: ordinal)
  }
}

extension UnnamedConstraint {
  /// The objects with made-up names that say what the constraints say now, after a rename of what they
  /// mention.
  package static func refreshed(_ objects: [SchemaObject]) -> [SchemaObject] {
    var namers: [[Identifier]: UnnamedConstraintNamer] = [:]
    return objects.map { object in
      let id = object.id
      guard isUnnamed(id) else { return object }
      func name(_ definition: String) -> ObjectID {
        id.renamed(
          to: namers[id.relationPath, default: UnnamedConstraintNamer()].name(id.kind, definition))
      }
      if case .unique(var key) = object {
        key.id = name(definition(ofUnique: key.columns))
        return .unique(key)
      }
      if case .check(var check) = object {
        check.id = name(definition(ofCheck: check.expression))
        return .check(check)
      }
      if case .foreignKey(var key) = object {
        key.id = name(
          definition(
            ofForeignKey: key.columns, to: key.referencedTable.name, key.referencedColumns))
        return .foreignKey(key)
      }
      return object
    }
  }
}
