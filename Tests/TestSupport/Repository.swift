package import Foundation

/// The checkout that the tests run from.
package enum Repository {
  /// Found from this file's place, so that tests need no resources of a bundle.
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  package static func url(_ path: String) -> URL { root.appending(path: path) }

  package static func text(_ path: String) throws -> String {
    try String(contentsOf: url(path), encoding: .utf8)
  }

  /// Paths from the root of all files under a folder whose name ends so, sorted.
  package static func files(under folder: String, suffix: String) -> [String] {
    let base = url(folder)
    let found =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return found.filter { $0.hasSuffix(suffix) }.map { folder + "/" + $0 }.sorted()
  }
}

/// A case is a folder of data; adding one is adding files.
package struct FixtureCase: Sendable, CustomStringConvertible {
  /// The folder's name, and the test case's.
  package let name: String
  package let folder: URL

  package var description: String { name }

  /// Every folder in `fixtures/<family>`, sorted. A test must check that this is not empty: Swift Testing
  /// skips a test without arguments and stays green.
  package static func all(in family: String) -> [FixtureCase] {
    let base = Repository.url("fixtures/" + family)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
    return names.sorted().compactMap { name in
      let folder = base.appending(path: name)
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
      return exists && isFolder.boolValue ? FixtureCase(name: name, folder: folder) : nil
    }
  }

  package func url(_ file: String) -> URL { folder.appending(path: file) }

  package func text(_ file: String) throws -> String {
    try String(contentsOf: url(file), encoding: .utf8)
  }

  package func has(_ file: String) -> Bool {
    FileManager.default.fileExists(atPath: url(file).path)
  }
}
