-- The columns of the catalogs from which any tool must make a schema, without a definition printed by the
-- server: what the server and the wire cost.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = '';
SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace;
SELECT oid, relname, relnamespace, relkind, relpersistence, relowner, relacl, reloptions, relam,
  reltablespace, relispartition, relrowsecurity, relreplident
FROM pg_catalog.pg_class WHERE oid >= 16384;
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef,
  a.attidentity, a.attgenerated, a.attcollation, a.attstorage
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'p', 'f');
SELECT adrelid, adnum, pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef;
SELECT oid, conname, conrelid, contype, condeferrable, condeferred, convalidated, conindid,
  confrelid, confupdtype, confdeltype, confmatchtype, conkey, confkey, connoinherit,
  CASE WHEN contype = 'c' THEN pg_catalog.pg_get_expr(conbin, conrelid) END
FROM pg_catalog.pg_constraint WHERE oid >= 16384;
SELECT indexrelid, indrelid, indisunique, indisprimary, indisvalid, indkey, indclass, indcollation,
  indoption, indnkeyatts, pg_catalog.pg_get_expr(indpred, indrelid),
  pg_catalog.pg_get_expr(indexprs, indrelid)
FROM pg_catalog.pg_index WHERE indrelid >= 16384;
SELECT seqrelid, seqtypid, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle
FROM pg_catalog.pg_sequence;
SELECT oid, typname, typnamespace, typtype, typbasetype FROM pg_catalog.pg_type WHERE typtype <> 'c';
SELECT objoid, classoid, objsubid, description FROM pg_catalog.pg_description WHERE objoid >= 16384;
SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype
FROM pg_catalog.pg_depend WHERE objid >= 16384 AND refobjid >= 16384 AND deptype IN ('n', 'a', 'i');
SELECT oid, pg_catalog.pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE relkind = 'v' AND oid >= 16384;
COMMIT;
