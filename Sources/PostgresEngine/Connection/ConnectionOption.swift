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

/// The candidate that needs the fewest edits, if it is near enough to be what was meant.
func nearestName(to name: String, among candidates: [String]) -> String? {
  let wanted = Array(name.utf8.prefix(64))
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let distance = editDistance(wanted, Array(candidate.utf8))
    if distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  guard let best, best.distance <= max(2, wanted.count / 3) else { return nil }
  return best.name
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var previous = Array(0...right.count)
  for (row, byte) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, other) in right.enumerated() {
      let substitution = previous[column] + (byte == other ? 0 : 1)
      current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
