import SQLiteEngine
import SchemaModel
import Testing

@Suite struct InspectorTests {
  private func id(_ kind: ObjectKind, _ names: String...) -> ObjectID {
    ObjectID(kind, (["main"] + names).map { Identifier($0, in: .sqlite) })
  }

  @Test(.enabled(if: SQLiteModules.areThere, SQLiteModules.reason)) func readsEveryKind() throws {
    let schema = try PlanHarness.schema(
      """
      CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT COLLATE nocase UNIQUE);
      CREATE TABLE child (
        a INT NOT NULL ON CONFLICT IGNORE DEFAULT 5 CHECK (a > 0),
        b AS (a + 1) STORED,
        "Parent" REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT pair UNIQUE (a DESC, b COLLATE binary) ON CONFLICT REPLACE,
        FOREIGN KEY (a) REFERENCES parent(id) ON UPDATE SET NULL
      );
      CREATE TABLE w (k TEXT PRIMARY KEY, v ANY) STRICT, WITHOUT ROWID;
      CREATE UNIQUE INDEX i ON child ("Parent" COLLATE rtrim DESC, lower(a), (b)) WHERE a IS NOT NULL;
      CREATE VIEW v(x) AS SELECT a FROM child JOIN parent ON child.parent = parent.id;
      CREATE TRIGGER t AFTER UPDATE OF a ON child WHEN new.a > 3 BEGIN DELETE FROM w; END;
      CREATE VIRTUAL TABLE f USING fts5(body);
      """)
    #expect(
      schema.objects.map(\.id.description) == [
        #"table "main"."child""#, #"table "main"."parent""#, #"table "main"."w""#,
        #"column "main"."child"."a""#, #"column "main"."child"."b""#,
        #"column "main"."child"."Parent""#, #"column "main"."parent"."code""#,
        #"column "main"."parent"."id""#, #"column "main"."w"."k""#, #"column "main"."w"."v""#,
        ##"primary_key "main"."parent"."#primary_key""##,
        ##"primary_key "main"."w"."#primary_key""##,
        #"unique "main"."child"."pair""#, ##"unique "main"."parent"."#unique(code)""##,
        ##"check "main"."child"."#check(a > 0)""##,
        ##"foreign_key "main"."child"."#foreign_key(a)->parent(id)""##,
        ##"foreign_key "main"."child"."#foreign_key(parent)->parent""##,
        #"index "main"."child"."i""#, #"virtual_table "main"."f""#, #"view "main"."v""#,
        #"trigger "main"."child"."t""#,
      ])
    #expect(schema.coverage.unmodelled == [])
    #expect(schema.coverage.gaps == [])
    #expect(schema.dependencies[id(.view, "v")] == [id(.table, "child"), id(.table, "parent")])
    #expect(
      schema.dependencies[id(.trigger, "child", "t")] == [id(.table, "child"), id(.table, "w")])
    guard case .index(let index)? = schema[id(.index, "child", "i")],
      case .unique(let pair)? = schema[id(.unique, "child", "pair")],
      case .column(let column)? = schema[id(.column, "child", "A")]
    else {
      Issue.record("objects are missing")
      return
    }
    #expect(index.isUnique && index.parts.count == 3)
    #expect(index.parts[2].subject == .column(Identifier("b", in: .sqlite)))
    #expect(index.parts[0].collation == "RTRIM" && index.parts[0].isDescending)
    #expect(pair.conflict == .replace && pair.columns[0].isDescending)
    #expect(column.notNullConflict == .ignore && column.defaultValue?.canonical == "5")
  }

  @Test func theSpellingOfDefaultsThatAreStringsCounts() throws {
    func text(_ value: String) throws -> ExactText? {
      let schema = try PlanHarness.schema("CREATE TABLE t(a DEFAULT \(value))")
      guard case .column(let column)? = schema[id(.column, "t", "a")] else { return nil }
      return column.defaultValue?.canonical
    }
    #expect(try text("Abc") == "'Abc'")
    #expect(try text("\"Abc\"") == "'Abc'")
    #expect(try text("TRUE") == "true")
    #expect(try text("(1)") == "1")
    #expect(try text("Current_Timestamp") == "current_timestamp")
  }

  @Test func twoConstraintsOfOneNameAreTwo() throws {
    let schema = try PlanHarness.schema(
      "CREATE TABLE t(a, CONSTRAINT c CHECK (a > 1), CONSTRAINT c CHECK (a > 2), CHECK (a), CHECK (a))"
    )
    #expect(
      schema.objects(of: .check).map(\.id.name.raw) == ["#check(a)", "#check(a) 2", "c", "c 2"])
  }

  @Test func anEmptyDatabaseIsAnEmptySchema() throws {
    #expect(try PlanHarness.schema("") == Schema.empty(.sqlite))
  }
}
