package import SchemaModel

/// The names and the definitions of the tables that hold the history.
///
/// PostgreSQL: a schema `kedge` of its own. SQLite: tables `_kedge_…`.
package struct HistoryTables: Sendable {
  let migration: String
  let event: String
  let state: String
  let script: String
  package let definitions: [String]

  package static func of(_ engine: EngineName) -> HistoryTables {
    switch engine {
    case .postgresql: postgresql
    case .sqlite: sqlite
    }
  }

  private static let postgresql = HistoryTables(
    migration: "kedge.migration", event: "kedge.event", state: "kedge.state",
    script: "kedge.script",
    definitions: [schema]
      + tables(
        prefix: "kedge.", identity: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        time: "timestamptz", now: "pg_catalog.clock_timestamp()",
        user: "DEFAULT current_user", address: "DEFAULT pg_catalog.inet_client_addr()::text"))

  /// Even with IF NOT EXISTS it is asked first whether one may; the schema may have been made for who may not.
  private static let schema = """
    DO $do$ BEGIN
      IF pg_catalog.to_regnamespace('kedge') IS NULL THEN CREATE SCHEMA IF NOT EXISTS kedge; END IF;
    END $do$
    """

  private static let sqlite = HistoryTables(
    // `main`, since a temporary table of a migration's would come first otherwise.
    migration: "main._kedge_migration", event: "main._kedge_event", state: "main._kedge_state",
    script: "main._kedge_script",
    definitions: tables(
      prefix: "main._kedge_", identity: "INTEGER PRIMARY KEY AUTOINCREMENT", time: "TEXT",
      now: "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", user: "", address: ""))

  private static func tables(
    prefix: String, identity: String, time: String, now: String, user: String, address: String
  ) -> [String] {
    [
      """
      CREATE TABLE IF NOT EXISTS \(prefix)migration (
        version text NOT NULL PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        token_checksum text NOT NULL,
        down_script text,
        from_fingerprint text,
        to_fingerprint text,
        state text NOT NULL CHECK (state IN ('applying', 'applied', 'reverting')),
        sections integer NOT NULL,
        sections_done integer NOT NULL,
        statements_done integer NOT NULL,
        statement_open integer NOT NULL,
        batch integer NOT NULL,
        position integer NOT NULL,
        applied_at \(time) NOT NULL DEFAULT \(now),
        applied_by text NOT NULL,
        milliseconds bigint NOT NULL
      )
      """,
      """
      CREATE TABLE IF NOT EXISTS \(prefix)event (
        id \(identity),
        at \(time) NOT NULL DEFAULT \(now),
        kind text NOT NULL,
        version text,
        section integer,
        statement integer,
        detail text,
        milliseconds bigint,
        run text NOT NULL,
        actor text NOT NULL,
        role text \(user),
        address text \(address)
      )
      """,
      """
      CREATE TABLE IF NOT EXISTS \(prefix)state (
        id integer NOT NULL PRIMARY KEY CHECK (id = 1),
        format integer NOT NULL,
        epoch bigint NOT NULL,
        holder text,
        process text,
        lease_until \(time),
        snapshot text,
        snapshot_after text,
        snapshot_server integer
      )
      """,
      """
      CREATE TABLE IF NOT EXISTS \(prefix)script (
        path text NOT NULL PRIMARY KEY,
        token_checksum text NOT NULL,
        run_at \(time) NOT NULL DEFAULT \(now)
      )
      """,
      "INSERT INTO \(prefix)state (id, format, epoch) VALUES (1, 1, 0) ON CONFLICT DO NOTHING",
    ]
  }
}
