import PostgresEngine
import SchemaModel
import Sources
import Testing

struct ScratchRefusalTests {
  /// Not the database that is compared, by whatever name it is reached.
  @Test func aScratchIsNotWhatIsCompared() throws {
    let server = try PrivateServer.start()
    defer { server.stop() }
    let administration = try server.connect()
    try administration.execute("CREATE DATABASE live")
    let target = server.target(database: "live")
    let host = try #require(target["host"])
    let user = try #require(target["user"])
    func url(_ database: String) -> String {
      "postgresql:///\(database)?host=\(host)&user=\(user)"
    }
    let engines = EngineRegistry(scratch: url("live"))
    _ = try engines.inspect(.postgresql, at: url("postgres"))
    _ = try engines.scratch(for: .postgresql, serverVersion: nil)
    _ = try engines.inspect(.postgresql, at: url("live") + "&application_name=other")
    let problem = try #require(throws: SourceProblem.self) {
      try engines.scratch(for: .postgresql, serverVersion: nil)
    }
    #expect(problem.isRefusal)
  }

  /// Nor what kedge.yaml names, read or not: by the words of its URL where they tell, else by asking it.
  @Test func aScratchIsNoEnvironment() throws {
    let server = try PrivateServer.start()
    defer { server.stop() }
    let target = server.target(database: "postgres")
    let host = try #require(target["host"])
    let user = try #require(target["user"])
    let url = "postgresql:///postgres?host=\(host)&user=\(user)"
    func scratch(beside environments: [(name: String, url: String)]) throws {
      _ = try EngineRegistry(scratch: url, environments: environments)
        .scratch(for: .postgresql, serverVersion: nil)
    }
    try scratch(beside: [
      ("app", "sqlite:app.db"), ("other", "postgresql:///other?host=\(host)&user=\(user)"),
      ("elsewhere", "postgresql://db.invalid/postgres"),
    ])
    let problem = try #require(throws: SourceProblem.self) {
      try scratch(beside: [("staging", "postgresql:///postgres?user=nobody&host=\(host)")])
    }
    #expect(problem.isRefusal)
    #expect(problem.message.contains("'staging'"))
  }

  @Test(arguments: [
    ("postgresql://a/x", "postgresql://A:5432/x", true, true),
    ("postgresql://a/x", "postgresql://a/y", true, false),
    ("postgresql://a:5433/x", "postgresql://a/x", false, true),
    ("postgresql://a/?user=x", "postgresql://a/x", true, true),
  ])
  func urlsAreCompared(
    _ one: String, _ other: String, sameServer: Bool, sameDatabase: Bool
  ) throws {
    let (one, other) = (try ConnectionString(one), try ConnectionString(other))
    #expect(one.namesSameServer(as: other) == sameServer)
    #expect(one.namesSameDatabase(as: other) == sameDatabase)
  }
}
