import Planning
import PostgresEngine
import SQLText
import SchemaDiff
import SchemaModel
import SchemaYAML
import Testing

/// Objects that need each other are made, from the database's own schema and from its YAML, and dropped.
struct CycleTests {
  private static let scripts = [
    """
    CREATE TABLE t (a int, b varchar(5));
    CREATE VIEW v AS SELECT a, b FROM t;
    CREATE OR REPLACE VIEW v AS SELECT a, b FROM v
    """,
    """
    CREATE TYPE e AS ENUM ('x');
    CREATE TABLE t (a int, b e);
    CREATE VIEW v AS SELECT a, b FROM t;
    CREATE FUNCTION f(v) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE OR REPLACE VIEW v AS SELECT a, b FROM t WHERE f(ROW(a, b)::v) = 1;
    CREATE VIEW w AS SELECT * FROM v
    """,
    """
    CREATE TABLE t (a int, b int);
    CREATE FUNCTION f(t) RETURNS boolean LANGUAGE sql AS 'SELECT true';
    CREATE FUNCTION g(t) RETURNS int LANGUAGE sql AS 'SELECT 1';
    ALTER TABLE t ADD CONSTRAINT c CHECK (f(t.*));
    ALTER TABLE t ALTER COLUMN b SET DEFAULT g(NULL)
    """,
  ]

  private func execute(_ plan: Plan, _ connection: borrowing PostgresConnection) throws {
    for statement in plan.steps.flatMap(\.statements) {
      try connection.execute(statement.sql.text)
    }
  }

  @Test(arguments: scripts) func comesAndGoes(_ script: String) throws {
    try SharedServer.withDatabase { original, _ in
      for statement in script.split(separator: ";\n") { try original.execute(String(statement)) }
      let wanted = try PostgresInspector.inspect(original)
      let written = SchemaWriter.write(wanted, managing: .everything)
      #expect(written.losses == [])
      let declared = try SchemaReader.read([YAMLSource(file: "schema.yaml", text: written.text)])
      for schema in [wanted, declared.schema] {
        try SharedServer.withDatabase { copy, _ in
          let empty = try PostgresInspector.inspect(copy)
          try execute(Plans.plan(empty, schema), copy)
          let made = try PostgresInspector.inspect(copy)
          #expect(Differ.differences(made, wanted) == [])
          try execute(Plans.plan(made, empty), copy)
          #expect(Differ.differences(try PostgresInspector.inspect(copy), empty) == [])
        }
      }
    }
  }
}
