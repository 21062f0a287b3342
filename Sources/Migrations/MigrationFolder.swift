/// The names in a migrations folder, read as Kedge's own layout.
package enum MigrationFolder {
  /// The version of the newest `VERSION_name.up.sql` and the file's name; versions compare as numbers.
  package static func newest(among names: [String]) -> (version: String, fileName: String)? {
    let migrations = names.compactMap { name -> (version: String, fileName: String)? in
      guard name.hasSuffix(".up.sql"), let version = version(of: name) else { return nil }
      return (version, name)
    }
    return migrations.max { precedes($0.version, $1.version) }
  }

  /// A name that a file can have: letters, digits and underscores, as they are; nil for anything else.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100
      && text.utf8.allSatisfy {
        $0 == 0x5F || $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39)
          || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
      }
  }

  /// The leading digits before the first underscore.
  private static func version(of name: String) -> String? {
    guard let underscore = name.utf8.firstIndex(of: 0x5F) else { return nil }
    let digits = name[..<underscore]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return String(digits)
  }

  /// As numbers of any length.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    let (a, b) = (left.drop { $0 == "0" }, right.drop { $0 == "0" })
    return a.utf8.count != b.utf8.count ? a.utf8.count < b.utf8.count : a < b
  }
}
