package import SQLText
package import SchemaModel

/// A record of who changes the schema: event triggers that write a row for each command into `kedge.ddl`.
///
/// The function runs with its owner's rights, so that nobody else needs to be allowed to write to the table,
/// and finds nothing outside of pg_catalog by itself. What goes wrong in it is a warning: a full disk of the
/// ledger must not keep anybody from changing a schema. Statements are not kept, since they can hold secrets.
package enum DDLLedger {
  package static let table = "kedge.ddl"
  private static let function = "kedge.record_ddl"
  /// Event triggers live outside of schemas.
  private static let triggers = [
    ("kedge_ledger_command", "ddl_command_end"), ("kedge_ledger_drop", "sql_drop"),
  ]

  /// To be run in one transaction. `readers` may look at the ledger; `runners` besides keep the history of their
  /// migrations in the same schema.
  package static func install(readers: [Identifier], runners: [Identifier]) -> [SQL] {
    var statements: [SQL] = ["CREATE SCHEMA IF NOT EXISTS kedge", .verbatim(definition)]
    statements += [
      "CREATE INDEX IF NOT EXISTS ddl_identity_idx ON kedge.ddl (identity, id)",
      "REVOKE ALL ON kedge.ddl FROM PUBLIC", .verbatim(body),
      .verbatim("REVOKE ALL ON FUNCTION \(function)() FROM PUBLIC"),
    ]
    for (name, event) in triggers {
      statements.append(.verbatim("DROP EVENT TRIGGER IF EXISTS \(name)"))
      statements.append(
        .verbatim("CREATE EVENT TRIGGER \(name) ON \(event) EXECUTE FUNCTION \(function)()"))
      // In sessions of replication, too: they are no way around it.
      statements.append(.verbatim("ALTER EVENT TRIGGER \(name) ENABLE ALWAYS"))
    }
    for role in readers + runners {
      statements.append("GRANT USAGE ON SCHEMA kedge TO \(role)")
      statements.append("GRANT SELECT ON kedge.ddl TO \(role)")
    }
    for role in readers where !runners.contains(role) {
      statements.append("REVOKE CREATE ON SCHEMA kedge FROM \(role)")
    }
    for role in runners { statements.append("GRANT CREATE ON SCHEMA kedge TO \(role)") }
    return statements
  }

  /// `keepsRows`: the table with what was recorded stays.
  package static func uninstall(keepsRows: Bool) -> [SQL] {
    triggers.map { .verbatim("DROP EVENT TRIGGER IF EXISTS \($0.0)") }
      + [.verbatim("DROP FUNCTION IF EXISTS \(function)()")]
      + (keepsRows ? [] : [.verbatim("DROP TABLE IF EXISTS \(table)")])
  }

  /// `table`, `triggers` (how many fire) and `readable`.
  package static let state = """
    SELECT pg_catalog.to_regclass('\(table)') IS NOT NULL,
      (SELECT pg_catalog.count(*) FROM pg_catalog.pg_event_trigger
       WHERE evtname IN (\(triggers.map { "'\($0.0)'" }.joined(separator: ", "))) AND evtenabled <> 'D'),
      COALESCE(pg_catalog.has_table_privilege(pg_catalog.to_regclass('\(table)'), 'SELECT'), false)
      AND COALESCE(pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace('kedge'), 'USAGE'), false)
    """

  private static let columns = """
    id, pg_catalog.to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', tag, object_type, identity,
    role, acting_role, address, application
    """

  /// The newest so many (`$1`) that name this (`$2`, or all).
  package static let newest = """
    SELECT \(columns) FROM \(table)
    WHERE $2::text IS NULL OR pg_catalog.strpos(COALESCE(identity, ''), $2) > 0 ORDER BY id DESC LIMIT $1::bigint
    """

  /// The last one about each object.
  package static let lastOfEach = """
    SELECT DISTINCT ON (l.identity) \(columns) FROM \(table) l
    WHERE l.identity IS NOT NULL ORDER BY l.identity, l.id DESC
    """

  private static let definition = """
    CREATE TABLE IF NOT EXISTS \(table) (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      tag text NOT NULL,
      object_type text,
      schema_name text,
      identity text,
      role text NOT NULL,
      acting_role text,
      address text,
      application text,
      transaction text NOT NULL
    )
    """

  private static let who = """
    session_user, NULLIF(pg_catalog.current_setting('role'), 'none'),
        pg_catalog.host(pg_catalog.inet_client_addr()), pg_catalog.current_setting('application_name'),
        pg_catalog.pg_current_xact_id()::text
    """

  private static let body = """
    CREATE OR REPLACE FUNCTION \(function)() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $ledger$
    BEGIN
      IF tg_event = 'sql_drop' THEN
        INSERT INTO \(table)
          (tag, object_type, schema_name, identity, role, acting_role, address, application, transaction)
        SELECT tg_tag, o.object_type, o.schema_name, o.object_identity, \(who)
        FROM pg_catalog.pg_event_trigger_dropped_objects() o
        WHERE (o.original OR o.normal) AND NOT o.is_temporary
          AND o.schema_name IS DISTINCT FROM 'kedge';
      ELSIF tg_tag <> 'REFRESH MATERIALIZED VIEW' THEN
        INSERT INTO \(table)
          (tag, object_type, schema_name, identity, role, acting_role, address, application, transaction)
        SELECT o.command_tag, o.object_type, o.schema_name, o.object_identity, \(who)
        FROM pg_catalog.pg_event_trigger_ddl_commands() o
        WHERE NOT o.in_extension AND o.schema_name IS DISTINCT FROM 'pg_temp'
          AND o.schema_name IS DISTINCT FROM 'kedge';
      END IF;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'the ledger of schema changes could not be written: %', SQLERRM;
    END
    $ledger$
    """
}
