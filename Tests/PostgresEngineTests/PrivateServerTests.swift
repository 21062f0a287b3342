import Glibc
@testable import PostgresEngine
import Testing

@Suite(.serialized)
struct PrivateServerTests {
  /// A folder of the test's own, entered by any account, gone afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/kedge-test-XXXXXX".utf8CString)
    _ = try #require(mkdtemp(&template))
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o711)
    defer { Folder.remove(path) }
    try body(path)
  }

  private func names(in folder: String) -> [String] { Folder.entries(folder) }

  @Test func startsServesAndLeavesNothing() throws {
    try withFolder { folder in
      let server = try PrivateServer.start(
        options: .init(cacheFolder: nil, temporaryFolder: folder))
      #expect(names(in: folder).count == 1)
      do {
        let connection = try server.connect()
        let rows = try connection.query(
          """
          SELECT current_setting('listen_addresses'), current_setting('fsync'),
            current_setting('server_encoding'), current_setting('data_directory')
          """)
        let row = try #require(rows.first)
        #expect(row.text(0) == "" && row.text(1) == "off" && row.text(2) == "UTF8")
        #expect(row.text(3) == server.folderPath + "/data")
        let major = connection.serverMajorVersion
        #expect(major == server.major)
      }
      server.stop()
      server.stop()
      #expect(names(in: folder).isEmpty)
    }
  }

  @Test func theLastReferenceGoneStopsIt() throws {
    try withFolder { folder in
      func use() throws {
        let server = try PrivateServer.start(options: .init(temporaryFolder: folder))
        let isOpen = try server.connect().isOpen
        #expect(isOpen)
      }
      try use()
      #expect(names(in: folder).isEmpty)
    }
  }

  @Test func theTemplateIsKeptAndOnlyATrustedOneIsUsed() throws {
    try withFolder { folder in
      let cache = folder + "/cache"
      let options = PrivateServer.Options(cacheFolder: cache, temporaryFolder: folder)
      try PrivateServer.start(options: options).stop()
      let templates = names(in: cache)
      #expect(templates.count == 1)
      let template = cache + "/" + (templates.first ?? "")
      #expect(Folder.isOurs(template))

      // Broken: made anew.
      #expect(unlink(template + "/global/pg_control") == 0)
      try PrivateServer.start(options: options).stop()
      #expect(access(template + "/global/pg_control", F_OK) == 0)

      // Open to others: not touched and not used.
      chmod(cache, 0o777)
      try PrivateServer.start(options: options).stop()
      #expect(names(in: cache) == templates)
    }
  }

  @Test func anAbandonedFolderIsSweptAndALivingOneIsNot() throws {
    try withFolder { folder in
      let abandoned = folder + "/kedge-pg-dead01"
      let stranger = folder + "/kedge-pg-other1"
      for path in [abandoned, stranger] { mkdir(path, 0o700) }
      let marker = open(abandoned + "/kedge-private-server", O_CREAT | O_WRONLY, 0o600)
      close(marker)
      let options = PrivateServer.Options(temporaryFolder: folder)
      let first = try PrivateServer.start(options: options)
      #expect(access(abandoned, F_OK) != 0)
      #expect(access(stranger, F_OK) == 0)
      let second = try PrivateServer.start(options: options)
      let isOpen = try first.connect().isOpen
      #expect(isOpen)
      second.stop()
      first.stop()
      #expect(names(in: folder) == ["kedge-pg-other1"])
    }
  }

  @Test func aServerWithoutBinariesOrAWrongFolderIsAnError() {
    let missing = ServerBinaries(folder: "/nonexistent", version: "15.0", major: 15)
    #expect(throws: PrivateServerError.self) {
      try PrivateServer.start(options: .init(binaries: missing, cacheFolder: nil))
    }
    #expect(throws: PrivateServerError.self) {
      try PrivateServer.start(options: .init(temporaryFolder: "/nonexistent"))
    }
  }

  @Test func theWantedMajorVersionIsPreferred() {
    let all = [14, 15, 17].map { ServerBinaries(folder: "/\($0)", version: "\($0).1", major: $0) }
    #expect(ServerBinaries.choose(nil, among: all)?.major == 17)
    #expect(ServerBinaries.choose(15, among: all)?.major == 15)
    #expect(ServerBinaries.choose(16, among: all)?.major == 17)
    #expect(ServerBinaries.choose(18, among: all)?.major == 17)
    #expect(ServerBinaries.choose(15, among: []) == nil)
  }
}
