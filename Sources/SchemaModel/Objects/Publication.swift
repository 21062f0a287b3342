/// A publication of logical replication.
package struct Publication: Describable {
  package enum Operation: String, Hashable, Sendable, Codable, CaseIterable {
    case insert, update, delete, truncate
  }

  /// A published table.
  package struct Member: Hashable, Sendable, Codable {
    package var table: ObjectID
    /// PostgreSQL 15: sorted; empty is all.
    package var columns: [Identifier]
    /// PostgreSQL 15: the rows that are published.
    package var filter: Expression?

    package init(table: ObjectID, columns: [Identifier] = [], filter: Expression? = nil) {
      self.table = table
      self.columns = columns.sorted()
      self.filter = filter
    }

    var value: FieldValue {
      .record([
        Field("table", table), Field("columns", columns), Field("where", filter),
      ])
    }
  }

  package var id: ObjectID
  package var isForAllTables: Bool
  /// In the order of `Operation.allCases`.
  package var operations: [Operation]
  /// `publish_via_partition_root`.
  package var viaRoot: Bool
  /// PostgreSQL 18: `publish_generated_columns`, other than `none`.
  package var generatedColumns: ExactText?
  /// Sorted.
  package var members: [Member]
  /// PostgreSQL 15: `TABLES IN SCHEMA`, sorted.
  package var schemas: [Identifier]

  package init(
    id: ObjectID, isForAllTables: Bool = false, operations: [Operation] = Operation.allCases,
    viaRoot: Bool = false, generatedColumns: ExactText? = nil, members: [Member] = [],
    schemas: [Identifier] = []
  ) {
    self.id = id
    self.isForAllTables = isForAllTables
    self.operations = Operation.allCases.filter(operations.contains)
    self.viaRoot = viaRoot
    self.generatedColumns = generatedColumns
    self.members = members.sorted { $0.table < $1.table }
    self.schemas = schemas.sorted()
  }

  package var requires: [ObjectID] {
    schemas.map { .namespace($0) }
      + members.flatMap { member in
        [member.table] + member.columns.map { member.table.part(.column, $0) }
      }
  }

  package var fields: [Field] {
    [
      Field("all_tables", isForAllTables),
      Field("publish", .list(operations.map { .text(ExactText($0.rawValue)) })),
      Field("via_partition_root", viaRoot),
      Field("generated_columns", generatedColumns?.string),
      Field("tables", .list(members.map(\.value))), Field("schemas", schemas),
    ]
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Publication {
    var copy = self
    for index in copy.members.indices {
      copy.members[index].filter = copy.members[index].filter.map(transform)
    }
    return copy
  }

  package func renamed(by names: Renaming) -> Publication {
    var copy = self
    copy.id = names(id)
    copy.schemas = schemas.map { names(.namespace($0)).name }.sorted()
    copy.members = members.map { member in
      Member(
        table: names(member.table), columns: names.columns(member.columns, of: member.table),
        filter: member.filter.map { names.expression($0, of: member.table.path) })
    }.sorted { $0.table < $1.table }
    return copy
  }
}
