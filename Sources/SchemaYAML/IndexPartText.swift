import SQLText
import SchemaModel

/// One part of an index: `COLUMN or EXPRESSION [collate C] [OPCLASS[(…)]] [asc|desc] [nulls first|last]`.
enum IndexPartText {
  /// `columns` are the table's: one of them in parentheses is that column, anything else in them an
  /// expression.
  static func part(
    _ text: String, columns: [Identifier], syntax: any EngineSyntax
  ) throws(SyntaxProblem) -> IndexPart {
    if text.isPlainWord { return IndexPart(.column(Identifier(text, in: syntax.engine))) }
    var reader = try ClauseReader(text, syntax: syntax)
    guard !reader.isAtEnd else { throw SyntaxProblem("a part of an index is missing") }
    switch syntax.engine {
    case .postgresql: return try postgres(&reader, columns)
    case .sqlite: return try sqlite(reader, columns)
    }
  }

  private static func postgres(
    _ reader: inout ClauseReader, _ columns: [Identifier]
  ) throws(SyntaxProblem) -> IndexPart {
    let subject: IndexPart.Subject
    let start = reader.position
    if reader.current?.isSymbol("(") == true {
      let inner = try reader.parenthesised(after: "on")
      let lone = try lonelyColumn(inner, columns, reader.syntax)
      subject = lone.map { .column($0) } ?? .expression(reader.syntax.expression(inner))
    } else {
      let path = try reader.path("a column or an expression")
      if reader.current?.isSymbol("(") == true {
        reader.position = reader.closing(reader.position) + 1
        subject = .expression(reader.syntax.expression(reader.source(start..<reader.position)))
      } else if path.count == 1 {
        subject = .column(path[0])
      } else {
        throw reader.problem("an expression that is no function call stands in parentheses")
      }
    }
    var part = IndexPart(subject)
    if reader.take("collate") { part.collation = try reader.collation() }
    if let token = reader.current, token.kind == .quotedName || token.kind == .word,
      !["asc", "desc", "nulls"].contains(where: { token.isWord($0) })
    {
      var opclass = QualifiedName.text(try reader.path("an operator class"))
      if reader.current?.isSymbol("(") == true {
        opclass += try operatorClassParameters(&reader)
      }
      part.operatorClass = ExactText(opclass)
    }
    part.isDescending = reader.take("desc")
    if !part.isDescending { _ = reader.take("asc") }
    part.nullsFirst = part.isDescending
    if reader.take("nulls", "first") { part.nullsFirst = true }
    if reader.take("nulls", "last") { part.nullsFirst = false }
    guard reader.isAtEnd else {
      throw reader.problem("an expression that is no function call stands in parentheses")
    }
    return part
  }

  private static func lonelyColumn(
    _ text: String, _ columns: [Identifier], _ syntax: any EngineSyntax
  ) throws(SyntaxProblem) -> Identifier? {
    let tokens = Normalizer.withoutOuterParentheses(try syntax.tokens(of: text))
    guard tokens.count == 1, tokens[0].kind == .word || tokens[0].kind == .quotedName else {
      return nil
    }
    let name = syntax.identifier(tokens[0])
    return columns.contains(name) ? name : nil
  }

  /// ` (siglen='32')`, as PostgreSQL prints it: every value is a string.
  private static func operatorClassParameters(
    _ reader: inout ClauseReader
  ) throws(SyntaxProblem) -> String {
    let end = reader.closing(reader.position)
    var text = " "
    var isValue = false
    for token in reader.tokens[reader.position...end] {
      let isBare = isValue && (token.kind == .number || token.kind == .word)
      text += token.isSymbol(",") ? ", " : isBare ? "'\(token.text)'" : token.text
      isValue = token.isSymbol("=")
    }
    reader.position = end + 1
    return text
  }

  /// SQLite takes any expression without parentheses, so the suffixes are taken off from the end.
  private static func sqlite(
    _ reader: ClauseReader, _ columns: [Identifier]
  ) throws(SyntaxProblem) -> IndexPart {
    var end = reader.tokens.count
    var isDescending = false
    var collation: ExactText?
    if end > 1, reader.tokens[end - 1].isWord("desc") || reader.tokens[end - 1].isWord("asc") {
      isDescending = reader.tokens[end - 1].isWord("desc")
      end -= 1
    }
    if end > 2, reader.tokens[end - 2].isWord("collate"),
      reader.tokens[end - 1].kind == .word || reader.tokens[end - 1].kind == .quotedName
    {
      // BINARY counts here: the column's own collation may be another.
      collation = Collations.text([reader.tokens[end - 1].unquoted], in: .sqlite)
      end -= 2
    }
    let first = reader.tokens[0]
    let subject: IndexPart.Subject
    if end == 1, first.kind == .word || first.kind == .quotedName {
      subject = .column(reader.syntax.identifier(first))
    } else {
      let inner = Normalizer.withoutOuterParentheses(Array(reader.tokens[..<end]))
      let skipped = (end - inner.count) / 2
      let text = reader.source(skipped..<(end - skipped))
      let lone = try lonelyColumn(text, columns, reader.syntax)
      subject = lone.map { .column($0) } ?? .expression(reader.syntax.expression(text))
    }
    return IndexPart(subject, collation: collation, isDescending: isDescending)
  }
}
