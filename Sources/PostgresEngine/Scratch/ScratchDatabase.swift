/// One scratch database, dropped when it goes out of scope.
struct ScratchDatabase: ~Copyable {
  private let server: ScratchServer
  let name: String

  static func make(
    on server: ScratchServer, withPublic: Bool
  ) throws(PostgresError) -> ScratchDatabase {
    let administration = try server.administration(database: nil)
    let now = try serverTime(administration)
    if case .given = server { try sweep(administration, at: now) }
    let name = newName(at: now)
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
    let database = ScratchDatabase(server: server, name: name)
    let inside = try database.administration()
    if !withPublic {
      try inside.execute("DROP SCHEMA public")
    } else if server.canMakeRoles, administration.serverMajorVersion < 15 {
      // Later ones give it to the database's owner.
      try inside.execute("ALTER SCHEMA public OWNER TO \(ScratchServer.ownerRole)")
    }
    return database
  }

  private static func newName(at now: Int) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(ScratchServer.databasePrefix)\(now)_\(random)"
  }

  /// A copy, once everybody has left: the server itself looks only ten times a second.
  func copy() throws(PostgresError) -> ScratchDatabase {
    let administration = try server.administration(database: nil)
    for _ in 0..<500 {
      let rows = try administration.query(
        "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1", [name])
      if rows.isEmpty { break }
    }
    let copy = Self.newName(at: try Self.serverTime(administration))
    let owner = server.canMakeRoles ? " OWNER \(ScratchServer.ownerRole)" : ""
    try administration.execute("CREATE DATABASE \(copy) TEMPLATE \(name)\(owner)")
    return ScratchDatabase(server: server, name: copy)
  }

  private init(server: ScratchServer, name: String) {
    self.server = server
    self.name = name
  }

  deinit {
    guard let administration = try? server.administration(database: nil) else { return }
    try? administration.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
  }

  /// Seconds since 1970 by the server's clock.
  private static func serverTime(
    _ connection: borrowing PostgresConnection
  ) throws(PostgresError) -> Int {
    let rows = try connection.query(
      "SELECT pg_catalog.floor(EXTRACT(EPOCH FROM pg_catalog.now()))::bigint")
    return rows.first?.integer(0) ?? 0
  }

  /// Drops what a run that died has left on a server that goes on: databases of our name and role, a day
  /// old, that nobody is connected to.
  private static func sweep(
    _ connection: borrowing PostgresConnection, at now: Int
  ) throws(PostgresError) {
    let rows = try connection.query(
      """
      SELECT d.datname FROM pg_catalog.pg_database d
      WHERE d.datname ~ '^\(ScratchServer.databasePrefix)[0-9]+_[0-9a-z]+$'
        AND d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
        AND pg_catalog.split_part(d.datname, '_', 3)::numeric < $1::numeric
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
      """, [String(now - 86_400)])
    for row in rows {
      // Somebody may have connected, or swept, meanwhile.
      try? connection.execute("DROP DATABASE IF EXISTS \(quotedIdentifier(row.text(0)))")
    }
  }

  func builder() throws(PostgresError) -> PostgresConnection { try server.builder(database: name) }
  func administration() throws(PostgresError) -> PostgresConnection {
    try server.administration(database: name)
  }
}
