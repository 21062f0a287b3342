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
    switch self {
    case .owned(let server): try server.connect(database: database, user: Self.ownerRole)
    case .given(let target): try PostgresConnection(target.with(database: database))
    }
  }
}

/// One scratch database, dropped when it goes out of scope.
struct ScratchDatabase: ~Copyable {
  private let server: ScratchServer
  let name: String

  init(on server: ScratchServer, withPublic: Bool) throws(PostgresError) {
    self.server = server
    name = ScratchServer.databasePrefix + String(UInt64.random(in: 0 ... .max), radix: 36)
    let administration = try server.administration(database: nil)
    var owner = ""
    if server.canMakeRoles {
      try administration.execute(
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '\(ScratchServer.ownerRole)') THEN
            CREATE ROLE \(ScratchServer.ownerRole) LOGIN;
          END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
        """)
      owner = " OWNER \(ScratchServer.ownerRole)"
    }
    try administration.execute(
      "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'\(owner)")
    let inside = try server.administration(database: name)
    if !withPublic {
      try inside.execute("DROP SCHEMA public")
    } else if server.canMakeRoles, administration.serverMajorVersion < 15 {
      // Later ones give it to the database's owner.
      try inside.execute("ALTER SCHEMA public OWNER TO \(ScratchServer.ownerRole)")
    }
  }

  deinit {
    guard let administration = try? server.administration(database: nil) else { return }
    try? administration.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  func builder() throws(PostgresError) -> PostgresConnection { try server.builder(database: name) }
  func administration() throws(PostgresError) -> PostgresConnection {
    try server.administration(database: name)
  }
}
