/// What every modelled object can say of itself.
package protocol Describable: Hashable, Sendable, Codable {
  var id: ObjectID { get set }
  /// What must exist before this can, as far as the object's own parts tell (a column's table, a
  /// foreign key's target). What its SQL texts mention is in `Schema.dependencies`.
  var requires: [ObjectID] { get }
  /// Every attribute that takes part in equality, in a fixed order.
  var fields: [Field] { get }
  /// The same object after renames of it or of what it names.
  func renamed(by names: Renaming) -> Self
}

/// Renames of objects, to be applied to whatever mentions them.
package struct Renaming: Sendable {
  /// Old id to new last name.
  package let names: [ObjectID: Identifier]

  package init(_ names: [ObjectID: Identifier]) { self.names = names }

  package var isEmpty: Bool { names.isEmpty }

  /// The id after the renames of the object and of what holds it.
  package func callAsFunction(_ id: ObjectID) -> ObjectID {
    if id.kind == .comment {
      return id.commentTarget.map { .comment(on: self($0)) } ?? id
    }
    var path = id.path
    if id.kind.isPartOfRelation, path.count == 3 {
      for kind in [ObjectKind.table, .view] {
        if let name = names[ObjectID(kind, Array(id.path.prefix(2)))] { path[1] = name }
      }
    }
    if let name = names[id] { path[path.count - 1] = name }
    if path.count > 1, let name = names[.namespace(id.path[0])] { path[0] = name }
    return ObjectID(id.kind, path)
  }

  /// A column's name after the renames, given its table's old id.
  package func column(_ name: Identifier, of table: ObjectID) -> Identifier {
    names[table.part(.column, name)] ?? name
  }

  package func columns(_ list: [Identifier], of table: ObjectID) -> [Identifier] {
    list.map { column($0, of: table) }
  }

  package func type(_ type: TypeName) -> TypeName {
    guard let object = type.object else { return type }
    let new = self(object)
    guard new != object else { return type }
    // The canonical text spells the type's name; an array keeps its brackets.
    let suffix = type.canonical.string.hasSuffix("[]") ? "[]" : ""
    return TypeName(QualifiedName.text(new.path) + suffix, object: new)
  }
}

/// Qualified names as text.
package enum QualifiedName {
  /// `schema.name`, quoted where the name is not plain lower case.
  package static func text(_ path: [Identifier]) -> String {
    path.map { quoted($0.raw) }.joined(separator: ".")
  }

  private static func quoted(_ name: String) -> String {
    let plain = name.utf8.enumerated().allSatisfy { index, byte in
      byte == 95 || (byte >= 97 && byte <= 122) || (index > 0 && byte >= 48 && byte <= 57)
    }
    if plain, !name.isEmpty { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
