package import SchemaModel

/// Finds the relations that a SQL text mentions, by its tokens alone.
///
/// It looks where a relation can stand (`FROM`, `JOIN`, `INTO`, `UPDATE`, `REFERENCES` …) and at the
/// names of sequences in strings, so it may find too much (a CTE that is named like a table) but a column
/// that is named like a view does not make a dependency.
package struct ReferenceScanner: Sendable {
  private let syntax: any EngineSyntax
  private let relations: Set<ObjectID>
  private let searchPath: [Identifier]

  /// `relations` are tables, views and sequences; unqualified names are looked up along `searchPath`.
  package init(
    syntax: any EngineSyntax, relations: Set<ObjectID>, searchPath: [Identifier]
  ) {
    self.syntax = syntax
    self.relations = relations
    self.searchPath = searchPath
  }

  /// What the text mentions, each once, in order of appearance. Empty for a text that cannot be read.
  package func references(in text: String) -> [ObjectID] {
    guard let tokens = try? syntax.tokens(of: text) else { return [] }
    var scan = Scan(scanner: self, tokens: tokens)
    scan.run()
    return scan.found
  }

  /// The object that a path of one, two or (SQLite's attached name aside) more names means.
  package func resolve(_ path: [Identifier]) -> ObjectID? {
    let candidates: [[Identifier]] =
      path.count == 1 ? searchPath.map { [$0, path[0]] } : [Array(path.suffix(2))]
    for candidate in candidates {
      for kind in [ObjectKind.table, .virtualTable, .view, .materializedView, .sequence] {
        let id = ObjectID(kind, candidate)
        if relations.contains(id) { return id }
      }
    }
    return nil
  }

  private struct Scan {
    let scanner: ReferenceScanner
    let tokens: [Token]
    var position = 0
    var found: [ObjectID] = []
    var seen: Set<ObjectID> = []
    /// For each open parenthesis and the top: whether a comma leads to another relation.
    var inFrom = [false]

    init(scanner: ReferenceScanner, tokens: [Token]) {
      self.scanner = scanner
      self.tokens = tokens
    }

    mutating func run() {
      var expectsRelation = false
      while position < tokens.count {
        let token = tokens[position]
        position += 1
        switch token.kind {
        case .symbol:
          switch token.text {
          case "(":
            // `FROM (a JOIN b)`: the parenthesis continues the clause.
            inFrom.append(expectsRelation)
          case ")":
            if inFrom.count > 1 { inFrom.removeLast() }
            expectsRelation = false
          case ",": expectsRelation = inFrom[inFrom.count - 1]
          default: expectsRelation = false
          }
        case .word:
          let word = token.text.asciiLowercased
          if Scan.introducers.contains(word) {
            expectsRelation = true
            if word == "from" { inFrom[inFrom.count - 1] = true }
          } else if expectsRelation, Scan.fillers.contains(word) {
            if word == "or" { position += 1 }
          } else if Scan.enders.contains(word) {
            inFrom[inFrom.count - 1] = false
            expectsRelation = false
          } else if word == "on" {
            expectsRelation = false
          } else if expectsRelation {
            relation()
            expectsRelation = false
          }
        case .quotedName:
          if expectsRelation { relation() }
          expectsRelation = false
        case .string:
          sequence(token)
          // SQLite takes a string for a name where only a name can stand.
          expectsRelation = false
        case .number, .parameter: expectsRelation = false
        }
      }
    }

    /// The names from the token before `position` on.
    private mutating func relation() {
      var path = [scanner.syntax.identifier(tokens[position - 1])]
      while position + 1 < tokens.count, tokens[position].isSymbol("."),
        tokens[position + 1].kind == .word || tokens[position + 1].kind == .quotedName
      {
        path.append(scanner.syntax.identifier(tokens[position + 1]))
        position += 2
      }
      add(path)
    }

    /// `nextval('s')`, `'s'::regclass`.
    private mutating func sequence(_ token: Token) {
      guard scanner.syntax.engine == .postgresql, token.text.utf8.first == UInt8(ascii: "'") else {
        return
      }
      let isCast =
        position + 1 < tokens.count && tokens[position].isSymbol("::")
        && tokens[position + 1].isWord("regclass")
      let isCall =
        position >= 3 && tokens[position - 2].isSymbol("(")
        && ["nextval", "currval", "setval"].contains(tokens[position - 3].text.asciiLowercased)
      guard isCast || isCall else { return }
      let inner = String(decoding: Array(token.text.utf8.dropFirst().dropLast()), as: UTF8.self)
      if let path = try? scanner.syntax.path(inner) { add(path) }
    }

    private mutating func add(_ path: [Identifier]) {
      guard let id = scanner.resolve(path), seen.insert(id).inserted else { return }
      found.append(id)
    }

    private static let introducers: Set<String> = [
      "from", "join", "into", "update", "references", "table",
    ]
    private static let fillers: Set<String> = [
      "only", "lateral", "or", "rollback", "abort", "replace", "fail", "ignore",
    ]
    private static let enders: Set<String> = [
      "where", "group", "order", "having", "limit", "window", "union", "intersect", "except",
      "select",
      "set", "values", "returning", "fetch", "offset", "for", "begin", "end", "default",
    ]
  }
}
