/// The name of one of Flyway's files: `V1.2__name.sql`, `U1__name.sql`, `B1__name.sql`, `R__name.sql`.
struct FlywayName {
  enum Kind: Character { case versioned = "V", undo = "U", baseline = "B", repeatable = "R" }

  /// Part by part as numbers; `1` is `1.0`.
  struct Order: Hashable, Comparable {
    let parts: [MigrationVersion]

    static func < (left: Order, right: Order) -> Bool {
      left.parts.lexicographicallyPrecedes(right.parts)
    }
  }

  let kind: Kind
  /// `1.2`; empty for what is repeatable.
  let version: String
  let order: Order
  let description: String

  init?(_ file: String) {
    guard let kind = file.first.flatMap(Kind.init), file.hasSuffix(".sql") else { return nil }
    let title = file.dropFirst().dropLast(".sql".count)
    let separator = title.firstRange(of: "__")
    let words = (separator.map { title[..<$0.lowerBound] } ?? title)
      .split(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }
    var parts = words.compactMap { MigrationVersion($0) }
    if kind == .repeatable {
      guard words == [""], separator != nil else { return nil }
    } else {
      guard parts.count == words.count else { return nil }
    }
    version = parts.map(\.text).joined(separator: ".")
    while let last = parts.last, last.isZero { parts.removeLast() }
    order = Order(parts: parts)
    self.kind = kind
    description = separator.map { String(title[$0.upperBound...]) } ?? ""
  }
}
