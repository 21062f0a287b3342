import CLibPQ

/// A connection parameter that the libpq in use understands, asked from libpq itself, so that a
/// newer library brings its newer parameters.
package struct ConnectionOption: Hashable, Sendable {
  package let keyword: String
  /// libpq marks parameters that must not be shown while they are typed.
  package let isSecret: Bool

  package init(keyword: String, isSecret: Bool = false) {
    self.keyword = keyword
    self.isSecret = isSecret
  }

  package static func known() -> [ConnectionOption] {
    guard let first = PQconndefaults() else { return [] }
    defer { PQconninfoFree(first) }
    var options: [ConnectionOption] = []
    var cursor = first
    while let keyword = cursor.pointee.keyword {
      let name = String(cString: keyword)
      let display = cursor.pointee.dispchar.map { String(cString: $0) } ?? ""
      options.append(
        ConnectionOption(keyword: name, isSecret: display == "*" || alwaysSecret.contains(name)))
      cursor += 1
    }
    return options
  }

  private static let alwaysSecret: Set<String> = ["password", "sslpassword", "oauth_client_secret"]
}
