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
}
