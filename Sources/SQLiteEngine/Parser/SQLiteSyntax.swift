/// A name as written, and what it means.
package struct SQLiteName: Hashable, Sendable {
  /// Without its quotes.
  package let value: String
  /// Where it stands, quotes included.
  package let range: Range<Int>
  package let isQuoted: Bool
}

package enum SQLiteSortOrder: String, Hashable, Sendable { case ascending, descending }

/// What ON CONFLICT says.
package enum SQLiteConflict: String, Hashable, Sendable {
  case rollback, abort, fail, ignore, replace
}

/// One column, or expression, of an index or key.
package struct SQLiteIndexedColumn: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    /// A bare name. Whether it is a column is for the engine to say.
    case column(SQLiteName)
    case expression(Range<Int>)
  }

  package var value: Value
  package var collation: SQLiteName?
  package var order: SQLiteSortOrder?
  /// All of it.
  package var range: Range<Int>
}

/// REFERENCES and what follows it.
package struct SQLiteForeignKeyClause: Hashable, Sendable {
  package enum Action: String, Hashable, Sendable {
    case noAction, restrict, setNull, setDefault, cascade
  }

  package var table: SQLiteName
  /// Empty: the table's primary key.
  package var columns: [SQLiteName]
  package var onDelete: Action?
  package var onUpdate: Action?
  package var match: SQLiteName?
  package var deferrability: SQLiteDeferrability?
  /// From REFERENCES on.
  package var range: Range<Int>
}

/// `[NOT] DEFERRABLE [INITIALLY …]`.
package struct SQLiteDeferrability: Hashable, Sendable {
  package var isDeferrable: Bool
  /// What INITIALLY says; nil when it is not there.
  package var isInitiallyDeferred: Bool?
  package var range: Range<Int>

  /// Whether SQLite really defers the check.
  package var isDeferred: Bool { isDeferrable && isInitiallyDeferred == true }
}

/// A constraint behind a column's type, in the order in which it was written.
package struct SQLiteColumnConstraint: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case primaryKey(order: SQLiteSortOrder?, conflict: SQLiteConflict?, isAutoincrement: Bool)
    case notNull(conflict: SQLiteConflict?)
    /// The word NULL, which says nothing.
    case null(conflict: SQLiteConflict?)
    case unique(conflict: SQLiteConflict?)
    /// The range is inside the parentheses.
    case check(Range<Int>)
    /// A literal, a signed number, a word or a parenthesized expression, parentheses included.
    case defaultValue(Range<Int>)
    case collate(SQLiteName)
    case references(SQLiteForeignKeyClause)
    /// On its own it belongs to the table's last foreign key so far.
    case deferrability(SQLiteDeferrability)
    /// The expression is inside the parentheses; the storage word is as written.
    case generated(expression: Range<Int>, isStored: Bool)
    /// CONSTRAINT and a name with nothing behind it.
    case nothing
  }

  package var name: SQLiteName?
  package var kind: Kind
  /// All of it, CONSTRAINT included.
  package var range: Range<Int>
}

package struct SQLiteColumnDefinition: Hashable, Sendable {
  package var name: SQLiteName
  /// The type as written, all of its words and numbers; nil for a column without one.
  package var type: Range<Int>?
  package var constraints: [SQLiteColumnConstraint]
  /// From the name to the last token.
  package var range: Range<Int>
}

package struct SQLiteTableConstraint: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case primaryKey(
      columns: [SQLiteIndexedColumn], isAutoincrement: Bool, conflict: SQLiteConflict?)
    case unique(columns: [SQLiteIndexedColumn], conflict: SQLiteConflict?)
    /// The range is inside the parentheses.
    case check(Range<Int>, conflict: SQLiteConflict?)
    case foreignKey(columns: [SQLiteName], SQLiteForeignKeyClause)
    case nothing
  }

  package var name: SQLiteName?
  package var kind: Kind
  package var range: Range<Int>
  /// A comma stands before it. SQLite does not insist on one between table constraints.
  package var hasComma: Bool
}

package struct SQLiteCreateTable: Hashable, Sendable {
  package var isTemporary: Bool
  package var name: SQLiteName
  package var columns: [SQLiteColumnDefinition]
  package var constraints: [SQLiteTableConstraint]
  package var isStrict: Bool
  package var isWithoutRowID: Bool
  /// From the opening parenthesis to the closing one, both included.
  package var body: Range<Int>
  /// STRICT and WITHOUT ROWID; empty, behind the closing parenthesis, when there are none.
  package var options: Range<Int>
}

package struct SQLiteCreateIndex: Hashable, Sendable {
  package var isUnique: Bool
  package var name: SQLiteName
  package var table: SQLiteName
  package var columns: [SQLiteIndexedColumn]
  /// The expression behind WHERE.
  package var predicate: Range<Int>?
}

package struct SQLiteCreateView: Hashable, Sendable {
  package var isTemporary: Bool
  package var name: SQLiteName
  /// The names in parentheses behind the view's own; nil when there are none.
  package var columns: [SQLiteName]?
  /// The SELECT.
  package var query: Range<Int>
}

package struct SQLiteCreateTrigger: Hashable, Sendable {
  package enum Time: String, Hashable, Sendable { case before, after, insteadOf }
  package enum Event: String, Hashable, Sendable { case delete, insert, update }

  package var isTemporary: Bool
  package var name: SQLiteName
  /// nil is BEFORE.
  package var time: Time?
  package var event: Event
  /// What stands behind UPDATE OF; empty for every column.
  package var columns: [SQLiteName]
  package var table: SQLiteName
  package var isForEachRow: Bool
  /// The expression behind WHEN.
  package var condition: Range<Int>?
  /// From BEGIN to END.
  package var body: Range<Int>
}

package struct SQLiteCreateVirtualTable: Hashable, Sendable {
  package var name: SQLiteName
  package var module: SQLiteName
  /// The arguments, without the white space around each; nil when there are no parentheses.
  package var arguments: [Range<Int>]?
}

/// A statement of `sqlite_schema`, taken apart. Every range is one of bytes of `source`.
package struct SQLiteCreateStatement: Sendable {
  package enum Value: Hashable, Sendable {
    case table(SQLiteCreateTable)
    case index(SQLiteCreateIndex)
    case view(SQLiteCreateView)
    case trigger(SQLiteCreateTrigger)
    case virtualTable(SQLiteCreateVirtualTable)
  }

  package let value: Value
  package let tokens: SQLiteTokens

  package var source: [UInt8] { tokens.source }

  /// The exact text of an element.
  package func text(_ range: Range<Int>) -> String {
    String(decoding: tokens.source[range], as: UTF8.self)
  }
}
