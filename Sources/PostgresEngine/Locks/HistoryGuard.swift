/// Finds what would let others act with the runner's rights: whoever owns the history's schema or tables, or
/// may write to them, decides what runs; a trigger, a rule or a policy on them runs as the runner.
enum HistoryGuard {
  static let query = """
    WITH home AS (
      SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_catalog.pg_namespace n
      WHERE n.nspname = 'kedge'
    ), relation AS (
      SELECT c.* FROM pg_catalog.pg_class c JOIN home h ON h.oid = c.relnamespace
    ), trusted AS (
      SELECT r.oid FROM pg_catalog.pg_roles r
      WHERE r.rolsuper OR r.rolname = current_user
    )
    SELECT 'the schema kedge belongs to ' || pg_catalog.pg_get_userbyid(h.nspowner)
    FROM home h WHERE h.nspowner NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT 'kedge.' || c.relname || ' belongs to ' || pg_catalog.pg_get_userbyid(c.relowner)
    FROM relation c JOIN home h ON h.nspowner <> c.relowner
    WHERE c.relowner NOT IN (SELECT oid FROM trusted) AND c.relkind <> 'i'
    UNION ALL
    SELECT 'kedge.' || c.relname || ' is no ordinary table'
    FROM relation c
    WHERE c.relname IN ('migration', 'event', 'state', 'script') AND c.relkind <> 'r'
    UNION ALL
    SELECT 'the trigger ' || t.tgname || ' on kedge.' || c.relname
    FROM pg_catalog.pg_trigger t JOIN relation c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'the rule ' || w.rulename || ' on kedge.' || c.relname
    FROM pg_catalog.pg_rewrite w JOIN relation c ON c.oid = w.ev_class WHERE c.relkind = 'r'
    UNION ALL
    SELECT 'row security on kedge.' || c.relname FROM relation c WHERE c.relrowsecurity
    UNION ALL
    SELECT 'the policy ' || p.polname || ' on kedge.' || c.relname
    FROM pg_catalog.pg_policy p JOIN relation c ON c.oid = p.polrelid
    UNION ALL
    SELECT 'the table ' || i.inhrelid::regclass::text || ' inherits from kedge.' || c.relname
    FROM pg_catalog.pg_inherits i JOIN relation c ON c.oid = i.inhparent
    UNION ALL
    SELECT COALESCE(g.rolname, 'everybody') || ' may ' || pg_catalog.lower(a.privilege_type)
      || ' in the schema kedge'
    FROM home h CROSS JOIN LATERAL pg_catalog.aclexplode(h.nspacl) a
      LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> h.nspowner
      AND a.grantee NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT COALESCE(g.rolname, 'everybody') || ' may ' || pg_catalog.lower(a.privilege_type)
      || ' kedge.' || c.relname
    FROM relation c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
      LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
    WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
      AND c.relkind = 'r' AND a.grantee <> c.relowner AND a.grantee NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT COALESCE(g.rolname, 'everybody') || ' may ' || pg_catalog.lower(a.privilege_type)
      || ' kedge.' || c.relname || '.' || t.attname
    FROM relation c JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped
      CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) a
      LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
    WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'REFERENCES') AND a.grantee <> c.relowner
      AND a.grantee NOT IN (SELECT oid FROM trusted)
    """
}
