import Foundation
import Synchronization

/// Stands between a client and a server's socket and loses what it is told to lose.
final class SocketProxy: Sendable {
  enum Loss: Sendable {
    /// The server gets the COMMIT; its answer never comes.
    case answer
    /// The COMMIT never comes.
    case request
  }

  let folder: String
  private let target: String
  private let listener: Int32
  private let loss: Loss
  /// The statement after which the next COMMIT of the same connection is the one.
  private let trigger: [UInt8]
  private let isSpent = Mutex(false)

  init(to directory: String, after trigger: String, losing loss: Loss) throws {
    folder = "/tmp/kx-\(UInt32.random(in: 0 ... .max))"
    target = directory + "/.s.PGSQL.5432"
    self.trigger = Array(trigger.utf8)
    self.loss = loss
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false)
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let bound = Self.with(folder + "/.s.PGSQL.5432") { [listener] in bind(listener, $0, $1) }
    guard bound == 0, listen(listener, 8) == 0 else { throw Problem("no socket") }
    Thread.detachNewThread { [self] in accept() }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    try? FileManager.default.removeItem(atPath: folder)
  }

  var hasLost: Bool { isSpent.withLock { $0 } }

  private static func with(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      guard Self.with(target, { connect(server, $0, $1) }) == 0 else {
        close(client)
        close(server)
        continue
      }
      let pair = Pair(client: client, server: server)
      Thread.detachNewThread { [self] in forward(pair) }
      Thread.detachNewThread { pair.answer() }
    }
  }

  /// Reads what the client says, and cuts where it is due.
  private func forward(_ pair: Pair) {
    var isArmed = false
    while let bytes = Pair.read(pair.client) {
      if Self.contains(bytes, trigger) { isArmed = true }
      if isArmed, Self.contains(bytes, Array("COMMIT\0".utf8)), take() {
        if loss == .answer {
          pair.deafen()
          Pair.write(bytes, pair.server)
        } else {
          pair.end()
        }
        return
      }
      Pair.write(bytes, pair.server)
    }
    pair.end()
  }

  private func take() -> Bool {
    isSpent.withLock { isSpent in
      defer { isSpent = true }
      return !isSpent
    }
  }

  private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains {
      bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }
}

/// Two ends of one conversation.
private final class Pair: Sendable {
  let client: Int32
  let server: Int32
  private let isDeaf = Mutex(false)

  init(client: Int32, server: Int32) {
    self.client = client
    self.server = server
  }

  func deafen() { isDeaf.withLock { $0 = true } }

  func end() {
    shutdown(client, Int32(SHUT_RDWR))
    shutdown(server, Int32(SHUT_RDWR))
  }

  /// Passes answers on; the first that is to be lost ends the conversation.
  func answer() {
    while let bytes = Self.read(server) {
      if isDeaf.withLock({ $0 }) { break }
      Self.write(bytes, client)
    }
    end()
  }

  static func read(_ handle: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(handle, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  static func write(_ bytes: [UInt8], _ handle: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
