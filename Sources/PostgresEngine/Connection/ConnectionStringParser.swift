import SQLText

/// The walk over a URL's bytes. Follows libpq's reading of a URL: the user information ends at the
/// first `@` that comes before the first `/`.
struct ConnectionStringParser {
  private let bytes: [UInt8]
  private let options: [String: ConnectionOption]
  private var secretRanges: [Range<Int>] = []

  private(set) var parameters: [ConnectionString.Parameter] = []
  private(set) var secrets: [String] = []

  init(_ text: String, options: [ConnectionOption]) {
    bytes = Array(text.utf8)
    self.options = Dictionary(options.map { ($0.keyword, $0) }) { first, _ in first }
  }

  mutating func parse() throws(ConnectionStringError) {
    guard let scheme = ConnectionString.schemes.first(where: { bytes.starts(with: $0.utf8) }) else {
      throw ConnectionStringError(problem: .notAURL, position: 1)
    }
    var position = scheme.utf8.count
    let stop = index(of: ["@", "/"], from: position)
    if stop < bytes.count, bytes[stop] == UInt8(ascii: "@") {
      try parseUser(position..<stop)
      position = stop + 1
    }
    position = try parseHosts(from: position)
    if position < bytes.count, bytes[position] == UInt8(ascii: "/") {
      let end = index(of: ["?"], from: position + 1)
      if end > position + 1 { try add("dbname", position + 1..<end) }
      position = end
    }
    if position < bytes.count { try parseQuery(from: position + 1) }
  }

  var masked: String {
    var result: [UInt8] = []
    var position = 0
    for range in secretRanges {
      result.append(contentsOf: bytes[position..<range.lowerBound])
      result.append(contentsOf: "***".utf8)
      position = range.upperBound
    }
    result.append(contentsOf: bytes[position...])
    return String(decoding: result, as: UTF8.self)
  }

  // MARK: - Parts

  private mutating func parseUser(_ range: Range<Int>) throws(ConnectionStringError) {
    let colon = index(of: [":"], from: range.lowerBound, to: range.upperBound)
    if colon > range.lowerBound { try add("user", range.lowerBound..<colon) }
    if colon < range.upperBound, colon + 1 < range.upperBound {
      try add("password", colon + 1..<range.upperBound)
    }
  }

  /// Hosts and ports become two lists of equal length, as libpq wants them.
  private mutating func parseHosts(from start: Int) throws(ConnectionStringError) -> Int {
    var hosts: [String] = []
    var ports: [String] = []
    var position = start
    while true {
      var hostRange: Range<Int>
      if position < bytes.count, bytes[position] == UInt8(ascii: "[") {
        let close = index(of: ["]", "/", "?"], from: position)
        guard close < bytes.count, bytes[close] == UInt8(ascii: "]") else {
          throw ConnectionStringError(problem: .unclosedBracket, position: position + 1)
        }
        hostRange = position + 1..<close
        position = close + 1
        let next = index(of: [":", "/", "?", ","], from: position)
        guard next == position else {
          throw ConnectionStringError(problem: .textAfterBracket, position: position + 1)
        }
      } else {
        let end = index(of: [":", "/", "?", ","], from: position)
        hostRange = position..<end
        position = end
      }
      if let at = bytes[hostRange].firstIndex(of: UInt8(ascii: "@")) {
        throw ConnectionStringError(problem: .strayAt, position: at + 1)
      }
      hosts.append(try decode(hostRange))

      var port = ""
      if position < bytes.count, bytes[position] == UInt8(ascii: ":") {
        let end = index(of: ["/", "?", ","], from: position + 1)
        port = try parsePort(position + 1..<end)
        position = end
      }
      ports.append(port)
      guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
      position += 1
    }
    if hosts != [""] { append("host", hosts.joined(separator: ",")) }
    if ports.contains(where: { !$0.isEmpty }) { append("port", ports.joined(separator: ",")) }
    return position
  }

