import SchemaModel

/// Types that are made of functions which need the type: a shell of the type comes first, then the
/// functions, then the type itself.
struct ShellTypes {
  /// The types that a function belongs to, by the function's schema and name.
  private var types: [[Identifier]: Set<ObjectID>] = [:]

  init(_ schemas: Schema...) {
    for schema in schemas {
      for kind in [ObjectKind.baseType, .rangeType] {
        for case .defined(let type) in schema.objects(of: kind) {
          for path in ShellTypes.functions(of: type) { types[path, default: []].insert(type.id) }
        }
      }
    }
  }

  /// A range's `subtype_diff` knows nothing of the range.
  static func functions(of type: DefinedObject) -> [[Identifier]] {
    type.attributes.compactMap { name, value in
      // A name alone is one of PostgreSQL's own functions.
      guard let id = value.name, id.kind == .function, id.path.count == 2, name != "subtype_diff"
      else { return nil }
      return id.path
    }
  }

  static func shell(of type: ObjectID) -> ObjectID { type.part(type.kind, Identifier("shell")) }

  /// The types that the function is a part of.
  func types(of function: ObjectID) -> Set<ObjectID> {
    types[Array(function.path.prefix(2))] ?? []
  }

  /// What the function needs, with the shells of the types that it is a part of in place of these.
  func replacing(_ needed: [ObjectID], of function: ObjectID) -> [ObjectID] {
    guard !types.isEmpty else { return needed }
    let own = types(of: function)
    return needed.map { own.contains($0) ? ShellTypes.shell(of: $0) : $0 }
  }
}
