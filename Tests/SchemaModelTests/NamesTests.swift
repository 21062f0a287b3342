import SchemaModel
import Testing
import TestSupport

/// Names that PostgreSQL 15 gave to unnamed constraints and sequences of such tables.
struct NamesTests {
  @Test func shortNamesAreJoined() {
    #expect(PostgresNames.primaryKey(table: "users").raw == "users_pkey")
    #expect(PostgresNames.unique(table: "t", columns: ["a", "b"]).raw == "t_a_b_key")
    #expect(PostgresNames.foreignKey(table: "t", columns: ["a"]).raw == "t_a_fkey")
    #expect(PostgresNames.check(table: "t", column: nil).raw == "t_check")
    #expect(PostgresNames.check(table: "t", column: "a").raw == "t_a_check")
    #expect(PostgresNames.sequence(table: "t", column: "id").raw == "t_id_seq")
  }

  @Test func longNamesAreCutTheLongerFirst() {
    let long = String(repeating: "t", count: 60)
    let name = PostgresNames.sequence(table: Identifier(long), column: "identifier")
    #expect(name.raw.utf8.count == 63)
    #expect(name.raw == String(repeating: "t", count: 48) + "_identifier_seq")
    #expect(
      PostgresNames.primaryKey(table: Identifier(String(repeating: "t", count: 63))).raw
        == String(repeating: "t", count: 58) + "_pkey")
  }

  @Test func noCharacterIsCutInTwo() {
    let long = String(repeating: "é", count: 31)
    let name = PostgresNames.primaryKey(table: Identifier(long))
    #expect(name.raw == String(repeating: "é", count: 29) + "_pkey")
  }

  @Test func takenNamesAreNumbered() {
    let free = PostgresNames.free(among: ["t_check", "t_check1"]) { suffix in
      PostgresNames.make("t", nil, "check" + suffix)
    }
    #expect(free == "t_check2")
  }

  @Test func unnamedConstraintsAreCalledByWhatTheySay() {
    var namer = UnnamedConstraintNamer()
    let definition = UnnamedConstraint.definition(ofUnique: [KeyColumn("a"), KeyColumn("b")])
    let first = namer.name(.unique, definition)
    let second = namer.name(.unique, definition)
    #expect(first != second)
    #expect(UnnamedConstraint.isUnnamed(Samples.table.part(.unique, first)))
    #expect(UnnamedConstraint.isUnnamed(Samples.table.part(.unique, second)))
    #expect(!UnnamedConstraint.isUnnamed(Samples.table.part(.unique, "orders_key")))
  }
}
