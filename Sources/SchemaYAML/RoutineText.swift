import SQLText
import SchemaModel

/// Signatures of functions and procedures as SQL writes them.
struct RoutineText {
  let syntax: any EngineSyntax
  let types: TypeContext

  /// `name(TYPE, …)`, or with whole arguments in the parentheses.
  func signature(
    _ text: String
  ) throws(SyntaxProblem) -> (path: [Identifier], arguments: [Routine.Argument]) {
    var reader = try ClauseReader(text, syntax: syntax)
    let path = try reader.path("the function's name")
    guard reader.current?.isSymbol("(") == true else {
      throw reader.problem("a function is named with its argument types: 'name(integer, text)'")
    }
    let arguments = try list(&reader, isTable: false)
    guard reader.isAtEnd else { throw reader.problem("'\(text)' is no signature") }
    return (path, arguments)
  }

  /// `trigger`, `setof T`, `table(a T, …)`.
  func result(
    _ text: String
  ) throws(SyntaxProblem) -> (type: TypeName?, isSet: Bool, columns: [Routine.Argument]) {
    var reader = try ClauseReader(text, syntax: syntax)
    if reader.current?.isWord("table") == true, reader.peek(1)?.isSymbol("(") == true {
      reader.position = 1
      let columns = try list(&reader, isTable: true)
      guard reader.isAtEnd else { throw reader.problem("'\(text)' is no result") }
      return (nil, true, columns)
    }
    let isSet = reader.take("setof")
    return (try type(reader.source(reader.position..<reader.tokens.count)), isSet, [])
  }

  /// `[in|out|inout|variadic] [NAME] TYPE [default EXPR]`.
  func argument(_ text: String) throws(SyntaxProblem) -> Routine.Argument {
    var reader = try ClauseReader(text, syntax: syntax)
    var mode = Routine.Argument.Mode.input
    if reader.tokens.count > 1 {
      if reader.take("inout") || reader.take("in", "out") {
        mode = .both
      } else if reader.take("in") {
        mode = .input
      } else if reader.take("out") {
        mode = .output
      } else if reader.take("variadic") {
        mode = .variadic
      }
    }
    let start = reader.position
    var end = reader.tokens.count
    var depth = 0
    for index in start..<reader.tokens.count {
      let token = reader.tokens[index]
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
      if depth == 0, index > start, token.isWord("default") || token.isSymbol("=") {
        end = index
        break
      }
    }
    guard end > start else { throw reader.problem("an argument's type is missing") }
    let value = end < reader.tokens.count ? reader.source((end + 1)..<reader.tokens.count) : nil
    if let type = try? type(reader.source(start..<end)) {
      return Routine.Argument(mode: mode, type: type, defaultValue: expression(value, type))
    }
    // What is no type as a whole is a name and a type.
    let token = reader.tokens[start]
    guard end - start > 1, token.kind == .word || token.kind == .quotedName else {
      throw reader.problem("'\(text)' is no argument")
    }
    let type = try type(reader.source((start + 1)..<end))
    return Routine.Argument(
      mode: mode, name: syntax.identifier(token), type: type,
      defaultValue: expression(value, type))
  }

  /// The pieces between commas that stand in no brackets.
  static func commaSeparated(_ text: String, syntax: any EngineSyntax) -> [String] {
    guard let reader = try? ClauseReader(text, syntax: syntax) else { return [text] }
    var pieces: [String] = []
    var start = 0
    var depth = 0
    for (index, token) in reader.tokens.enumerated() {
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
      guard depth == 0, token.isSymbol(",") else { continue }
      pieces.append(reader.source(start..<index))
      start = index + 1
    }
    return pieces + [reader.source(start..<reader.tokens.count)]
  }

  private func expression(_ text: String?, _ type: TypeName) -> Expression? {
    text.map { syntax.expression($0) }
  }

  private func list(
    _ reader: inout ClauseReader, isTable: Bool
  ) throws(SyntaxProblem) -> [Routine.Argument] {
    let end = reader.closing(reader.position)
    var arguments: [Routine.Argument] = []
    var start = reader.position + 1
    var depth = 0
    for index in start..<max(start, end + 1) {
      let token = reader.tokens[index]
      let isEnd = index == end
      if depth == 0, isEnd || token.isSymbol(",") {
        if index > start || !isEnd || !arguments.isEmpty {
          var argument = try argument(reader.source(start..<index))
          if isTable {
            guard argument.name != nil else {
              throw SyntaxProblem("a column of 'table(…)' has a name and a type")
            }
            argument.mode = .table
          }
          arguments.append(argument)
        }
        start = index + 1
      }
      if token.isSymbol("(") || token.isSymbol("[") { depth += 1 }
      if token.isSymbol(")") || token.isSymbol("]") { depth -= 1 }
    }
    reader.position = end + 1
    return arguments
  }

  /// Routines keep no lengths: `varchar(20)` is `character varying` there.
  func type(_ text: String) throws(SyntaxProblem) -> TypeName {
    var type = try syntax.typeName(text, in: types)
    let tokens = try syntax.tokens(of: type.canonical.string)
    guard let open = tokens.firstIndex(where: { $0.isSymbol("(") }),
      let close = tokens.lastIndex(where: { $0.isSymbol(")") })
    else { return type }
    let bytes = Array(type.canonical.string.utf8)
    let kept =
      bytes[..<tokens[open].range.lowerBound] + bytes[tokens[close].range.upperBound...]
    type.canonical = ExactText(String(decoding: kept, as: UTF8.self))
    return type
  }
}
