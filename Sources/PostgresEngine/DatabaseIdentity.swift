/// Which database a connection leads to, whatever it is called there.
package struct DatabaseIdentity: Hashable, Sendable {
  /// `pg_control_system().system_identifier`: one for each cluster, its replicas included.
  let system: String
  let database: String
}

extension PostgresConnection {
  /// Nil where the role may not ask.
  package borrowing func identity() -> DatabaseIdentity? {
    let rows = try? query(
      """
      SELECT s.system_identifier, pg_catalog.current_database()
      FROM pg_catalog.pg_control_system() s
      """)
    return rows?.first.map { DatabaseIdentity(system: $0.text(0), database: $0.text(1)) }
  }
}

extension ConnectionString {
  /// Whether the URLs name one server, as far as their words tell.
  package func namesSameServer(as other: ConnectionString) -> Bool {
    ["host", "hostaddr", "service"].allSatisfy {
      self[$0]?.lowercased() == other[$0]?.lowercased()
    } && (self["port"] ?? "5432") == (other["port"] ?? "5432")
  }

  /// Whether they name databases of one name. Without one it is the user's.
  package func namesSameDatabase(as other: ConnectionString) -> Bool {
    self["dbname"] ?? self["user"] == other["dbname"] ?? other["user"]
  }
}
