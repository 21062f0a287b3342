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
