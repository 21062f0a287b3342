/// Texts that a pattern lets pass: enough of regular expressions for what people write into checks.
struct Pattern: Hashable, Sendable {
  /// One place of the text: one of these, so many times.
  private struct Atom: Hashable, Sendable {
    var choice: Choice
    var minimum: Int
    var maximum: Int?
  }

  private indirect enum Choice: Hashable, Sendable {
    case letters([UInt8])
    case group([[Atom]])
  }

  private var branches: [[Atom]]
  /// How many letters a place without a limit gets at least.
  private var stretch = 1

  /// Whether another number may give another text.
  var varies: Bool { branches.contains { $0.contains(where: Pattern.varies) } }

  private static func varies(_ atom: Atom) -> Bool {
    if atom.maximum != atom.minimum { return true }
    return switch atom.choice {
    case .letters(let letters): letters.count > 1
    case .group(let branches):
      branches.count > 1 || branches.contains { $0.contains(where: varies) }
    }
  }

  /// `LIKE` and `GLOB`: one word for any text, one letter for any letter.
  init(like text: String, any: UInt8.Text, one: UInt8.Text) {
    var atoms: [Atom] = []
    for byte in text.utf8 {
      if byte == any.byte {
        atoms.append(Atom(choice: .letters(Pattern.word), minimum: 0, maximum: nil))
      } else {
        atoms.append(
          Atom(choice: .letters(byte == one.byte ? Pattern.word : [byte]), minimum: 1, maximum: 1))
      }
    }
    branches = [atoms]
  }

  /// Nil for what is not understood: look-ahead, back references.
  init?(regularExpression text: String) {
    var parser = Parser(bytes: Array(text.utf8))
    guard var branches = parser.alternatives(), parser.isAtEnd else { return nil }
    if branches.count == 1 {
      // What is not tied to an end may have letters there.
      let free = Atom(choice: .letters(Pattern.word), minimum: 1, maximum: nil)
      if !text.hasPrefix("^") { branches[0].insert(free, at: 0) }
      if !text.hasSuffix("$") { branches[0].append(free) }
    }
    self.branches = branches
  }

  /// The same with longer texts.
  func stretched(_ length: Int) -> Pattern {
    var copy = self
    copy.stretch = length
    return copy
  }

  /// A text that matches, another for another number where the pattern leaves a choice.
  func sample(_ n: Int) -> String {
    var digits = n
    var bytes: [UInt8] = []
    write(branches, &digits, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func write(_ branches: [[Atom]], _ n: inout Int, into bytes: inout [UInt8]) {
    guard !branches.isEmpty else { return }
    let branch = branches[branches.count > 1 ? n % branches.count : 0]
    // The number is written from its end: the last places that leave a choice get it.
    for atom in branch {
      let count = max(atom.minimum, atom.maximum.map { min($0, 1) } ?? stretch)
      for _ in 0..<min(count, 2_000) {
        switch atom.choice {
        case .letters(let letters):
          guard letters.count > 1 else {
            bytes += letters
            continue
          }
          bytes.append(letters[n % letters.count])
          n /= letters.count
        case .group(let inner): write(inner, &n, into: &bytes)
        }
      }
      // A place without a limit takes what is left of the number.
      if atom.maximum == nil, case .letters(let letters) = atom.choice, letters.count > 1 {
        while n > 0 {
          bytes.append(letters[n % letters.count])
          n /= letters.count
        }
      }
    }
  }

  fileprivate static let digits = Array("0123456789".utf8)
  fileprivate static let lower = Array("abcdefghijklmnopqrstuvwxyz".utf8)
  fileprivate static let upper = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
  fileprivate static let word = lower + digits

  private struct Parser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func alternatives() -> [[Atom]]? {
      depth += 1
      defer { depth -= 1 }
      guard depth < 20 else { return nil }
      var branches: [[Atom]] = [[]]
      while let byte, byte != UInt8(ascii: ")") {
        if byte == UInt8(ascii: "|") {
          position += 1
          branches.append([])
          continue
        }
        guard let next = piece() else { return nil }
        if let atom = next { branches[branches.count - 1].append(atom) }
      }
      return branches
    }

    /// Nil: not understood; nil inside: an anchor.
    private mutating func piece() -> Atom?? {
      guard let byte else { return .none }
      position += 1
      let choice: Choice
      switch byte {
      case UInt8(ascii: "^"), UInt8(ascii: "$"): return .some(.none)
      case UInt8(ascii: "."): choice = .letters(Pattern.word)
      case UInt8(ascii: "["):
        guard let letters = bracket() else { return .none }
        choice = .letters(letters)
      case UInt8(ascii: "("):
        if self.byte == UInt8(ascii: "?") {
          guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ":") else {
            return .none
          }
          position += 2
        }
        guard let inner = alternatives(), self.byte == UInt8(ascii: ")") else { return .none }
        position += 1
        choice = .group(inner)
      case UInt8(ascii: "\\"):
        guard let escaped = self.byte else { return .none }
        position += 1
        switch Pattern.letters(escaped: escaped) {
        case .none: return .none
        // A place between letters.
        case .some(let letters) where letters.isEmpty: return .some(.none)
        case .some(let letters): choice = .letters(letters)
        }
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): return .none
      default: choice = .letters([byte])
      }
      let (minimum, maximum) = quantifier()
      return Atom(choice: choice, minimum: minimum, maximum: maximum)
    }

