import SchemaModel
import Sources

/// The SQL files that lint is given, in the order in which a runner would take them.
enum LintFiles {
  static let standardInput = "-"

  /// The paths behind the arguments: files as they are, folders with the `.sql` files under them; the way
  /// down only when asked for.
  static func paths(_ arguments: [String], withDown: Bool) throws -> [String] {
    try arguments.flatMap { argument -> [String] in
      if argument == standardInput { return [argument] }
      switch FileSystem.kind(of: argument) {
      case .folder: return try files(under: argument, withDown: withDown)
      case .file, .other: return [argument]
      case .missing:
        throw SourceProblem(
          "there is no file \(argument)",
          nextStep: "name a .sql file, a folder of them, or - for standard input")
      }
    }
  }

  static func files(under folder: String, withDown: Bool) throws -> [String] {
    var found: [String] = []
    for name in try FileSystem.names(in: folder).sorted(by: VersionOrder.precedes) {
      let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
      switch FileSystem.kind(of: path) {
      case .folder:
        let isDown = ["revert", "verify", "down"].contains(name)
        if !name.hasPrefix("."), withDown || !isDown {
          found += try files(under: path, withDown: withDown)
        }
      case .file: if name.hasSuffix(".sql"), withDown || !isDown(name) { found.append(path) }
      case .other, .missing: continue
      }
    }
    return found
  }

  /// `x.down.sql`, `down.sql`, `U2__x.sql`.
  private static func isDown(_ name: String) -> Bool {
    if name.hasSuffix(".down.sql") || name == "down.sql" { return true }
    guard name.hasPrefix("U"), let mark = name.utf8.dropFirst().first else { return false }
    return mark >= 0x30 && mark <= 0x39 && name.contains("__")
  }

  /// The files of the same folder that a runner takes before this one.
  static func predecessors(of path: String, withDown: Bool) throws -> [String] {
    guard let slash = path.lastIndex(of: "/") else { return [] }
    let all = try files(under: String(path[..<slash]), withDown: withDown)
    return Array(all.prefix { $0 != path })
  }
}

/// File names with numbers in them, compared as people count: `V2` before `V10`.
enum VersionOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    var (a, b) = (Array(left.utf8)[...], Array(right.utf8)[...])
    while let x = a.first, let y = b.first {
      if isDigit(x), isDigit(y) {
        let (one, other) = (number(&a), number(&b))
        if one.count != other.count { return one.count < other.count }
        if !one.elementsEqual(other) { return one.lexicographicallyPrecedes(other) }
      } else {
        if x != y { return x < y }
        a = a.dropFirst()
        b = b.dropFirst()
      }
    }
    return a.count < b.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Without leading zeros.
  private static func number(_ bytes: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = bytes.prefix(while: isDigit)
    bytes = bytes.dropFirst(digits.count)
    return digits.drop { $0 == 0x30 }
  }
}
