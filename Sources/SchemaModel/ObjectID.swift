/// What an object is called everywhere: its kind and its path of names, never an OID.
///
/// Paths: a schema is `[schema]`; tables, views, sequences and types are `[schema, name]`; what is
/// inside a relation is `[schema, relation, name]`; a function or operator is `[schema, name, argument
/// types]`, an operator class or family `[schema, name, access method]`; what lives outside of schemas
/// (extensions, servers, publications …) is `[name]`, a user mapping `[server, user]`; a cast or transform
/// is `[what it says]`, after the schema of its type where that is one of the user's; a comment and
/// an owner are the raw kind of their target followed by the target's path, a grant has the grantee after
/// that.
package struct ObjectID: Sendable, Comparable, CustomStringConvertible {
  /// The names with their hash, which dictionaries of ids would else compute for each look-up.
  private final class Path: Sendable {
    let names: [Identifier]
    let hash: Int
    /// What a part was made from. Parts of one relation mostly share it, and then need no comparison.
    let home: Path?

    init(_ names: [Identifier], home: Path?) {
      self.names = names
      // Name by name, so that a part begins where its home ends.
      if let home, let name = names.last {
        hash = Self.hash(home.hash, name)
      } else {
        hash = names.reduce(0, Self.hash)
      }
      self.home = home
    }

    private static func hash(_ home: Int, _ name: Identifier) -> Int {
      var hasher = Hasher()
      hasher.combine(home)
      hasher.combine(name)
      return hasher.finalize()
    }
  }

  package let kind: ObjectKind
  private let shared: Path
  package var path: [Identifier] { shared.names }

  package init(_ kind: ObjectKind, _ path: [Identifier]) {
    self.kind = kind
    shared = Path(path, home: nil)
  }

  private init(_ kind: ObjectKind, _ shared: Path) {
    self.kind = kind
    self.shared = shared
  }

  package static func namespace(_ name: Identifier) -> ObjectID { ObjectID(.namespace, [name]) }

  package static func comment(on target: ObjectID) -> ObjectID {
    ObjectID(.comment, [Identifier(target.kind.rawValue)] + target.path)
  }

  package static func owner(of target: ObjectID) -> ObjectID {
    ObjectID(.owner, [Identifier(target.kind.rawValue)] + target.path)
  }

  package static func grant(on target: ObjectID, to grantee: Identifier) -> ObjectID {
    ObjectID(.grant, [Identifier(target.kind.rawValue)] + target.path + [grantee])
  }

  /// What the object itself is called: the last name of the path, or the last but one where the path ends
  /// with a signature.
  package var name: Identifier {
    if kind.hasSignature, path.count == 3 { return path[1] }
    return path.last ?? Identifier("")
  }

  /// The path without the schema that is there on every database.
  package var shownPath: [Identifier] {
    guard let first = path.first, path.count > 1, first.raw == "public" || first.raw == "main"
    else { return path }
    return Array(path.dropFirst())
  }

  /// The schema that holds the object; nil for what lives outside of schemas.
  package var namespace: Identifier? {
    switch kind {
    case .comment, .owner, .grant: attachmentTarget?.namespace
    case .defaultPrivileges: path.count > 1 && !path[1].raw.isEmpty ? path[1] : nil
    case .extension, .language, .accessMethod, .foreignDataWrapper, .server, .userMapping,
      .publication, .subscription, .eventTrigger:
      nil
    case .cast, .transform: path.count > 1 ? path.first : nil
    case .namespace, .collation, .enumType, .baseType, .domain, .compositeType, .rangeType,
      .sequence, .function, .operator, .operatorFamily, .operatorClass, .conversion,
      .textSearchParser, .textSearchTemplate, .textSearchDictionary, .textSearchConfiguration,
      .table, .column, .primaryKey, .unique, .check, .exclusion, .foreignKey, .index, .statistics,
      .virtualTable, .view, .materializedView, .rule, .trigger, .policy:
      path.first
    }
  }

  /// `[schema, relation]` of what is inside a relation, and of a relation itself.
  package var relationPath: [Identifier] {
    kind.isPartOfRelation ? Array(path.dropLast()) : path
  }

  /// What holds a part, as an object of this kind.
  func home(_ kind: ObjectKind) -> ObjectID {
    if let home = shared.home { return ObjectID(kind, home) }
    return ObjectID(kind, Array(path.dropLast()))
  }

  /// As `comparePath`, of what holds a part with the path of this id.
  func compareHome(of part: ObjectID) -> Int {
    if shared === part.shared.home { return 0 }
    return comparePath(to: part.home(kind).path)
  }

  /// Whether both are in, or are, one relation.
  package func sharesRelation(with other: ObjectID) -> Bool {
    let depth = kind.isPartOfRelation ? path.count - 1 : path.count
    let otherDepth = other.kind.isPartOfRelation ? other.path.count - 1 : other.path.count
    return depth == otherDepth && sharedNames(with: other) >= depth
  }

  /// The table that an object inside a table belongs to.
  package var table: ObjectID { ObjectID(.table, relationPath) }

  /// What a comment, an owner or a grant is on.
  package var attachmentTarget: ObjectID? {
    guard kind.isAttachment, let first = path.first, let target = ObjectKind(rawValue: first.raw)
    else { return nil }
    return ObjectID(target, Array(kind == .grant ? path.dropFirst().dropLast() : path.dropFirst()))
  }

  package func isPart(of relation: ObjectID) -> Bool {
    kind.isPartOfRelation && path.count == relation.path.count + 1
      && path.starts(with: relation.path)
  }

  /// A part of this relation.
  package func part(_ kind: ObjectKind, _ name: Identifier) -> ObjectID {
    ObjectID(kind, Path(path + [name], home: shared))
  }

  /// The index that a key or an exclusion constraint is kept by. It is no object of its own, but a comment can
  /// be on it (`COMMENT ON INDEX`).
  package var indexBehind: ObjectID { table.part(.index, name) }

  /// The same object under another last name.
  package func renamed(to name: Identifier) -> ObjectID {
    if kind.hasSignature, path.count == 3 { return ObjectID(kind, [path[0], name, path[2]]) }
    return ObjectID(kind, path.dropLast() + [name])
  }

  /// `column "public"."orders"."total"`: injective, for logs and errors.
  package var description: String {
    kind.rawValue + " "
      + path.map {
        "\""
          + $0.raw.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\""
      }.joined(separator: ".")
  }

  package static func < (left: ObjectID, right: ObjectID) -> Bool { left.compare(to: right) < 0 }

  /// Negative, zero or positive: kinds first, then paths name by name, bytes compared.
  package func compare(to other: ObjectID) -> Int {
    if kind != other.kind { return kind.rank - other.kind.rank }
    if shared === other.shared { return 0 }
    if let home = shared.home, home === other.shared.home, let name = path.last,
      let otherName = other.path.last
    {
      return name.key.compareBytes(to: otherName.key)
    }
    return comparePath(to: other.path)
  }

  /// Whether the id sorts before all of a kind under these names.
  func precedes(_ kind: ObjectKind, _ names: [Identifier]) -> Bool {
    self.kind == kind ? comparePath(to: names) < 0 : self.kind.rank < kind.rank
  }

  func starts(with names: [Identifier]) -> Bool {
    let path = path
    guard path.count >= names.count else { return false }
    // The last names tell relations of one schema apart.
    for index in names.indices.reversed() where path[index] != names[index] { return false }
    return true
  }

  /// As `compare`, of the paths alone; a prefix sorts first.
  package func comparePath(to other: [Identifier]) -> Int {
    let shared = min(path.count, other.count)
    for index in 0..<shared {
      let answer = path[index].key.compareBytes(to: other[index].key)
      if answer != 0 { return answer }
    }
    return path.count - other.count
  }

  /// Whether the paths differ in their last names at most.
  func hasSameHome(as other: ObjectID) -> Bool {
    if let home = shared.home, home === other.shared.home { return true }
    let count = path.count
    return count == other.path.count && sharedNames(with: other) >= count - 1
  }

  /// How many names the paths have in common, from the first on.
  func sharedNames(with other: ObjectID) -> Int {
    let shortest = min(path.count, other.path.count)
    var shared = 0
    while shared < shortest, path[shared] == other.path[shared] { shared += 1 }
    return shared
  }
}

extension ObjectID: Hashable {
  package static func == (left: ObjectID, right: ObjectID) -> Bool {
    left.kind == right.kind
      && (left.shared === right.shared
        || (left.shared.hash == right.shared.hash && left.path == right.path))
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(kind.rank)
    hasher.combine(shared.hash)
  }
}

extension ObjectID: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    let kind = try container.decode(ObjectKind.self)
    var names: [Identifier] = []
    while !container.isAtEnd { names.append(try container.decode(Identifier.self)) }
    self.init(kind, names)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(kind)
    for name in path { try container.encode(name) }
  }
}
