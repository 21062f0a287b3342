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

  var isZero: Bool { digits.isEmpty }

  /// The moment, or the number after the newest where that is not before it.
  package static func next(after newest: MigrationVersion?, now: String) -> MigrationVersion {
    let now = MigrationVersion(now) ?? MigrationVersion(text: "1", digits: [0x31])
    guard let newest, now <= newest else { return now }
    var digits = Array(newest.text.utf8)
    var index = digits.count - 1
    while index >= 0, digits[index] == 0x39 {
      digits[index] = 0x30
      index -= 1
    }
    if index >= 0 { digits[index] += 1 } else { digits.insert(0x31, at: 0) }
    let text = String(decoding: digits, as: UTF8.self)
    return MigrationVersion(text: text, digits: Array(digits.drop { $0 == 0x30 }))
  }

  private init(text: String, digits: [UInt8]) {
    self.text = text
    self.digits = digits
  }
}
