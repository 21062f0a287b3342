internal import Glibc

/// Where a database is and how it is to be opened.
package enum SQLiteLocation: Hashable, Sendable {
  case memory
  case file(path: String, access: Access)

  package enum Access: Hashable, Sendable {
    case readOnly, readWrite
    /// Creates the file when it is missing.
    case create
  }

  /// The name for sqlite3_open_v2: a `file:` URI, in which no byte of the path means anything.
  static func uri(path: String, immutable: Bool) -> String {
    var bytes = Array("file:".utf8)
    // `file://…` names a host, so a path that starts with a slash gets an empty one.
    if path.utf8.first == UInt8(ascii: "/") { bytes += Array("//".utf8) }
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [
          UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)],
        ]
      }
    }
    if immutable { bytes += Array("?immutable=1".utf8) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What the file system says about a path before SQLite is asked.
  enum FileState {
    case missing, folder, unreadable(String), file
  }

  static func state(of path: String) -> FileState {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return errno == ENOENT || errno == ENOTDIR
        ? .missing : .unreadable(String(cString: strerror(errno)))
    }
    if status.st_mode & S_IFMT == S_IFDIR { return .folder }
    return access(path, R_OK) == 0 ? .file : .unreadable(String(cString: strerror(errno)))
  }

  /// Whether the database is in WAL mode, holds nothing in a `-wal` file, and lies in a folder where
  /// SQLite cannot create the files that reading it would take.
  static func needsImmutable(_ path: String) -> Bool {
    guard isWriteAheadLogged(path), access(path + "-wal", F_OK) != 0 else { return false }
    return access(folder(of: path), W_OK) != 0
  }

  /// The file's first bytes: a header of SQLite's, or no byte at all.
  package static func looksLikeDatabase(_ path: String) -> Bool {
    guard case .file = state(of: path), let header = header(of: path) else { return false }
    return header.isEmpty || header.starts(with: Array("SQLite format 3\0".utf8))
  }

  private static func isWriteAheadLogged(_ path: String) -> Bool {
    // Bytes 18 and 19 are the file format's write and read versions; 2 is WAL.
    guard let header = header(of: path), header.count >= 20 else { return false }
    return header[19] == 2
  }

  private static func header(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 100)
    let count = read(descriptor, &header, header.count)
    return count < 0 ? nil : Array(header.prefix(count))
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
