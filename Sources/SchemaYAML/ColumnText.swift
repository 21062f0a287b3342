import SQLText
import SchemaModel

/// A column's scalar form, taken apart: SQL's own clauses in any order.
struct ColumnText {
  struct InlineConstraint {
    enum Body {
      case primaryKey(isDescending: Bool, ConflictClause?, isAutoincrement: Bool)
      case unique(nullsNotDistinct: Bool, ConflictClause?)
      case check(String, isNoInherit: Bool, ConflictClause?)
      case foreignKey(ReferenceText)
    }

    var name: Identifier?
    var body: Body
    /// Byte offset of the clause in the text.
    var offset: Int
  }

  /// Empty where the text begins with a clause.
  var type = ""
  var collation: ExactText?
  var isNotNull: Bool?
  var notNullConflict: ConflictClause?
  var defaultValue: String?
  var defaultOffset = 0
  var identity: Identity.Mode?
  var generated: String?
  var storage: Generation.Storage?
  var constraints: [InlineConstraint] = []

  init(_ text: String, syntax: any EngineSyntax) throws(SyntaxProblem) {
    var reader = try ClauseReader(text, syntax: syntax)
    try readType(&reader)
    while !reader.isAtEnd { try readClause(&reader) }
  }

  private mutating func readType(_ reader: inout ClauseReader) throws(SyntaxProblem) {
    let start = reader.position
    while !reader.isAtEnd, !ColumnText.beginsClause(reader) { reader.position += 1 }
    type = reader.source(start..<reader.position)
    // A misspelled clause would pass for a part of the type.
    for index in start..<reader.position where index > start && reader.tokens[index].kind == .word {
      let word = reader.tokens[index].text.asciiLowercased
      if let close = ColumnText.misspelled[word] ?? ColumnText.nearClause(word) {
        throw SyntaxProblem(
          "'\(reader.tokens[index].text)' is no part of a type; did you mean '\(close)'?",
          at: reader.tokens[index].range.lowerBound)
      }
    }
  }

  /// Neither engine has a type with 'not' in it.
  private static let misspelled = [
    "notnull": "not null", "not": "not null", "nott": "not null",
    "autoincrement": "primary key autoincrement",
  ]

  private static func nearClause(_ word: String) -> String? {
    let near = nearestName(
      to: word, among: ["default", "unique", "references", "primary", "collate", "identity"])
    return near.flatMap { editDistance(Array(word.utf8), Array($0.utf8)) <= 2 ? $0 : nil }
  }

  /// Whether a clause begins at the reader's position.
  private static func beginsClause(_ reader: ClauseReader) -> Bool {
    guard let token = reader.current, token.kind == .word else { return false }
    switch token.text.asciiLowercased {
    case "not": return reader.peek(1)?.isWord("null") == true
    case "primary": return reader.peek(1)?.isWord("key") == true
    case "generated":
      return reader.peek(1)?.isWord("always") == true || reader.peek(1)?.isWord("by") == true
    case "check": return reader.peek(1)?.isSymbol("(") == true
    case "collate", "null", "default", "identity", "unique", "references", "constraint", "as":
      return true
    default: return false
    }
  }

  private mutating func readClause(_ reader: inout ClauseReader) throws(SyntaxProblem) {
    let offset = reader.current?.range.lowerBound ?? 0
    var name: Identifier?
    if reader.take("constraint") { name = try reader.name("the constraint's name") }
    if try readConstraint(&reader, name: name, offset: offset) { return }
    if name != nil, reader.peek(0)?.isWord("not") != true {
      throw reader.problem("'constraint' is followed by a name and a constraint")
    }
    if reader.take("not", "null") {
      try once(isNotNull != nil, "null' or 'not null", reader)
      isNotNull = true
      notNullConflict = try reader.conflictAction()
    } else if reader.take("null") {
      try once(isNotNull != nil, "null' or 'not null", reader)
      isNotNull = false
    } else if reader.take("collate") {
      try once(collation != nil, "collate", reader)
      collation = try reader.collation()
    } else if reader.take("default") {
      try once(defaultValue != nil, "default", reader)
      try readDefault(&reader)
    } else if try !readIdentity(&reader), try !readGenerated(&reader) {
      throw reader.problem(
        "'\(reader.current?.text ?? "")' is no clause of a column")
    }
  }

  private func once(_ isSecond: Bool, _ clause: String, _ reader: ClauseReader)
    throws(SyntaxProblem)
  {
    if isSecond { throw reader.problem("a second '\(clause)'") }
  }

  /// A default ends where the next clause begins, outside brackets and CASE.
  private mutating func readDefault(_ reader: inout ClauseReader) throws(SyntaxProblem) {
    let start = reader.position
    defaultOffset = reader.current?.range.lowerBound ?? 0
    var cases = 0
    while let token = reader.current {
      if cases == 0, reader.position > start, ColumnText.beginsClause(reader),
        !ColumnText.continues(reader)
      {
        break
      }
      if token.isSymbol("(") || token.isSymbol("[") {
        reader.position = reader.closing(reader.position)
      }
      if token.isWord("case") { cases += 1 }
      if token.isWord("end"), cases > 0 { cases -= 1 }
      reader.position += 1
    }
    let text = reader.source(start..<reader.position)
    if text.isEmpty { throw reader.problem("an expression is missing after 'default'") }
    defaultValue = text
  }

