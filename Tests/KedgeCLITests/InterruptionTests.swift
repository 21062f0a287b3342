import Foundation
import TestSupport
import Testing

/// Ctrl-C while the private server works.
@Suite struct InterruptionTests {
  @Test func nothingIsLeftBehind() throws {
    let terminal = try Terminal()
    defer { terminal.close() }
    try terminal.write("slow.sql", "CREATE TABLE t (a int);\nSELECT pg_sleep(60);\n")
    // Run folders go to TMPDIR, where a server of another account must get in; its path must stay short.
    let folder = URL(filePath: "/tmp/ki-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }

    let kedge = try ChildProcess(
      kedge: ["inspect", terminal.path("slow.sql"), "--engine", "postgresql"],
      in: terminal.folder, environment: ["TMPDIR": folder.path])
    try waitForServer(in: folder)
    kedge.signal(SIGINT)
    let answer = try kedge.wait()

    #expect(answer.code == 130)
    #expect(answer.errors == "")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  private func waitForServer(in folder: URL) throws {
    for _ in 0..<600 {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let isUp = names.contains { name in
        let data = folder.appending(path: name).appending(path: "data/postmaster.pid").path
        return FileManager.default.fileExists(atPath: data)
      }
      if isUp { return Thread.sleep(forTimeInterval: 1) }
      Thread.sleep(forTimeInterval: 0.1)
    }
    Issue.record("the private server did not start")
  }
}