  private func parsePort(_ range: Range<Int>) throws(ConnectionStringError) -> String {
    let text = try decode(range)
    guard text.isEmpty || text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.isEmpty || (Int(text).map { (1...65535).contains($0) } ?? false)
    else {
      throw ConnectionStringError(problem: .portNotANumber, position: range.lowerBound + 1)
    }
    return text
  }

  private mutating func parseQuery(from start: Int) throws(ConnectionStringError) {
    var position = start
    while position < bytes.count {
      let end = index(of: ["&"], from: position)
      let equals = index(of: ["="], from: position, to: end)
      guard equals > position, equals < end else {
        throw ConnectionStringError(problem: .emptyParameter, position: position + 1)
      }
      try parseParameter(name: position..<equals, value: equals + 1..<end)
      position = end + 1
    }
  }

  private mutating func parseParameter(
    name nameRange: Range<Int>, value: Range<Int>
  ) throws(ConnectionStringError) {
    let name = try decode(nameRange)
    // JDBC's spelling, which libpq understands too.
    if name == "ssl", try decode(value) == "true" {
      append("sslmode", "require")
      return
    }
    guard options[name] != nil, name != "replication" else {
      // An @ further on hints at a password with a ? in it: then the name may be a part of it.
      let mayBePassword = bytes[nameRange.lowerBound...].contains(UInt8(ascii: "@"))
      let plain = name.utf8.count <= 40 && name.utf8.allSatisfy(isNameByte)
      throw ConnectionStringError(
        problem: .unknownParameter(
          name: mayBePassword || !plain ? nil : name,
          nearest: mayBePassword
            ? nil
            : nearestName(to: name, among: options.keys.sorted().filter { $0 != "replication" })),
        position: nameRange.lowerBound + 1)
    }
    try add(name, value)
    if name == "connect_timeout", self[name].flatMap(Int.init) == nil {
      throw ConnectionStringError(
        problem: .badValue(parameter: name), position: value.lowerBound + 1)
    }
  }

  // MARK: - Pieces

  private subscript(keyword: String) -> String? {
    parameters.first { $0.keyword == keyword }?.value
  }

  private mutating func add(
    _ keyword: String, _ range: Range<Int>
  ) throws(ConnectionStringError) {
    let value = try decode(range)
    if options[keyword]?.isSecret ?? (keyword == "password") {
      secretRanges.append(range)
      secrets.append(value)
      let written = String(decoding: bytes[range], as: UTF8.self)
      if written != value { secrets.append(written) }
    }
    append(keyword, value)
  }

  /// The last one wins, as in libpq.
  private mutating func append(_ keyword: String, _ value: String) {
    parameters.removeAll { $0.keyword == keyword }
    parameters.append(.init(keyword: keyword, value: value))
  }

  private func index(of stops: [Unicode.Scalar], from start: Int, to end: Int? = nil) -> Int {
    let end = end ?? bytes.count
    var position = start
    while position < end, !stops.contains(Unicode.Scalar(bytes[position])) { position += 1 }
    return position
  }

  private func decode(_ range: Range<Int>) throws(ConnectionStringError) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(range.count)
    var position = range.lowerBound
    while position < range.upperBound {
      let byte = bytes[position]
      if byte == UInt8(ascii: "%") {
        guard position + 2 < range.upperBound, let high = hexDigit(bytes[position + 1]),
          let low = hexDigit(bytes[position + 2])
        else { throw ConnectionStringError(problem: .badEscape, position: position + 1) }
        decoded.append(high << 4 | low)
        position += 3
      } else {
        decoded.append(byte)
        position += 1
      }
      if decoded.last == 0 {
        throw ConnectionStringError(problem: .nulByte, position: range.lowerBound + 1)
      }
    }
    guard let text = String(validating: decoded, as: UTF8.self) else {
      throw ConnectionStringError(problem: .notUTF8, position: range.lowerBound + 1)
    }
    return text
  }
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}

private func isNameByte(_ byte: UInt8) -> Bool {
  (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    || byte == UInt8(ascii: "_")
}
