/// Where scratch databases are made: a private server, where declared texts run as a role without
/// rights, or a given one, where they run as the role that was given.
package enum ScratchServer: Sendable {
  case owned(PrivateServer)
  case given(ConnectionString)

  /// Who builds on a private server: no superuser, nothing but the owner of the scratch database.
  static let ownerRole = "kedge_owner"
  static let databasePrefix = "kedge_scratch_"

  var canMakeRoles: Bool {
    switch self {
    case .owned: true
    case .given: false
    }
  }

  /// For making databases, and for what the builder may not do itself.
  func administration(database: String?) throws(PostgresError) -> PostgresConnection {
    switch self {
    case .owned(let server): try server.connect(database: database ?? "postgres")
    case .given(let target):
      try PostgresConnection(database.map { target.with(database: $0) } ?? target)
    }
  }

  func builder(database: String) throws(PostgresError) -> PostgresConnection {
    try PostgresConnection(builderTarget(database: database))
  }

  func builderTarget(database: String) -> ConnectionString {
    switch self {
    case .owned(let server): server.target(database: database, user: Self.ownerRole)
    case .given(let target): target.with(database: database)
    }
  }
}
