/// A place in a YAML text: line and column count from 1, columns in code points, as libyaml counts.
package struct YAMLMark: Hashable, Sendable, Comparable {
  private let storedLine: UInt32
  private let storedColumn: UInt32

  package var line: Int { Int(storedLine) }
  package var column: Int { Int(storedColumn) }

  package init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }

  package static func < (left: YAMLMark, right: YAMLMark) -> Bool {
    (left.storedLine, left.storedColumn) < (right.storedLine, right.storedColumn)
  }
}

/// How a scalar was written. Only a plain scalar can be null or a merge key; everything else is text.
package enum YAMLScalarStyle: Hashable, Sendable {
  case plain, singleQuoted, doubleQuoted, literal, folded

  /// True for `|` and `>`, whose text begins on the line after the mark.
  package var isBlock: Bool { self == .literal || self == .folded }
}

/// One node of a YAML document. Aliases are already resolved: they share the anchored node's storage,
/// so a node's mark is the place where its text stands, not the place where it was repeated.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case scalar(String, YAMLScalarStyle)
    case sequence([YAMLNode])
    case mapping([YAMLPair])
  }

  package var content: Content
  package var mark: YAMLMark
  /// Where the node ends; for block collections this is where the next thing begins.
  package var end: YAMLMark

  package init(_ content: Content, mark: YAMLMark, end: YAMLMark) {
    self.content = content
    self.mark = mark
    self.end = end
  }

  /// True for a plain scalar that is empty, `~` or `null`. Quoted text is never null.
  package var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    switch text {
    case "", "~", "null", "Null", "NULL": return true
    default: return false
    }
  }

  /// The text of a scalar, null or not; nil for a list or a mapping.
  package var scalarText: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// What the node is, for error messages.
  package var kindName: String {
    switch content {
    case .scalar: isNull ? "nothing" : "text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A key with its value, in the order of the file. Keys are scalars: the parser reports any other.
package struct YAMLPair: Sendable {
  package var key: YAMLNode
  package var value: YAMLNode

  package init(key: YAMLNode, value: YAMLNode) {
    self.key = key
    self.value = value
  }

  package var name: String { key.scalarText ?? "" }
}
