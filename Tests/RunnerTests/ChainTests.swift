import Foundation
import PostgresEngine
import SchemaModel
import TestSupport
import Testing

/// Histories of real applications, each version a migration that `generate` writes: applied to the last and taken
/// back to the first, they leave a database as empty as it was.
@Suite(
  .serialized, .enabled(if: Chains.root != nil, "KEDGE_CORPORA names no folder with histories"))
struct ChainTests {
  @Test(arguments: Chains.projects) func goesAllTheWayUpAndBack(project: String) throws {
    let place = try Place(.postgresql)
    defer { place.close() }
    let origin = try Place(.postgresql)
    defer { origin.close() }
    let scratch = try Place.url(RunnerServer.shared().socketDirectory, "postgres")
    try place.write("kedge.yaml", "scratch: \"\(scratch)\"\n")
    let written = try Chains.write(project, into: place, versions: origin)
    print("\(project): \(written) migrations")
    #expect(written > 1)
    let empty = try Chains.dump(place)
    let up = try place.kedge("apply", "--allow", "all", "--quiet")
    #expect(up.code == 0, "\(project): \(up.errors)")
    #expect(
      try Chains.withoutOrder(Chains.dump(place)) == Chains.withoutOrder(Chains.dump(origin)),
      "\(project): the last version")
    let down = try place.kedge("rollback", "--all", "--yes", "--allow", "all", "--quiet")
    #expect(down.code == 0, "\(project): \(down.errors)")
    #expect(try Chains.dump(place) == empty, "\(project): the way back")
    #expect(try place.value("SELECT count(*) FROM kedge.migration") == "0")
  }
}

/// `chains/postgres/PROJECT/`: `*.up.sql`, steps to be run one after the other, or `*.sql`, each of them a whole
/// schema.
enum Chains {
  static let root = ProcessInfo.processInfo.environment["KEDGE_CORPORA"].map {
    URL(filePath: $0).appending(path: "chains/postgres")
  }
  static let projects = KillTests.isLong ? names("") : ["lnd", "memos"].filter(names("").contains)

  /// The key of a partitioned table changes there, which no statement does.
  private static let endsEarly: Set<String> = ["pagila"]

  private static func names(_ folder: String) -> [String] {
    guard let root else { return [] }
    let path = root.appending(path: folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  private struct Description: Decodable {
    let roles: [String]?
    let continue_on_error: Bool?
  }

  /// Writes a migration for every version, or for every third where time is short; leaves `origin` at the last.
  static func write(_ project: String, into place: Place, versions origin: Place) throws -> Int {
    let folder = root?.appending(path: project) ?? URL(filePath: "/")
    let description = try? JSONDecoder().decode(
      Description.self, from: Data(contentsOf: folder.appending(path: "chain.json")))
    for role in description?.roles ?? [] {
      _ = try? origin.rows("CREATE ROLE \"\(role)\"")
    }
    let files = names(project).filter {
      $0.hasSuffix(".sql") && !$0.hasSuffix(".down.sql") && $0 != "final.sql"
    }
    var written = 0
    for (index, file) in files.enumerated() {
      let isStep = file.hasSuffix(".up.sql")
      if !isStep { try origin.empty() }
      let problem = try psql(
        origin, folder.appending(path: file).path,
        goesOn: description?.continue_on_error ?? !isStep)
      if let problem {
        print("\(project): ends before \(file), which this server does not run: \(problem)")
      }
      let isLast = problem != nil || index == files.count - 1
      guard KillTests.isLong || index % 3 == 0 || isLast else { continue }
      let name = "v" + file.prefix { $0.isNumber }
      let answer = try ChildProcess(
        kedge: [
          "generate", name, "--target", origin.address, "--no-proof", "--allow", "all", "--quiet",
        ],
        in: place.folder
      ).wait()
      if answer.code != 0, endsEarly.contains(project), written > 1 {
        print("\(project): ends before \(file): \(answer.errors)")
        return written
      }
      #expect(answer.code == 0, "\(project)/\(file): \(answer.errors)")
      if answer.output.contains(".up.sql") { written += 1 }
      if problem != nil { break }
    }
    return written
  }

  /// Runs a file; what was wrong, where that ends it.
  private static func psql(_ place: Place, _ file: String, goesOn: Bool) throws -> String? {
    let answer = try ChildProcess.run(
      "/usr/bin/env",
      ["psql", "-Xq", "-v", "ON_ERROR_STOP=\(goesOn ? 0 : 1)", "-f", file]
        + (goesOn ? [] : ["-1"]) + [place.address],
      in: place.folder)
    return answer.code == 0 ? nil : answer.errors
  }

  /// The lines of a dump whatever the order of columns, which a migration cannot change.
  static func withoutOrder(_ dump: String) -> [String] {
    dump.split(separator: "\n").map { line in
      line.hasSuffix(",") ? String(line.dropLast()) : String(line)
    }.sorted()
  }

  /// Without Kedge's own tables, and without what is another word in each dump.
  static func dump(_ place: Place) throws -> String {
    let answer = try ChildProcess.run(
      "/usr/bin/env", ["pg_dump", "-s", "--no-owner", "--exclude-schema=kedge", place.address],
      in: place.folder)
    guard answer.code == 0 else { throw Problem(answer.errors) }
    return answer.output.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
      .joined(separator: "\n")
  }
}

extension Place {
  /// Makes the database anew.
  fileprivate func empty() throws {
    guard let server else { return }
    let connection = try server.connect(database: "postgres", user: nil)
    try connection.execute("DROP DATABASE \(name) WITH (FORCE)")
    try connection.execute("CREATE DATABASE \(name)")
  }
}
