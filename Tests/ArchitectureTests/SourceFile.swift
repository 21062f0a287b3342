import TestSupport

/// A Swift file of the package as the rules look at it.
struct SourceFile: Sendable, CustomStringConvertible {
  /// From the root: `Sources/SchemaDiff/Differ.swift`.
  let path: String
  /// The lines without comments and without what stands in string literals.
  let code: [String]

  var description: String { path }
  var target: String { String(path.split(separator: "/")[1]) }

  init(_ path: String) throws {
    self.path = path
    code = SourceFile.stripped(try Repository.text(path))
  }

  static func all(under folder: String) throws -> [SourceFile] {
    try Repository.files(under: folder, suffix: ".swift").map(SourceFile.init)
  }

  /// The modules that it imports.
  var imports: [String] {
    code.compactMap { line in
      let words = line.split(separator: " ")
      guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
        words[..<at].allSatisfy({ SourceFile.modifiers.contains(String($0)) || $0.hasPrefix("@") })
      else { return nil }
      let name = SourceFile.importKinds.contains(String(words[at + 1])) ? words.last : words[at + 1]
      return name.map { String($0.prefix { $0 != "." }) }
    }
  }

  private static let modifiers: Set<String> = ["package", "public", "internal", "private"]
  private static let importKinds: Set<String> = ["struct", "class", "enum", "func", "protocol"]

  /// Places (`path:line`) of the lines for which it holds.
  func places(where holds: (String) -> Bool) -> [String] {
    code.enumerated().filter { holds($0.element) }.map { "\(path):\($0.offset + 1)" }
  }

  /// Comments become nothing and string literals lose their contents; lines keep their numbers. Raw
  /// strings are taken for plain ones, which is enough for what the rules look for.
  private static func stripped(_ text: String) -> [String] {
    enum State { case code, line, block(Int), string, blockString }
    var state = State.code
    var lines: [String] = []
    var line: [UInt8] = []
    let bytes = Array(text.utf8)
    var position = 0
    func starts(_ prefix: StaticString) -> Bool {
      prefix.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }
    while position < bytes.count {
      let byte = bytes[position]
      var width = 1
      if byte == 0x0A {
        lines.append(String(decoding: line, as: UTF8.self))
        line = []
        switch state {
        case .line, .string: state = .code
        case .code, .block, .blockString: break
        }
        position += 1
        continue
      }
      switch state {
      case .code:
        if starts("//") {
          state = .line
        } else if starts("/*") {
          state = .block(1)
          width = 2
        } else if starts("\"\"\"") {
          state = .blockString
          width = 3
        } else if byte == 0x22 {
          state = .string
          line.append(byte)
        } else {
          line.append(byte)
        }
      case .line: break
      case .block(let depth):
        if starts("*/") {
          state = depth == 1 ? .code : .block(depth - 1)
          width = 2
        } else if starts("/*") {
          state = .block(depth + 1)
          width = 2
        }
      case .string:
        if byte == 0x5C {
          width = 2
        } else if byte == 0x22 {
          state = .code
          line.append(byte)
        }
      case .blockString:
        if byte == 0x5C {
          width = 2
        } else if starts("\"\"\"") {
          state = .code
          width = 3
        }
      }
      position += width
    }
    return lines + [String(decoding: line, as: UTF8.self)]
  }
}

extension String {
  /// Whether `value!` stands in the line: an exclamation mark behind a name or a bracket that is no `!=`.
  var hasForcedUnwrap: Bool {
    let bytes = Array(utf8)
    return bytes.indices.dropFirst().contains { index in
      guard bytes[index] == 0x21, index + 1 == bytes.count || bytes[index + 1] != 0x3D else {
        return false
      }
      let before = bytes[index - 1]
      return SourceFile.isNameByte(before) || [0x29, 0x5D, 0x7D].contains(before)
    }
  }

  /// Whether `.name` stands in the line, as a whole word.
  func mentionsMember(_ name: String) -> Bool {
    let (bytes, word) = (Array(utf8), Array(("." + name).utf8))
    guard bytes.count >= word.count else { return false }
    return (0...(bytes.count - word.count)).contains { start in
      let end = start + word.count
      return bytes[start..<end].elementsEqual(word)
        && (end == bytes.count || !SourceFile.isNameByte(bytes[end]))
    }
  }
}

extension SourceFile {
  fileprivate static func isNameByte(_ byte: UInt8) -> Bool {
    byte == 0x5F || byte >= 0x80 || (byte >= 0x30 && byte <= 0x39)
      || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }
}
