import Glibc

/// A folder with `postgres` and `initdb` in it.
package struct ServerBinaries: Hashable, Sendable {
  package let folder: String
  /// As the server prints it: `15.18 (Debian 15.18-0+deb12u1)`.
  package let version: String
  package let major: Int

  func program(_ name: String) -> String { folder + "/" + name }

  /// Self-contained builds carry their own libpq, which `dblink` and its kin need.
  var libraryFolder: String? {
    let folder = folder + "/../lib"
    return access(folder + "/libpq.so.5", F_OK) == 0 ? folder : nil
  }

  /// The installed servers. `KEDGE_POSTGRES_BIN` (folders separated by colons) stands for all others.
  package static func installed() -> [ServerBinaries] {
    var folders: [String]
    if let given = environment("KEDGE_POSTGRES_BIN") {
      folders = given.split(separator: ":").map(String.init)
    } else {
      folders = Folder.entries("/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
      folders += Folder.entries("/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
      folders.append("/usr/local/pgsql/bin")
      if let config = Subprocess.systemProgram("pg_config"),
        let output = try? Subprocess.run([config, "--bindir"]), output.status == 0
      {
        folders.append(String(output.text.prefix { $0 != "\n" }))
      }
      folders += (environment("PATH") ?? "").split(separator: ":").map(String.init)
    }
    var seen: Set<String> = []
    return folders.compactMap { seen.insert($0).inserted ? reading($0) : nil }
  }

  /// The wanted version, else the next newer one, else the newest.
  package static func choose(
    _ preferredMajor: Int?, among all: [ServerBinaries]
  ) -> ServerBinaries? {
    let newest = all.max { $0.major < $1.major }
    guard let preferredMajor else { return newest }
    return all.filter { $0.major >= preferredMajor }.min { $0.major < $1.major } ?? newest
  }

  private static func reading(_ folder: String) -> ServerBinaries? {
    let server = folder + "/postgres"
    guard folder.hasPrefix("/"), access(server, X_OK) == 0, access(folder + "/initdb", X_OK) == 0,
      let output = try? Subprocess.run([server, "--version"]), output.status == 0
    else { return nil }
    // postgres (PostgreSQL) 15.18 (Debian …); a beta is 19beta1.
    let words = output.text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let name = words.firstIndex(of: "(PostgreSQL)"), name + 1 < words.count,
      let major = Int(words[name + 1].prefix { $0.isNumber })
    else { return nil }
    return ServerBinaries(
      folder: folder, version: words[(name + 1)...].joined(separator: " "), major: major)
  }
}
