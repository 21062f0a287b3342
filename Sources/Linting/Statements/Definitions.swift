import SQLText
package import SchemaModel

/// What a column may carry.
package struct ColumnConstraint: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case notNull
    case null
    case `default`(Fragment)
    case check(Fragment)
    case unique
    case primaryKey
    case references(Reference)
    /// `GENERATED ALWAYS AS (…)`; nil: neither STORED nor VIRTUAL is written.
    case generated(Fragment, isStored: Bool?)
    case identity
    case collate
  }

  package var name: Name?
  package var kind: Kind
  package var isNotValid = false
  package var isNotEnforced = false
  package var range: Range<Int>
}

/// The other side of a foreign key.
package struct Reference: Hashable, Sendable {
  package var table: Name
  package var columns: [Identifier]
  /// The words after `ON DELETE`: `cascade`, `set null`.
  package var onDelete: String?
  package var onUpdate: String?
}

package struct ColumnDefinition: Hashable, Sendable {
  package var name: Name
  /// Nil where SQLite's column has none.
  package var type: TypeText?
  package var constraints: [ColumnConstraint]
  package var range: Range<Int>

  package var isNotNull: Bool { has { $0 == .notNull || $0 == .primaryKey } }
  package var isPrimaryKey: Bool { has { $0 == .primaryKey } }
  package var isUnique: Bool { has { $0 == .unique } }
  package var isIdentity: Bool { has { $0 == .identity } }

  package var defaultValue: Fragment? {
    for constraint in constraints { if case .default(let value) = constraint.kind { return value } }
    return nil
  }

  /// A default that gives old rows a value.
  package var hasValueForOldRows: Bool {
    guard let value = defaultValue else { return false }
    return !(value.tokens.count == 1 && value.tokens[0].isWord("null"))
  }

  package var reference: Reference? {
    for constraint in constraints {
      if case .references(let reference) = constraint.kind { return reference }
    }
    return nil
  }

  /// Whether old rows that have a value are held against the other table.
  package var hasEnforcedReference: Bool {
    constraints.contains {
      if case .references = $0.kind { !$0.isNotEnforced } else { false }
    }
  }

  /// A check that old rows are held against.
  package var enforcedCheck: ColumnConstraint? {
    constraints.first { if case .check = $0.kind { !$0.isNotEnforced } else { false } }
  }

  package var generated: (expression: Fragment, isStored: Bool?)? {
    for constraint in constraints {
      if case .generated(let expression, let isStored) = constraint.kind {
        return (expression, isStored)
      }
    }
    return nil
  }

  package var isSerial: Bool {
    ["serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"].contains(
      type?.fragment.text.asciiLowercased ?? "")
  }

  private func has(_ test: (ColumnConstraint.Kind) -> Bool) -> Bool {
    constraints.contains { test($0.kind) }
  }
}

/// A constraint of a table.
package struct TableConstraint: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case check(Fragment)
    case unique([Identifier])
    case primaryKey([Identifier])
    case foreignKey([Identifier], Reference)
    case exclusion
    /// Of PostgreSQL 18.
    case notNull(Identifier)
  }

  package var name: Name?
  package var kind: Kind
  package var usingIndex: Name?
  package var isNotValid = false
  package var isNotEnforced = false
  package var range: Range<Int>
  /// `ADD CONSTRAINT name` and the definition's own words, before `NOT VALID`: where it would be added.
  package var end: Int
}
