/// libpq gives a failed connection attempt as text alone. With verbose messages the server's part
/// carries its SQLSTATE, which does not depend on the server's language; libpq's own part is always
/// English here, because the program never calls `setlocale`.
extension ConnectionFailure {
  static func reading(
    _ raw: String, host: String, port: String, database: String, user: String, timedOut: Bool
  ) -> ConnectionFailure {
    var lines: [String] = []
    var state: String?
    for line in raw.split(separator: "\n") {
      if line.hasPrefix("LOCATION:") { continue }
      let (text, code) = takingState(from: String(line))
      if let code { state = code }
      lines.append(text)
    }
    let detail = lines.map(trimmed).filter { !$0.isEmpty }.joined(separator: "; ")
    return ConnectionFailure(
      reason: timedOut ? .timeout : reason(state: state, text: raw), sqlState: state,
      host: host, port: port, database: database, user: user,
      detail: detail.isEmpty && timedOut ? "timeout expired" : detail)
  }

  private static func reason(state: String?, text: String) -> Reason {
    switch state {
    case "28P01"?: return .wrongPassword
    case "28000"?:
      if text.contains("pg_hba.conf") { return .notInHostBasedAccess }
      return text.contains("authentication failed") ? .authenticationMethod : .unknownRole
    case "3D000"?: return .unknownDatabase
    case "53300"?: return .tooManyConnections
    case "57P03"?, "57P01"?, "57P02"?: return .startingUp
    case "42501"?: return .permission
    default: break
    }
    // Multi-host attempts and old servers leave only the words.
    let signs: [(String, Reason)] = [
      ("password authentication failed", .wrongPassword),
      ("no password supplied", .passwordMissing),
      ("no pg_hba.conf entry", .notInHostBasedAccess),
      ("could not translate host name", .hostUnknown),
      ("timeout expired", .timeout),
      ("Connection timed out", .timeout),
      ("SSL", .tls),
      ("certificate", .tls),
      ("Connection refused", .refused),
      ("No such file or directory", .refused),
      ("No route to host", .refused),
      ("Network is unreachable", .refused),
    ]
    return signs.first { text.contains($0.0) }?.1 ?? .other
  }

  /// Splits `FATAL:  28P01: words` into `FATAL:  words` and the code.
  private static func takingState(from line: String) -> (String, String?) {
    let bytes = Array(line.utf8)
    guard bytes.count > 9 else { return (line, nil) }
    for index in 0..<bytes.count - 9 {
      guard bytes[index] == UInt8(ascii: ":"), bytes[index + 1] == 0x20, bytes[index + 2] == 0x20,
        bytes[index + 8] == UInt8(ascii: ":"), bytes[index + 9] == 0x20
      else { continue }
      let code = bytes[index + 3..<index + 8]
      guard code.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }) else {
        continue
      }
      let rest = Array(bytes[..<(index + 3)]) + Array(bytes[(index + 10)...])
      return (String(decoding: rest, as: UTF8.self), String(decoding: code, as: UTF8.self))
    }
    return (line, nil)
  }

  private static func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
