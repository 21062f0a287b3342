import Digest
import FoundationEssentials
import Migrations
import Planning
import SchemaModel

/// Keeps what a folder of migrations produced, by the content of its files: replaying it once more costs
/// what changed. The first file that differs ends what can be used.
struct ReplayCache {
  private let folder: String
  private let seed: String

  /// Nil where there is no place to keep anything. What the engine's version may change is in `context`.
  init?(engine: EngineName, context: String, environment: [String: String]) {
    guard
      let home = environment["XDG_CACHE_HOME"].flatMap({ $0.isEmpty ? nil : $0 })
        ?? environment["HOME"].map({ $0 + "/.cache" }), home.hasPrefix("/")
    else { return nil }
    folder = home + "/kedge/replay"
    seed = "\(CanonicalEncoding.version) \(engine.rawValue) \(context)"
  }

  /// A key for each number of files, from none on.
  func keys(_ scripts: [MigrationScript]) -> [String] {
    var key = seed
    return [key]
      + scripts.map { script in
        key = SHA256Digest(of: Array((key + script.checksum.bytes).utf8)).hexadecimal
        return key
      }
  }

  func schema(for key: String) -> Schema? {
    let path = "\(folder)/\(key).json"
    guard FileSystem.kind(of: path) == .file, let bytes = try? FileSystem.bytes(of: path) else {
      return nil
    }
    return try? Snapshot.read(bytes, name: path)
  }

  /// Nothing depends on it: where it cannot be kept, it is made again.
  func keep(_ schema: Schema, for key: String) {
    guard (try? FileSystem.createFolder(folder)) != nil, let text = try? Snapshot.text(of: schema)
    else { return }
    try? FileSystem.write(text, to: "\(folder)/\(key).json")
    prune()
  }

  private static let limit = 200

  /// The oldest go first.
  private func prune() {
    guard let names = try? FileSystem.names(in: folder), names.count > Self.limit else { return }
    let manager = FileManager.default
    let dated = names.map { name -> (String, Date) in
      let attributes = try? manager.attributesOfItem(atPath: folder + "/" + name)
      return (name, attributes?[.modificationDate] as? Date ?? .distantPast)
    }
    for (name, _) in dated.sorted(by: { $0.1 < $1.1 }).prefix(names.count - Self.limit) {
      try? manager.removeItem(atPath: folder + "/" + name)
    }
  }
}
