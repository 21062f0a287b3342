package import SQLText
package import SchemaModel

/// A statement as far as lint, trace and the runner's probes must understand it: its kind, the relations that
/// it names, and the clauses that decide about locks and data. It is no judge of correctness: what it
/// does not know becomes `.other`.
package struct ParsedStatement: Sendable {
  package let node: StatementNode
  /// With the places of the file.
  package let tokens: [Token]
  package let range: Range<Int>
  package let text: String
}

package enum StatementNode: Sendable {
  case alter(AlterStatement)
  case createTable(CreateTable)
  case createIndex(CreateIndex)
  case createView(CreateView)
  case createType(CreateType)
  case createDomain(CreateDomain)
  case createRoutine(CreateRoutine)
  case createTrigger(CreateTrigger)
  /// Every other CREATE; a policy's or rule's table is in `table`.
  case create(CreateObject)
  case drop(DropStatement)
  case reindex(Reindex)
  case truncate(tables: [Name], cascade: Bool, restartIdentity: Bool)
  case vacuum(tables: [Name], isFull: Bool)
  case cluster(table: Name?)
  case analyze(tables: [Name])
  case refresh(view: Name, concurrently: Bool)
  case lock(tables: [Name], mode: String?)
  case comment(ObjectWord?, Name?)
  case grant(isRevoke: Bool)
  case transaction(TransactionCommand)
  case set(SetCommand)
  case insert(ManipulatedRows)
  case update(ManipulatedRows)
  case delete(ManipulatedRows)
  case merge(ManipulatedRows)
  case select
  case doBlock
  case call
  case execute
  case copy(isFromInput: Bool)
  case pragma(name: String, value: String?)
  case attach
  case other
}

package struct AlterStatement: Sendable {
  package var object: ObjectWord
  package var name: Name
  /// The relation that a trigger, policy or rule belongs to.
  package var table: Name?
  package var ifExists = false
  package var actions: [AlterAction] = []
  /// What an ALTER of a type does; nil for everything else.
  package var typeChange: TypeChange?
  /// What an ALTER of a domain does; nil for everything else.
  package var domainChange: DomainChange?
  /// Everything after the name.
  package var rest: Fragment

  package enum TypeChange: Hashable, Sendable {
    case addValue(label: String, isPlaced: Bool, ifNotExists: Bool)
    case renameValue
    case attributes
    case renameAttribute
  }

  package enum DomainChange: Hashable, Sendable {
    case addConstraint(isNotValid: Bool)
    case validate
    case setNotNull
    case other
  }
}

package struct CreateTable: Sendable {
  package var name: Name
  package var isTemporary = false
  package var ifNotExists = false
  package var columns: [ColumnDefinition] = []
  package var constraints: [TableConstraint] = []
  /// Tables after LIKE.
  package var likes: [Name] = []
  package var inherits: [Name] = []
  package var partitionOf: Name?
  package var isDefaultPartition = false
  package var isPartitioned = false
  /// `AS SELECT …`; columns come from the query.
  package var isFromQuery = false
  /// SQLite.
  package var isStrict = false
  package var isWithoutRowid = false
  package var isVirtual = false

  package init(name: Name) { self.name = name }

  package var references: [Reference] {
    columns.compactMap(\.reference)
      + constraints.compactMap {
        if case .foreignKey(_, let other) = $0.kind { other } else { nil }
      }
  }

  package var hasPrimaryKey: Bool {
    columns.contains(where: \.isPrimaryKey)
      || constraints.contains { if case .primaryKey = $0.kind { true } else { false } }
  }
}

package struct CreateIndex: Sendable {
  package var name: Name?
  package var table: Name
  package var isUnique = false
  package var isConcurrent = false
  package var ifNotExists = false
  package var isOnly = false
  /// One fragment a key part.
  package var parts: [Fragment] = []
  package var predicate: Fragment?
  /// The word `INDEX`: where CONCURRENTLY goes behind.
  package var indexWord: Range<Int>

  /// The plain columns; nil when a part is an expression.
  package var columns: [Identifier]? {
    var names: [Identifier] = []
    for part in parts {
      guard let first = part.tokens.first, first.kind == .word || first.kind == .quotedName,
        part.tokens.count == 1 || !part.tokens[1].isSymbol("(")
      else { return nil }
      names.append(PostgresSyntax().identifier(first))
    }
    return names
  }
}

package struct CreateView: Sendable {
  package var name: Name
  package var isReplace = false
  package var isMaterialized = false
  package var isTemporary = false
  package var withOptions: Fragment
  package var query: Fragment
}

package struct CreateType: Sendable {
  package var name: Name
  /// The labels of an enum; nil for every other type.
  package var labels: [String]?
}

package struct CreateDomain: Sendable {
  package var name: Name
  package var baseType: TypeText?
  package var isConstrained: Bool
}

package struct CreateRoutine: Sendable {
  package var name: Name
  package var isReplace = false
  package var isSecurityDefiner = false
  package var setsSearchPath = false
}

package struct CreateTrigger: Sendable {
  package var name: Name
  package var table: Name
  package var isReplace = false
}

package struct CreateObject: Sendable {
  package var object: ObjectWord?
  package var name: Name?
  package var table: Name?
  package var isReplace = false
  package var ifNotExists = false
  package var rest: Fragment
}

package struct DropStatement: Sendable {
  package var object: ObjectWord
  package var names: [Name]
  /// The relation that a trigger, policy or rule belongs to.
  package var table: Name?
  package var isConcurrent = false
  package var ifExists = false
  package var cascade = false
  /// The word of the object's kind: where CONCURRENTLY goes behind.
  package var objectWord: Range<Int>
  package var cascadeWord: Range<Int>?
}

package struct Reindex: Sendable {
  package enum Target: String, Sendable { case index, table, schema, database, system }

  package var target: Target
  package var name: Name?
  package var isConcurrent: Bool
  package var targetWord: Range<Int>
}

package enum TransactionCommand: Sendable, Hashable {
  case begin
  case commit
  case rollback
  case savepoint
  case rollbackTo
  case release
  case prepare
}

package struct SetCommand: Sendable {
  package enum Scope: Sendable, Hashable { case session, local }

  /// In lower case; `all` for RESET ALL.
  package var name: String
  /// The texts of the values; nil for RESET and DEFAULT.
  package var values: [String]?
  package var scope: Scope
}

/// The target of INSERT, UPDATE, DELETE and MERGE.
package struct ManipulatedRows: Sendable {
  package var table: Name
  /// After WHERE; nil when there is none.
  package var condition: Fragment?
  /// INSERT's rows come from a query.
  package var isFromQuery = false
  /// INSERT's columns, and UPDATE's in order.
  package var columns: [Name] = []
  /// `OR IGNORE`, `OR REPLACE` of SQLite.
  package var conflict: String?
  package var rest: Fragment
}
