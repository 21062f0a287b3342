import Digest
import FoundationEssentials

/// What a content security policy knows an inline script or style sheet by.
enum ContentHash {
  /// `sha256-…`.
  static func of(_ text: String) -> String {
    "sha256-" + Data(SHA256Digest(of: text.utf8).bytes).base64EncodedString()
  }
}
