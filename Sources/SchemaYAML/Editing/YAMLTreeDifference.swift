/// One place of a document that is to change: a path of keys, and what becomes of the pair there.
struct YAMLChange: Hashable {
  enum Kind: Hashable {
    /// The pair is in both, with other content.
    case replace
    /// The pair is new; it goes behind this key, or first.
    case insert(after: String?)
    case remove
  }

  var path: [String]
  var kind: Kind
}

/// Where two documents of one writer differ: the deepest pairs that hold all of a difference.
enum YAMLTreeDifference {
  static func changes(from old: YAMLNode, to new: YAMLNode) -> [YAMLChange] {
    changes(old, new, path: [])
  }

  private static func changes(
    _ old: YAMLNode, _ new: YAMLNode, path: [String]
  ) -> [YAMLChange] {
    guard case .mapping(let oldPairs) = old.content, case .mapping(let newPairs) = new.content
    else { return isEqual(old, new) ? [] : [YAMLChange(path: path, kind: .replace)] }
    var changes: [YAMLChange] = []
    let newByName = Dictionary(newPairs.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let oldByName = Dictionary(oldPairs.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for pair in oldPairs {
      if let other = newByName[pair.name] {
        changes += self.changes(pair.value, other.value, path: path + [pair.name])
      } else {
        changes.append(YAMLChange(path: path + [pair.name], kind: .remove))
      }
    }
    var previous: String?
    for pair in newPairs {
      if oldByName[pair.name] == nil {
        changes.append(YAMLChange(path: path + [pair.name], kind: .insert(after: previous)))
      }
      previous = pair.name
    }
    return changes
  }

  static func isEqual(_ left: YAMLNode, _ right: YAMLNode) -> Bool {
    switch (left.content, right.content) {
    case (.scalar(let a, _), .scalar(let b, _)): a.utf8.elementsEqual(b.utf8)
    case (.sequence(let a), .sequence(let b)):
      a.count == b.count && zip(a, b).allSatisfy { isEqual($0, $1) }
    case (.mapping(let a), .mapping(let b)):
      a.count == b.count
        && zip(a, b).allSatisfy {
          $0.name.utf8.elementsEqual($1.name.utf8) && isEqual($0.value, $1.value)
        }
    default: false
    }
  }
}
