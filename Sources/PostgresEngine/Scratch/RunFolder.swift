import Glibc

/// The temporary folder of one private server, owned by us, with what the server may write to below.
///
/// Its marker file is locked as long as we live: a folder whose marker can be locked has lost its
/// owner. Unlike a process id, a lock is neither reused nor confused between containers.
struct RunFolder: Sendable {
  let path: String
  private let lock: Int32

  static let prefix = "kedge-pg-"
  static let marker = "kedge-private-server"

  var data: String { path + "/data" }
  /// Short: a socket's whole path must stay under 107 bytes.
  var socket: String { path + "/s" }
  var log: String { path + "/log" }

  init(in parent: String, account: ServerAccount?) throws(PrivateServerError) {
    var template = Array((parent + "/" + Self.prefix + "XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw .folder(path: parent, code: errno) }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.path = path
    // Locked before it gets its name: a sweeper never sees an unlocked marker of the living.
    let unnamed = path + "/marker"
    let lock = open(unnamed, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    self.lock = lock
    let text = Array("\(getpid())\n".utf8)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, write(lock, text, text.count) >= 0,
      rename(unnamed, path + "/" + Self.marker) == 0, mkdir(socket, 0o700) == 0
    else {
      let code = errno
      if lock >= 0 { close(lock) }
      Folder.remove(path)
      throw .folder(path: path, code: code)
    }
    if let account {
      // The server passes through, and reads nothing here.
      chmod(path, 0o711)
      chown(socket, account.user, account.group)
    }
  }

  func remove() {
    Folder.remove(path)
    close(lock)
  }

  /// Where run folders go: TMPDIR if a server of another account can get there, else /tmp.
  static func parent(for account: ServerAccount?) -> String {
    guard let given = environment("TMPDIR"), given.hasPrefix("/"), given.utf8.count <= 60 else {
      return "/tmp"
    }
    return account == nil || canBeEntered(given) ? given : "/tmp"
  }

  private static func canBeEntered(_ path: String) -> Bool {
    var prefix = ""
    for name in path.split(separator: "/") {
      prefix += "/" + name
      var information = stat()
      guard stat(prefix, &information) == 0, information.st_mode & S_IXOTH != 0 else {
        return false
      }
    }
    return true
  }

  /// Removes the folders that a crash left behind. Only those of this user that carry the marker.
  static func sweep(_ parent: String) {
    for name in Folder.entries(parent) where name.hasPrefix(prefix) {
      let path = parent + "/" + name
      let marker = path + "/" + Self.marker
      guard Folder.isOurs(path), let status = Folder.status(marker), status.isFile,
        status.owner == geteuid()
      else { continue }
      let lock = open(marker, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
      guard lock >= 0 else { continue }
      if flock(lock, LOCK_EX | LOCK_NB) == 0 { Folder.remove(path) }
      close(lock)
    }
  }
}
