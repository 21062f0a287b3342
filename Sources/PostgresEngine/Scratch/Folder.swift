import Glibc

/// The few file operations that the private server needs.
enum Folder {
  struct Status: Sendable {
    let owner: uid_t
    let mode: mode_t
    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
    var isFile: Bool { mode & S_IFMT == S_IFREG }
    /// Whether somebody else can put things into it.
    var isWritableByOthers: Bool { mode & (S_IWGRP | S_IWOTH) != 0 }
  }

  /// Of the path itself: a symbolic link is not followed.
  static func status(_ path: String) -> Status? {
    var information = stat()
    guard lstat(path, &information) == 0 else { return nil }
    return Status(owner: information.st_uid, mode: information.st_mode)
  }

  static func exists(_ path: String) -> Bool { status(path) != nil }

  /// A real folder of ours that nobody else can write to.
  static func isOurs(_ path: String) -> Bool {
    guard let status = status(path) else { return false }
    return status.isFolder && status.owner == geteuid() && !status.isWritableByOthers
  }

  /// Makes the folder and those above it.
  static func make(_ path: String, mode: mode_t) -> Bool {
    if mkdir(path, mode) == 0 { return true }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      return errno == EEXIST
    }
    guard make(String(path[..<slash]), mode: mode) else { return false }
    return mkdir(path, mode) == 0 || errno == EEXIST
  }

  static func entries(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes the tree. `rm` never follows a symbolic link out of it.
  static func remove(_ path: String) {
    _ = try? Subprocess.run(["/bin/rm", "-rf", "--", path])
  }

  static func write(_ text: String, to path: String) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    let bytes = Array(text.utf8)
    return Glibc.write(file, bytes, bytes.count) == bytes.count
  }

  /// The last bytes of a file, as text.
  static func tail(_ path: String, bytes limit: Int = 4_000) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return "" }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    lseek(file, max(0, size - limit), SEEK_SET)
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = read(file, &buffer, limit)
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
