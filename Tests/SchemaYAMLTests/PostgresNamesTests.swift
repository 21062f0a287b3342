import SchemaModel
import TestSupport
import Testing

@Suite struct PostgresNamesTests {
  /// What PostgreSQL 15 made of the same declarations.
  @Test func longNamesAreCutAsPostgreSQLCutsThem() {
    let table = Identifier(String(repeating: "t", count: 60))
    let column = Identifier(String(repeating: "c", count: 40))
    #expect(PostgresNames.primaryKey(table: Identifier("users")).raw == "users_pkey")
    #expect(
      PostgresNames.sequence(table: table, column: column).raw
        == String(repeating: "t", count: 29) + "_" + String(repeating: "c", count: 29) + "_seq")
    #expect(
      PostgresNames.unique(
        table: Identifier("t"), columns: [Identifier("a"), Identifier("b")]
      ).raw == "t_a_b_key")
    #expect(
      PostgresNames.check(table: Identifier("t"), column: nil).raw == "t_check")
  }
}