    private mutating func quantifier() -> (Int, Int?) {
      defer {
        // Non-greedy.
        if byte == UInt8(ascii: "?") { position += 1 }
      }
      switch byte {
      case UInt8(ascii: "*"):
        position += 1
        return (0, nil)
      case UInt8(ascii: "+"):
        position += 1
        return (1, nil)
      case UInt8(ascii: "?"):
        position += 1
        return (0, 1)
      case UInt8(ascii: "{"):
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "}")) else { return (1, 1) }
        let inside = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        position = end + 1
        let parts = inside.split(separator: ",", omittingEmptySubsequences: false)
        let minimum = parts.first.flatMap { Int($0) } ?? 0
        return (minimum, parts.count > 1 ? Int(parts[1]) : minimum)
      default: return (1, 1)
      }
    }

    private mutating func bracket() -> [UInt8]? {
      var isNegated = false
      if byte == UInt8(ascii: "^") {
        isNegated = true
        position += 1
      }
      var letters: [UInt8] = []
      var isFirst = true
      while let next = byte, isFirst || next != UInt8(ascii: "]") {
        isFirst = false
        if let named = namedClass() {
          letters += named
          continue
        }
        position += 1
        var low = next
        if next == UInt8(ascii: "\\"), let escaped = byte {
          position += 1
          guard let set = Pattern.letters(escaped: escaped) else { return nil }
          if set.count != 1 {
            letters += set
            continue
          }
          low = set[0]
        }
        if byte == UInt8(ascii: "-"), position + 1 < bytes.count,
          bytes[position + 1] != UInt8(ascii: "]")
        {
          var high = bytes[position + 1]
          position += 2
          if high == UInt8(ascii: "\\"), let escaped = byte {
            high = escaped
            position += 1
          }
          guard low <= high else { return nil }
          letters += Array(low...high)
        } else {
          letters.append(low)
        }
      }
      guard byte == UInt8(ascii: "]") else { return nil }
      position += 1
      if isNegated {
        letters = (Pattern.word + Pattern.upper + [0x2D, 0x5F]).filter { !letters.contains($0) }
      }
      return letters.isEmpty ? nil : letters
    }

    /// `[:alpha:]` inside brackets.
    private mutating func namedClass() -> [UInt8]? {
      guard bytes[position...].starts(with: "[:".utf8),
        let end = bytes[(position + 2)...].firstIndex(of: UInt8(ascii: ":")),
        end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "]")
      else { return nil }
      let name = String(decoding: bytes[(position + 2)..<end], as: UTF8.self)
      let letters: [UInt8]
      switch name {
      case "alpha": letters = Pattern.lower + Pattern.upper
      case "digit": letters = Pattern.digits
      case "lower": letters = Pattern.lower
      case "upper": letters = Pattern.upper
      case "xdigit": letters = Pattern.digits + Array("abcdef".utf8)
      case "space": letters = [0x20]
      case "punct": letters = [0x2E]
      default: letters = Pattern.word
      }
      position = end + 2
      return letters
    }
  }

  /// Nil: not understood; empty: no letter at all.
  private static func letters(escaped byte: UInt8) -> [UInt8]? {
    switch byte {
    case UInt8(ascii: "d"): digits
    case UInt8(ascii: "w"): word
    case UInt8(ascii: "s"): [0x20]
    case UInt8(ascii: "D"), UInt8(ascii: "S"): lower
    case UInt8(ascii: "W"): [0x20]
    case UInt8(ascii: "n"): [0x0A]
    case UInt8(ascii: "t"): [0x09]
    case UInt8(ascii: "m"), UInt8(ascii: "M"), UInt8(ascii: "y"), UInt8(ascii: "A"),
      UInt8(ascii: "Z"), UInt8(ascii: "b"):
      []
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: nil
    default: [byte]
    }
  }
}

extension UInt8 {
  /// A letter that was written as text.
  struct Text: ExpressibleByUnicodeScalarLiteral {
    let byte: UInt8
    init(unicodeScalarLiteral value: Unicode.Scalar) { byte = UInt8(ascii: value) }
  }
}
