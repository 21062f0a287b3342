import Digest

/// What tells two versions of a migration's text apart.
///
/// Texts carry the number of the algorithm in front (`1:b7e0…`), so that a later one can be added and old
/// histories stay readable.
package struct Checksum: Hashable, Sendable {
  private static let algorithm = "1:"

  /// SHA-256 over the bytes.
  package let bytes: String
  /// SHA-256 over the tokens, directives among them; comments, white space and the case of keywords change
  /// nothing.
  package let tokens: String

  package init(bytes: String, tokens: String) {
    self.bytes = bytes
    self.tokens = tokens
  }

  init(text: String, tokens: [String]) {
    bytes = Self.algorithm + SHA256Digest(of: Array(text.utf8)).hexadecimal
    // A NUL cannot stand in a token.
    var joined: [UInt8] = []
    for token in tokens {
      joined += token.utf8
      joined.append(0)
    }
    self.tokens = Self.algorithm + SHA256Digest(of: joined).hexadecimal
  }

  package enum Comparison: Hashable, Sendable { case same, cosmetic, changed }

  package func compared(to other: Checksum) -> Comparison {
    bytes == other.bytes ? .same : tokens == other.tokens ? .cosmetic : .changed
  }
}
