package import SQLText
package import SchemaModel

/// Reads one statement.
package enum StatementParser {
  /// The piece of a script; nil for what is no statement or cannot be split into tokens.
  package static func parse(
    _ piece: StatementSplitter.Piece, engine: EngineName
  ) -> ParsedStatement? {
    guard piece.kind != .command else { return nil }
    return parse(piece.text, at: piece.range.lowerBound, engine: engine)
  }

  /// `offset` is the place of the text in its file.
  package static func parse(
    _ text: String, at offset: Int = 0, engine: EngineName
  ) -> ParsedStatement? {
    let rules: LexicalRules = engine == .postgresql ? .postgresql : .sqlite
    guard let plain = try? Lexer.tokens(of: text, rules: rules), !plain.isEmpty else { return nil }
    let tokens = plain.map { token in
      Token(
        kind: token.kind, text: token.text,
        range: (token.range.lowerBound + offset)..<(token.range.upperBound + offset))
    }
    var cursor = Cursor(tokens, engine: engine)
    let node = cursor.statement()
    let end = tokens[tokens.count - 1].range.upperBound
    return ParsedStatement(
      node: node, tokens: tokens, range: tokens[0].range.lowerBound..<end, text: text)
  }
}

extension Cursor {
  mutating func statement() -> StatementNode {
    if take("explain") { return .select }
    if take("create") { return createStatement() }
    if take("alter") { return alterStatement() }
    if take("drop") { return dropStatement() }
    if let node = maintenance() { return node }
    if let node = transactionControl() { return node }
    if let node = manipulation() { return node }
    if take("set") { return setStatement() }
    if take("reset") {
      return .set(SetCommand(name: settingName(), values: nil, scope: .session))
    }
    if take("comment", "on") {
      let object = objectWord()
      return .comment(object, name())
    }
    if isAt("grant") || isAt("revoke") { return .grant(isRevoke: isAt("revoke")) }
    if take("do") { return .doBlock }
    if take("call") { return .call }
    if take("execute") { return .execute }
    if take("copy") { return .copy(isFromInput: rest().contains(words: ["from", "stdin"])) }
    if take("pragma") { return pragma() }
    if take("attach") || take("detach") { return .attach }
    return .other
  }

  private mutating func dropStatement() -> StatementNode {
    let start = position
    guard let object = objectWord() else { return .other }
    let word = tokens[start].range.lowerBound..<end
    var drop = DropStatement(object: object, names: [], objectWord: word)
    drop.isConcurrent = take("concurrently")
    drop.ifExists = take("if", "exists")
    drop.names = names { cursor in
      let name = cursor.name()
      _ = cursor.parenthesized()
      return name
    }
    switch object {
    case .trigger, .policy, .rule: if take("on") { drop.table = relation() }
    default: break
    }
    if isAt("cascade") {
      drop.cascade = true
      drop.cascadeWord = current?.range
    }
    return .drop(drop)
  }

  private mutating func maintenance() -> StatementNode? {
    if take("reindex") { return reindex() }
    if take("truncate") {
      _ = take("table")
      let tables = names { $0.relation() }
      return .truncate(
        tables: tables, cascade: rest().contains(word: "cascade"),
        restartIdentity: rest().contains(words: ["restart", "identity"]))
    }
    if take("vacuum") {
      let options = parenthesized()
      var isFull = options?.contains(word: "full") ?? false
      while take("full") || take("freeze") || take("verbose") || take("analyze") {
        isFull = isFull || tokens[position - 1].isWord("full")
      }
      return .vacuum(tables: names { $0.relation() }, isFull: isFull)
    }
    if take("cluster") {
      _ = parenthesized()
      _ = take("verbose")
      return .cluster(table: name())
    }
    if take("analyze") || take("analyse") {
      _ = parenthesized()
      _ = take("verbose")
      return .analyze(
        tables: names { cursor in
          let name = cursor.relation()
          _ = cursor.parenthesized()
          return name
        })
    }
    if take("refresh", "materialized", "view") {
      let concurrently = take("concurrently")
      return name().map { .refresh(view: $0, concurrently: concurrently) }
    }
    if take("lock") {
      _ = take("table")
      let tables = names { $0.relation() }
      let mode = take("in") ? fragment { $0.isWord("mode") }.text.asciiLowercased : nil
      return .lock(tables: tables, mode: mode)
    }
    return nil
  }

  private mutating func reindex() -> StatementNode {
    let options = parenthesized()
    guard let word = next(), let target = Reindex.Target(rawValue: word.text.asciiLowercased) else {
      return .other
    }
    let concurrently = take("concurrently") || options?.contains(word: "concurrently") == true
    return .reindex(
      Reindex(target: target, name: name(), isConcurrent: concurrently, targetWord: word.range))
  }

  private mutating func transactionControl() -> StatementNode? {
    if take("begin") || take("start", "transaction") { return .transaction(.begin) }
    if take("prepare", "transaction") { return .transaction(.prepare) }
    if take("commit") || take("end") { return .transaction(.commit) }
    if take("rollback") || take("abort") {
      _ = take("work") || take("transaction")
      return .transaction(isAt("to") ? .rollbackTo : .rollback)
    }
    if take("savepoint") { return .transaction(.savepoint) }
    if take("release") { return .transaction(.release) }
    return nil
  }

  private mutating func setStatement() -> StatementNode {
    if isAt("constraints") || isAt("transaction") || isAt("session", "characteristics") {
      return .other
    }
    var scope = SetCommand.Scope.session
    if take("local") { scope = .local } else { _ = take("session") }
    if take("time", "zone") {
      return .set(
        SetCommand(name: "timezone", values: next().map { [Self.value($0)] }, scope: scope))
    }
    let name = settingName()
    guard takeSymbol("=") || take("to") else { return .other }
    if isAt("default") { return .set(SetCommand(name: name, values: nil, scope: scope)) }
    let values = Cursor.parts(rest()).map { $0.tokens.map(Self.value).joined() }
    return .set(SetCommand(name: name, values: values, scope: scope))
  }

  private mutating func settingName() -> String {
    name()?.path.map { $0.raw.asciiLowercased }.joined(separator: ".") ?? ""
  }

  /// A string without its quotes, a name as it is stored.
  private static func value(_ token: Token) -> String {
    switch token.kind {
    case .string where token.text.hasPrefix("'"): String(token.text.dropFirst().dropLast())
    case .word: token.text.asciiLowercased
    default: token.unquoted
    }
  }

  private mutating func pragma() -> StatementNode {
    guard let name = name()?.last.raw.asciiLowercased else { return .other }
    var value: String?
    if takeSymbol("=") {
      value = rest().tokens.map { $0.unquoted.asciiLowercased }.joined()
    } else if let inner = parenthesized() {
      value = inner.tokens.map { $0.unquoted.asciiLowercased }.joined()
    }
    return .pragma(name: name, value: value)
  }
}
