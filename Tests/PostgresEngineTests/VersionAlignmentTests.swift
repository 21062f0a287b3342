import Comparison
import PostgresEngine
import SchemaDiff
import SchemaModel
import TestSupport
import Testing

/// Servers of two versions say some things differently that nobody has said.
struct VersionAlignmentTests {
  private func changes(
    _ older: [SchemaObject], _ olderVersion: Int, _ newer: [SchemaObject], _ newerVersion: Int
  ) throws -> Int {
    func schema(_ objects: [SchemaObject], _ version: Int) throws -> Schema {
      var schema = try Make.schema(Make.table("t", "a integer") + objects)
      schema.serverVersion = version * 10_000
      return schema
    }
    let comparer = Comparer(dialect: PostgresDialect()) { nil }
    let (one, other) = (try schema(older, olderVersion), try schema(newer, newerVersion))
    let there = try comparer.compare(from: one, to: other).difference.changes.count
    let back = try comparer.compare(from: other, to: one).difference.changes.count
    #expect(there == back)
    return there
  }

  private func grant(_ privileges: [ExactText], _ grantable: [ExactText] = []) -> SchemaObject {
    .grant(
      Grant(on: Make.id("t"), to: "reader", privileges: privileges, grantable: grantable))
  }

  private static let seven: [ExactText] = [
    "select", "insert", "update", "delete", "truncate", "references", "trigger",
  ]

  @Test func allPrivilegesAreAllPrivileges() throws {
    let (seven, eight) = (Self.seven, Self.seven + ["maintain"])
    #expect(try changes([grant(seven)], 15, [grant(eight)], 17) == 0)
    #expect(try changes([grant(seven, seven)], 14, [grant(eight, eight)], 18) == 0)
    #expect(try changes([grant(seven)], 17, [grant(eight)], 18) == 1)
    #expect(try changes([grant(["select"])], 15, [grant(["select", "maintain"])], 17) == 1)
    #expect(try changes([grant(["select"])], 15, [grant(eight)], 17) == 1)
    func usual(_ privileges: [ExactText]) -> SchemaObject {
      .defaultPrivileges(
        DefaultPrivileges(
          of: "owner", in: "public", on: .tables, to: "reader", privileges: privileges))
    }
    #expect(try changes([usual(seven)], 16, [usual(eight)], 17) == 0)
  }

  @Test func everybodyMayCreateInPublicWithoutSayingSo() throws {
    func everybody(_ privileges: ExactText...) -> SchemaObject {
      .grant(
        Grant(
          on: .namespace("public"), to: Grant.everybody, privileges: privileges))
    }
    #expect(try changes([], 14, [everybody("usage", "create")], 15) == 0)
    #expect(try changes([everybody("usage")], 14, [], 15) == 0)
    #expect(try changes([], 15, [everybody("usage", "create")], 16) == 1)
    #expect(try changes([], 14, [everybody("create")], 15) == 1)
    #expect(try changes([everybody()], 14, [], 15) == 1)
  }

  @Test func sequencesOfUnloggedTablesWereLogged() throws {
    func sequence(_ persistence: SequencePersistence?) -> SchemaObject {
      .sequence(
        Sequence(
          id: ObjectID(.sequence, ["public", "s"]), options: .defaults(), persistence: persistence))
    }
    #expect(try changes([sequence(nil)], 14, [sequence(.logged)], 15) == 0)
    #expect(try changes([sequence(nil)], 14, [sequence(.unlogged)], 15) == 1)
    #expect(try changes([sequence(nil)], 15, [sequence(.logged)], 18) == 1)
  }
}
