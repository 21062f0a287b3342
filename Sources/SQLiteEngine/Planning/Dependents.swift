import Planning
import SQLText
import SchemaModel

/// Which views and triggers need a relation.
enum Dependents {
  /// Directly or through views, in order of id.
  static func of(_ relation: ObjectID, in schema: Schema) -> [ObjectID] {
    var users: [ObjectID: [ObjectID]] = [:]
    for (user, needs) in schema.dependencies {
      for need in needs { users[need, default: []].append(user) }
    }
    var found: Set<ObjectID> = []
    var queue = [relation]
    while let id = queue.popLast() {
      for user in users[id] ?? [] where found.insert(user).inserted { queue.append(user) }
    }
    return found.sorted()
  }
}

/// Whether a text names a column.
enum Mentions {
  static func of(_ name: Identifier, in text: String) -> Bool {
    guard let tokens = try? SQLiteSyntax().tokens(of: text) else { return true }
    return tokens.contains { token in
      (token.kind == .word || token.kind == .quotedName) && SQLiteSyntax().identifier(token) == name
    }
  }
}
