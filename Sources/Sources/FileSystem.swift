import FoundationEssentials
import Glibc

/// Reading of files and folders, with errors that name the path.
package enum FileSystem {
  package enum Kind: Hashable, Sendable { case file, folder, other, missing }

  /// Larger texts are refused before they are read: no declared schema comes near.
  package static let largestText = 256 << 20

  package static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// The text of a file; throws where it is no UTF-8.
  package static func text(of path: String) throws(SourceProblem) -> String {
    let bytes = try bytes(of: path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SourceProblem("\(path) is not UTF-8 text", nextStep: "save it as UTF-8")
    }
    return text
  }

  package static func bytes(of path: String) throws(SourceProblem) -> [UInt8] {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { throw problem("cannot open", path) }
    defer { close(handle) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(handle, &chunk, chunk.count)
      if count < 0 { throw problem("cannot read", path) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[0..<count])
      if bytes.count > largestText {
        throw SourceProblem("\(path) is larger than \(largestText >> 20) MB")
      }
    }
  }

  /// The names in a folder, sorted by bytes.
  package static func names(in folder: String) throws(SourceProblem) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    } catch {
      throw problem("cannot list", folder)
    }
  }

  /// Writes a new file or replaces one whole: a reader never sees half of it.
  package static func write(_ text: String, to path: String) throws(SourceProblem) {
    try write(Data(text.utf8), to: path)
  }

  /// The same from consecutive pieces.
  package static func write(_ pieces: [[UInt8]], to path: String) throws(SourceProblem) {
    var data = Data(capacity: pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { data.append(contentsOf: piece) }
    try write(data, to: path)
  }

  private static func write(_ data: Data, to path: String) throws(SourceProblem) {
    do {
      try data.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw problem("cannot write", path)
    }
  }

  package static func createFolder(_ path: String) throws(SourceProblem) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: nil)
    } catch {
      throw problem("cannot create the folder", path)
    }
  }

  private static func nextStep(after error: Int32, _ path: String) -> String? {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    switch error {
    case ENOENT where kind(of: folder) != .folder:
      return "make the folder first: mkdir -p \(folder)"
    case EACCES, EPERM, EROFS:
      return "look at who may do that with: ls -ld \(folder) \(path); or name another file"
    case ENOSPC, EDQUOT: return "the disk is full: make room, or name a file elsewhere"
    default: return nil
    }
  }

  private static func problem(_ verb: String, _ path: String) -> SourceProblem {
    let reason = String(cString: strerror(errno))
    return SourceProblem("\(verb) \(path): \(reason)", nextStep: nextStep(after: errno, path))
  }
}
