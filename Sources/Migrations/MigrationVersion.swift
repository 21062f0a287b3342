/// A version as it is compared: digits as one number, however long.
package struct MigrationVersion: Hashable, Comparable, Sendable {
  /// As it was written.
  package let text: String
  private let digits: [UInt8]

  /// Nil for what is not digits alone.
  package init?(_ text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    self.text = String(text)
    digits = Array(text.utf8.drop { $0 == 0x30 })
  }

  package static func < (left: MigrationVersion, right: MigrationVersion) -> Bool {
    left.digits.count != right.digits.count
      ? left.digits.count < right.digits.count
      : left.digits.lexicographicallyPrecedes(right.digits)
  }

  package static func == (left: MigrationVersion, right: MigrationVersion) -> Bool {
    left.digits == right.digits
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(digits) }
}