  /// `IS NULL`, `IS NOT NULL`: the word belongs to the expression.
  private static func continues(_ reader: ClauseReader) -> Bool {
    guard let previous = reader.peek(-1) else { return false }
    return previous.isWord("is")
      || (previous.kind == .symbol && ![")", "]"].contains(previous.text))
  }

  private mutating func readIdentity(_ reader: inout ClauseReader) throws(SyntaxProblem) -> Bool {
    let mode: Identity.Mode
    if reader.take("identity") {
      if reader.take("always") {
        mode = .always
      } else {
        _ = reader.take("by", "default")
        mode = .byDefault
      }
    } else if reader.take("generated", "by", "default", "as", "identity") {
      mode = .byDefault
    } else if reader.take("generated", "always", "as", "identity") {
      mode = .always
    } else {
      return false
    }
    if reader.syntax.engine == .sqlite {
      throw SyntaxProblem(
        "'identity' is known to PostgreSQL only; an integer primary key counts by itself")
    }
    if reader.current?.isSymbol("(") == true {
      throw reader.problem("options of an identity column are given in its mapping form")
    }
    try once(identity != nil, "identity", reader)
    identity = mode
    return true
  }

  private mutating func readGenerated(_ reader: inout ClauseReader) throws(SyntaxProblem) -> Bool {
    guard reader.take("generated", "always", "as") || reader.take("as") else { return false }
    try once(generated != nil, "generated", reader)
    generated = try reader.parenthesised(after: "as")
    if reader.take("stored") { storage = .stored }
    if reader.take("virtual") { storage = .virtual }
    return true
  }

  private mutating func readConstraint(
    _ reader: inout ClauseReader, name: Identifier?, offset: Int
  ) throws(SyntaxProblem) -> Bool {
    let body: InlineConstraint.Body
    if reader.take("primary", "key") {
      let isDescending = reader.take("desc")
      if !isDescending { _ = reader.take("asc") }
      var conflict = try reader.conflictAction()
      let autoincrement = reader.syntax.engine == .sqlite && reader.take("autoincrement")
      conflict = try reader.conflictAction() ?? conflict
      body = .primaryKey(isDescending: isDescending, conflict, isAutoincrement: autoincrement)
    } else if reader.take("unique") {
      var notDistinct = false
      if reader.syntax.engine == .postgresql {
        notDistinct = reader.take("nulls", "not", "distinct")
        if !notDistinct { _ = reader.take("nulls", "distinct") }
      }
      body = .unique(nullsNotDistinct: notDistinct, try reader.conflictAction())
    } else if reader.take("check") {
      let text = try reader.parenthesised(after: "check")
      let noInherit = reader.syntax.engine == .postgresql && reader.take("no", "inherit")
      body = .check(text, isNoInherit: noInherit, try reader.conflictAction())
    } else if reader.take("references") {
      body = .foreignKey(try ReferenceText(&reader, allowsActions: true))
    } else {
      return false
    }
    constraints.append(InlineConstraint(name: name, body: body, offset: offset))
    return true
  }
}

/// `users(id) on delete cascade …`.
struct ReferenceText {
  var table: [Identifier]
  var columns: [Identifier]
  var onDelete = ForeignKey.Action.noAction
  var onUpdate = ForeignKey.Action.noAction
  var setColumns: [Identifier] = []
  var match = ForeignKey.Match.simple
  var deferrability = Deferrability.notDeferrable

  init(_ reader: inout ClauseReader, allowsActions: Bool) throws(SyntaxProblem) {
    table = try reader.path("the referenced table")
    columns = try reader.columnList() ?? []
    guard allowsActions else { return }
    while true {
      if reader.take("on", "delete") {
        onDelete = try ReferenceText.action(&reader)
        setColumns = try reader.columnList() ?? []
      } else if reader.take("on", "update") {
        onUpdate = try ReferenceText.action(&reader)
      } else if reader.take("match") {
        guard let word = reader.current?.text.asciiLowercased,
          let found = ForeignKey.Match(rawValue: word)
        else { throw reader.problem("'match' is followed by simple, full or partial") }
        reader.position += 1
        match = found
      } else if let found = reader.deferrability() {
        deferrability = found
      } else {
        return
      }
    }
  }

  static func action(_ reader: inout ClauseReader) throws(SyntaxProblem) -> ForeignKey.Action {
    if reader.take("no", "action") { return .noAction }
    if reader.take("restrict") { return .restrict }
    if reader.take("cascade") { return .cascade }
    if reader.take("set", "null") { return .setNull }
    if reader.take("set", "default") { return .setDefault }
    throw reader.problem(
      "expected 'no action', 'restrict', 'cascade', 'set null' or 'set default'")
  }
}
