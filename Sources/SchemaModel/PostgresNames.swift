/// The names that PostgreSQL gives to what nobody named: `makeObjectName` and `ChooseConstraintName` of
/// its sources, so that a declaration without names meets the database's own.
package enum PostgresNames {
  /// NAMEDATALEN less the terminating zero.
  package static let longest = 63

  /// `table_label`.
  package static func primaryKey(table: Identifier) -> Identifier {
    make(table.raw, nil, "pkey")
  }

  /// `suffix` is the number that makes a name free (see `free`).
  package static func unique(
    table: Identifier, columns: [Identifier], suffix: String = ""
  ) -> Identifier {
    make(table.raw, addition(columns), "key" + suffix)
  }

  package static func foreignKey(
    table: Identifier, columns: [Identifier], suffix: String = ""
  ) -> Identifier {
    make(table.raw, addition(columns), "fkey" + suffix)
  }

  /// `column` is the one column that the expression mentions; nil when it mentions several or none.
  package static func check(table: Identifier, column: Identifier?) -> Identifier {
    make(table.raw, column?.raw, "check")
  }

  /// An index that nobody named; `parts` are its columns, and for expressions what PostgreSQL makes of them.
  package static func index(
    table: Identifier, parts: [Identifier], label: String = "idx", suffix: String = ""
  ) -> Identifier {
    make(table.raw, addition(parts), label + suffix)
  }

  /// The sequence behind a `serial` or identity column.
  package static func sequence(table: Identifier, column: Identifier) -> Identifier {
    make(table.raw, column.raw, "seq")
  }

  /// The first of `name`, `name1`, `name2` … (the number joins the label) that is not taken.
  package static func free(
    among taken: Set<Identifier>, _ name: (_ suffix: String) -> Identifier
  ) -> Identifier {
    var pass = 0
    while true {
      let candidate = name(pass == 0 ? "" : String(pass))
      if !taken.contains(candidate) { return candidate }
      pass += 1
    }
  }

  /// Both names are cut, the longer first, until they fit with the label.
  package static func make(_ first: String, _ second: String?, _ label: String) -> Identifier {
    let available = longest - label.utf8.count - 1 - (second == nil ? 0 : 1)
    var firstLength = first.utf8.count
    var secondLength = second?.utf8.count ?? 0
    while firstLength + secondLength > available {
      if firstLength > secondLength { firstLength -= 1 } else { secondLength -= 1 }
    }
    var name = clipped(first, to: firstLength)
    if let second { name += "_" + clipped(second, to: secondLength) }
    return Identifier(name + "_" + label)
  }

  /// Names joined by `_`; PostgreSQL stops adding when the text is as long as a name can be.
  private static func addition(_ columns: [Identifier]) -> String {
    var text = ""
    for column in columns {
      if !text.isEmpty { text += "_" }
      text += clipped(column.raw, to: longest)
      if text.utf8.count > longest { break }
    }
    return text
  }

  /// At most `length` bytes, no character cut in two.
  fileprivate static func clipped(_ text: String, to length: Int) -> String {
    guard text.utf8.count > length else { return text }
    let bytes = Array(text.utf8)
    var end = length
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}

extension PostgresNames {
  /// The multirange type that goes with a range type (`makeMultirangeTypeName`).
  package static func multirange(_ range: [Identifier]) -> [Identifier] {
    let name = range[range.count - 1].raw
    let bytes = Array(name.utf8)
    let word = Array("range".utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: word) }
    let whole =
      start.map { bytes[..<$0] + Array("multi".utf8) + bytes[$0...] }
      ?? bytes + Array("_multirange".utf8)
    let new =
      start == nil && whole.count > longest
      ? clipped(name, to: longest - 11) + "_multirange"
      : clipped(String(decoding: whole, as: UTF8.self), to: longest)
    return range.dropLast() + [Identifier(new)]
  }
}
