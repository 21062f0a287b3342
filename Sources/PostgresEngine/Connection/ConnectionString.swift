/// A `postgresql://` URL, taken apart and checked here and not by libpq, whose complaints about a
/// malformed URL quote pieces of it, password included.
///
/// What the URL leaves out stays out: libpq fills it in from PGHOST and its kin, `.pgpass` and
/// service files.
package struct ConnectionString: Hashable, Sendable {
  package struct Parameter: Hashable, Sendable {
    package let keyword: String
    package let value: String
  }

  /// In the order of the URL, each keyword once, values percent-decoded.
  package let parameters: [Parameter]
  /// The URL with every secret replaced by `***`. The only form that may be shown.
  package let masked: String
  /// What must never appear in a message, decoded and as it was written.
  let secrets: [String]

  package init(_ text: String) throws(ConnectionStringError) {
    try self.init(text, options: ConnectionOption.known())
  }

  package init(_ text: String, options: [ConnectionOption]) throws(ConnectionStringError) {
    var parser = ConnectionStringParser(text, options: options)
    try parser.parse()
    parameters = parser.parameters
    masked = parser.masked
    secrets = parser.secrets
  }

  /// Parameters of Kedge's own making (a socket folder, a scratch database): nothing to parse.
  package init(parameters: [(String, String)]) {
    self.parameters = parameters.map { Parameter(keyword: $0.0, value: $0.1) }
    secrets = parameters.filter { $0.0 == "password" }.map(\.1)
    masked =
      "postgresql:?"
      + parameters.map { "\($0.0)=\($0.0 == "password" ? "***" : $0.1)" }.joined(separator: "&")
  }

  package subscript(keyword: String) -> String? {
    parameters.last { $0.keyword == keyword }?.value
  }

  /// The same server and credentials, another database (and role, if given).
  package func with(database: String, user: String? = nil) -> ConnectionString {
    var changed = parameters.filter {
      $0.keyword != "dbname" && (user == nil || $0.keyword != "user")
    }
    changed.append(Parameter(keyword: "dbname", value: database))
    if let user { changed.append(Parameter(keyword: "user", value: user)) }
    return ConnectionString(parameters: changed, masked: masked, secrets: secrets)
  }

  private init(parameters: [Parameter], masked: String, secrets: [String]) {
    self.parameters = parameters
    self.masked = masked
    self.secrets = secrets
  }

  /// A message of libpq or of the server with this URL's secrets taken out of it.
  ///
  /// A password that is also the name of the user, host or database is left alone, since these are
  /// no secrets and the message would make no sense without them.
  package func masking(_ message: String) -> String {
    let open = Set(["user", "host", "dbname"].compactMap { self[$0] })
    var masked = message
    for secret in secrets where !secret.isEmpty && !open.contains(secret) {
      masked = replacing(secret, by: "***", in: masked)
    }
    return masked
  }

  /// Whether `text` has the form of a PostgreSQL URL at all.
  package static func isURL(_ text: String) -> Bool {
    schemes.contains { text.utf8.starts(with: $0.utf8) }
  }

  static let schemes = ["postgresql://", "postgres://"]
}

extension ConnectionString: CustomStringConvertible, CustomDebugStringConvertible {
  package var description: String { masked }
  package var debugDescription: String { masked }
}

extension ConnectionString: CustomReflectable {
  /// A mirror (`dump`, a failed test's message) shows no more than the description does.
  package var customMirror: Mirror { Mirror(self, children: ["masked": masked]) }
}

/// Why a URL was not understood. The text never carries a piece of the URL that could be a part of
/// the password.
package struct ConnectionStringError: Error, Hashable, Sendable {
  package enum Problem: Hashable, Sendable {
    case notAURL
    case badEscape
    case nulByte
    case portNotANumber
    case unclosedBracket
    case textAfterBracket
    case strayAt
    case emptyParameter
    /// The name is nil where it could be a part of a password.
    case unknownParameter(name: String?, nearest: String?)
    case notUTF8
    case badValue(parameter: String)
  }

  package let problem: Problem
  /// Counted from one, in bytes of the URL.
  package let position: Int

  package var message: String {
    switch problem {
    case .notAURL: "a PostgreSQL URL starts with postgresql:// or postgres://"
    case .badEscape: "a % that is not followed by two hexadecimal digits, at character \(position)"
    case .nulByte: "%00 cannot be part of a connection parameter, at character \(position)"
    case .portNotANumber: "a port that is not a number from 1 to 65535, at character \(position)"
    case .unclosedBracket: "a [ without its ], at character \(position)"
    case .textAfterBracket: "text between the ] and the port, at character \(position)"
    case .strayAt: "an @ inside the host name, at character \(position)"
    case .emptyParameter: "a query parameter without a name or a value, at character \(position)"
    case .unknownParameter(let name, _):
      if let name {
        "unknown query parameter \"\(name)\" at character \(position)"
      } else {
        "unknown query parameter at character \(position)"
      }
    case .notUTF8: "escapes that are not UTF-8 text, at character \(position)"
    case .badValue(let parameter):
      "a value that \"\(parameter)\" cannot have, at character \(position)"
    }
  }

  package var nextStep: String? {
    switch problem {
    case .notAURL: "for example postgresql://user@host:5432/database"
    case .badEscape: "write a literal % as %25"
    case .portNotANumber, .strayAt:
      "in a user name or password, write @ as %40, : as %3A, / as %2F"
    case .unclosedBracket, .textAfterBracket: "an IPv6 address is written [::1]:5432"
    case .unknownParameter(_, let nearest?): "did you mean \"\(nearest)\"?"
    case .unknownParameter(_, nil):
      "the parameters are libpq's: sslmode, connect_timeout, options …; write a literal ? or & as "
        + "%3F or %26"
    case .emptyParameter: "parameters are written ?name=value&name=value"
    case .nulByte, .notUTF8, .badValue: nil
    }
  }
}

func replacing(_ needle: String, by replacement: String, in text: String) -> String {
  let bytes = Array(text.utf8)
  let wanted = Array(needle.utf8)
  guard !wanted.isEmpty, bytes.count >= wanted.count else { return text }
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var index = 0
  while index < bytes.count {
    if bytes[index] == wanted[0], bytes[index...].starts(with: wanted) {
      result.append(contentsOf: replacement.utf8)
      index += wanted.count
    } else {
      result.append(bytes[index])
      index += 1
    }
  }
  return String(decoding: result, as: UTF8.self)
}
