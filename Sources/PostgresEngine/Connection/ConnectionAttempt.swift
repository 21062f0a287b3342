import CLibPQ
import Glibc

/// Opens a connection, and says why when none comes about.
struct ConnectionAttempt {
  private static let defaultTimeout = 10
  private let target: ConnectionString
  private let parameters: [(keyword: String, value: String)]
  private let timeout: Int?

  init(_ target: ConnectionString) {
    self.target = target
    var parameters = target.parameters.map { (keyword: $0.keyword, value: $0.value) }
    // Everything downstream is UTF-8, whatever the URL asks for.
    parameters.removeAll { $0.keyword == "client_encoding" }
    parameters.append(("client_encoding", "UTF8"))
    parameters.append(("fallback_application_name", "kedge"))
    let given = target["connect_timeout"] ?? environment("PGCONNECT_TIMEOUT")
    // A service file may have its own idea; a parameter here would override it.
    let hasService = target["service"] != nil || environment("PGSERVICE") != nil
    if given == nil, !hasService {
      parameters.append(("connect_timeout", String(Self.defaultTimeout)))
    }
    self.parameters = parameters
    let seconds = given.flatMap { Int($0) } ?? (hasService ? 0 : Self.defaultTimeout)
    // libpq's rules: zero is for ever, one is too short to be meant.
    timeout = seconds <= 0 ? nil : max(seconds, 2)
  }

  func connect() throws(PostgresError) -> OpaquePointer {
    // The library's own loop knows how to go on to the next host; ours lets the server's messages
    // carry their SQLSTATE.
    let hosts = target["host"] ?? environment("PGHOST") ?? ""
    let addresses = target["hostaddr"] ?? environment("PGHOSTADDR") ?? ""
    let hasService = target["service"] != nil || environment("PGSERVICE") != nil
    let many = hosts.utf8.contains(UInt8(ascii: ",")) || addresses.utf8.contains(UInt8(ascii: ","))
    return many || hasService ? try connectBlocking() : try connectPolling()
  }

  private func connectBlocking() throws(PostgresError) -> OpaquePointer {
    let handle = withParameters { PQconnectdbParams($0, $1, 0) }
    guard let handle else { throw outOfMemory() }
    guard PQstatus(handle) == CONNECTION_OK else {
      defer { PQfinish(handle) }
      throw failure(handle, timedOut: false)
    }
    return handle
  }

  private func connectPolling() throws(PostgresError) -> OpaquePointer {
    guard let handle = withParameters({ PQconnectStartParams($0, $1, 0) }) else {
      throw outOfMemory()
    }
    guard PQstatus(handle) != CONNECTION_BAD else {
      defer { PQfinish(handle) }
      throw failure(handle, timedOut: false)
    }
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    let deadline = timeout.map { monotonicMilliseconds() + $0 * 1_000 }
    // Before the first poll libpq wants the socket to be writable.
    var state = PGRES_POLLING_WRITING
    while true {
      let left = deadline.map { max(0, $0 - monotonicMilliseconds()) }
      let ready = waitForSocket(
        PQsocket(handle), reading: state == PGRES_POLLING_READING,
        writing: state == PGRES_POLLING_WRITING, timeout: left)
      if ready == .timeout {
        defer { PQfinish(handle) }
        throw failure(handle, timedOut: true)
      }
      state = PQconnectPoll(handle)
      if state == PGRES_POLLING_OK { return handle }
      if state == PGRES_POLLING_FAILED || ready == .failed {
        defer { PQfinish(handle) }
        throw failure(handle, timedOut: false)
      }
    }
  }

  private func withParameters<R>(
    _ body: (
      UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>
    ) -> R?
  ) -> R? {
    withCStrings(parameters.map { $0.keyword } + [nil]) { keywords in
      withCStrings(parameters.map { $0.value } + [nil]) { values in
        guard let keywords, let values else { return nil }
        return body(keywords, values)
      }
    }
  }

  private func failure(_ handle: OpaquePointer, timedOut: Bool) -> PostgresError {
    func field(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
      pointer.map { String(cString: $0) } ?? ""
    }
    return .connection(
      .reading(
        target.masking(field(PQerrorMessage(handle))), host: field(PQhost(handle)),
        port: field(PQport(handle)), database: field(PQdb(handle)), user: field(PQuser(handle)),
        timedOut: timedOut))
  }

  private func outOfMemory() -> PostgresError { .connectionLost("out of memory") }
}

func environment(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}

func monotonicMilliseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

enum SocketState { case readable, writable, timeout, failed }

/// Waits until the socket can be read (or written, if asked for). Milliseconds; nil waits for ever.
func waitForSocket(
  _ socket: Int32, reading: Bool = true, writing: Bool, timeout: Int?
) -> SocketState {
  guard socket >= 0 else { return .failed }
  let wanted = (reading ? Int32(POLLIN) : 0) | (writing ? Int32(POLLOUT) : 0)
  let deadline = timeout.map { monotonicMilliseconds() + $0 }
  while true {
    var entry = pollfd(fd: socket, events: Int16(wanted), revents: 0)
    let left = deadline.map { Int32(clamping: max(0, $0 - monotonicMilliseconds())) } ?? -1
    let count = poll(&entry, 1, left)
    if count == 0 { return .timeout }
    if count < 0 {
      if errno == EINTR { continue }
      return .failed
    }
    // Errors and hang-ups are for libpq to read and to put into words.
    return Int32(entry.revents) & ~Int32(POLLOUT) != 0 ? .readable : .writable
  }
}

/// A C array of C strings for the duration of the call; nil stays NULL.
func withCStrings<R>(
  _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
) -> R {
  let copies = texts.map { $0.map { UnsafePointer(strdup($0)) } ?? nil }
  defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
  return copies.withUnsafeBufferPointer { body($0.baseAddress) }
}

func oneLine(_ text: String) -> String {
  text.split(separator: "\n").joined(separator: "; ")
}
