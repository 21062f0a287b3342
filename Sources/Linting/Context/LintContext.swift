import Planning
import SchemaModel

/// What lint takes for granted.
package struct LintOptions: Sendable {
  /// PostgreSQL's major version on which the migration will run.
  package var version: Int
  /// The number behind the major version; nil when nobody said.
  package var minorVersion: Int?
  /// `3.40` is 3040.
  package var sqliteVersion: Int

  package init(version: Int = 15, minorVersion: Int? = nil, sqliteVersion: Int = 3_040) {
    self.version = version
    self.minorVersion = minorVersion
    self.sqliteVersion = sqliteVersion
  }
}

/// One statement with everything that is known before it runs.
package struct LintContext: Sendable {
  package let file: LintFile
  package let unit: LintUnit
  package let statement: ParsedStatement
  /// The statement's number in the file.
  package let index: Int
  /// Its number in the unit.
  package let indexInUnit: Int
  package let catalog: Catalog
  package let claims: Claims
  package let session: SessionState
  package let transaction: TransactionState?
  package let options: LintOptions

  var node: StatementNode { statement.node }
  var version: Int { options.version }
  var isInTransaction: Bool { transaction != nil }
  var line: Int { file.source.place(of: statement.range.lowerBound).line }

  /// The relation was there before this file, as far as one can tell.
  func isOld(_ name: Name) -> Bool { !catalog.isNew(name) }
  func isOld(_ key: RelationKey) -> Bool { !catalog.isNew(key) }

  /// The statements of the file that come after.
  var following: ArraySlice<ParsedStatement> { file.statements.dropFirst(index + 1) }
  var preceding: ArraySlice<ParsedStatement> { file.statements.prefix(index) }

  /// The ALTER TABLE of an old table; nil for everything else.
  var alterOfOldTable: AlterStatement? {
    guard case .alter(let alter) = node, alter.object == .table || alter.object == .foreignTable,
      isOld(alter.name)
    else { return nil }
    return alter
  }

  func reader() -> ClaimReader {
    ClaimReader(catalog: catalog, version: version, zoneIsUTC: session.zoneIsUTC)
  }
}

/// A whole file with all its statements, for rules that look at more than one.
package struct FileContext: Sendable {
  package let file: LintFile
  package let statements: [LintContext]
  /// What is open when the file ends.
  package let transaction: TransactionState?
  /// What is known at its end.
  package let catalog: Catalog
  package let options: LintOptions
}

/// Runs through a file as a server would, in thought.
struct Walk {
  private(set) var catalog: Catalog
  private var session = SessionState()
  private var transaction: TransactionState?
  private var transactions = 0
  let options: LintOptions

  init(catalog: Catalog, options: LintOptions) {
    self.catalog = catalog
    self.options = options
  }

  mutating func run(_ file: LintFile) -> FileContext {
    var contexts: [LintContext] = []
    for unit in file.units {
      switch unit.mode {
      case .transaction: begin(.managed, at: nil)
      case .implicit: begin(.implicit, at: nil)
      case .autocommit: break
      }
      for (position, statement) in unit.statements.enumerated() {
        let claims = ClaimReader.claims(
          of: statement, catalog: catalog, version: options.version,
          zoneIsUTC: session.zoneIsUTC)
        let context = LintContext(
          file: file, unit: unit, statement: statement, index: contexts.count,
          indexInUnit: position, catalog: catalog, claims: claims, session: session,
          transaction: transaction, options: options)
        contexts.append(context)
        advance(context, unit)
      }
      if unit.mode != .autocommit, transaction?.origin != .explicit { end() }
    }
    return FileContext(
      file: file, statements: contexts, transaction: transaction, catalog: catalog,
      options: options)
  }

  private mutating func begin(_ origin: TransactionState.Origin, at range: Range<Int>?) {
    transactions += 1
    transaction = TransactionState(number: transactions, origin: origin, beginRange: range)
  }

  private mutating func end() {
    transaction = nil
    session.endTransaction()
  }

  private mutating func advance(_ context: LintContext, _ unit: LintUnit) {
    let statement = context.statement
    switch statement.node {
    case .transaction(.begin):
      if transaction?.origin != .managed { begin(.explicit, at: statement.range) }
      return
    case .transaction(.commit), .transaction(.rollback), .transaction(.prepare):
      end()
      return
    case .transaction: return
    default: break
    }
    session.apply(statement, isInTransaction: transaction != nil)
    if transaction != nil { hold(context) }
    catalog.apply(statement, transaction: transaction?.number)
  }

  private mutating func hold(_ context: LintContext) {
    transaction?.statementCount += 1
    for (relation, mode) in context.claims.locks where !catalog.isNew(relation) {
      guard mode > transaction?.held[relation]?.mode ?? .none else { continue }
      transaction?.held[relation] = TransactionState.HeldLock(
        mode: mode, statement: context.index, line: context.line)
    }
    if case .alter(let alter) = context.node, case .addValue(let label, _, _)? = alter.typeChange {
      transaction?.newLabels[label] = catalog.key(alter.name)
    }
  }
}
