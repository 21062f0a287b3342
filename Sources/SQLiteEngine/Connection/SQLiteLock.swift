import Glibc
package import Planning

/// An operating-system lock on a file beside the database: it ends with the process that holds it.
package final class SQLiteLock: DatabaseLock {
  private let path: String
  private let actor: String
  private var descriptor: Int32 = -1

  package init(database: String, actor: String) {
    // The database may have several names; its lock has one.
    let real = realpath(database, nil)
    path = (real.map { String(cString: $0) } ?? database) + "-kedge.lock"
    free(real)
    self.actor = actor
  }

  deinit { release() }

  package func tryAcquire() throws(SessionError) -> Bool {
    // No links: where others may write, one could lead to a file of ours, which would be emptied.
    let handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard handle >= 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
    guard Self.isPlainFile(handle) else {
      close(handle)
      throw Self.failure(path, "it is no plain file of its own")
    }
    guard flock(handle, LOCK_EX | LOCK_NB) == 0 else {
      close(handle)
      return false
    }
    // Whoever had it before may have removed the file in between: then this lock keeps nobody out.
    guard isFile(handle) else {
      close(handle)
      return false
    }
    ftruncate(handle, 0)
    var text = actor + "\n"
    text.withUTF8 { _ = write(handle, $0.baseAddress, $0.count) }
    descriptor = handle
    return true
  }

  private static func failure(_ path: String, _ reason: String) -> SessionError {
    SessionError(
      .other, "cannot lock the database: \(path): \(reason)",
      nextStep: "check the permissions of the folder, and remove what is there under that name")
  }

  private static func isPlainFile(_ handle: Int32) -> Bool {
    var opened = stat()
    return fstat(handle, &opened) == 0 && opened.st_mode & S_IFMT == S_IFREG
      && opened.st_nlink <= 1
  }

  private func isFile(_ handle: Int32) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(handle, &opened) == 0 && stat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  package func isHeld() -> Bool { descriptor >= 0 && isFile(descriptor) }

  package func holder() throws(SessionError) -> String? {
    let handle = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard handle >= 0 else { return nil }
    defer { close(handle) }
    // Who gets it, even for a moment, knows that nobody has it.
    if flock(handle, LOCK_SH | LOCK_NB) == 0 { return nil }
    var bytes = [UInt8](repeating: 0, count: 400)
    let count = read(handle, &bytes, bytes.count)
    let name = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
    return name.isEmpty ? "another process" : name
  }

  package func release() {
    guard descriptor >= 0 else { return }
    unlink(path)
    close(descriptor)
    descriptor = -1
  }

  package func breakOpen() throws(SessionError) -> String {
    guard let holder = try holder() else { return "nobody holds the lock" }
    throw SessionError(
      .locked, "the lock is held by \(holder), and ends with that process",
      nextStep: "end that process; nothing is left behind then")
  }
}
