import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readVirtualTable(_ declaration: Declaration) {
    let id = declaration.id
    let node = declaration.pair.value
    if case .mapping = node.content {
      let fields = nodes.fields(
        node, SchemaKeys.virtualTable, of: "virtual table '\(shown(id))'")
      readCommon(fields, of: id)
      guard let place = fields["module"], let text = fields.text("module"),
        let module = name(text, at: place)
      else { return }
      // The module alone knows what an argument means: nothing in it is checked.
      let arguments = fields["arguments"].map { nodes.texts($0, of: "'arguments'") } ?? []
      objects.append(
        .virtualTable(
          VirtualTable(
            id: id, module: module, arguments: arguments.map { syntax.expression($0.text) })))
      return
    }
    guard let text = nodes.text(node, of: "a virtual table") else { return }
    do throws(SyntaxProblem) {
      let (module, arguments) = try ModuleText.parts(text, syntax: syntax)
      objects.append(
        .virtualTable(
          VirtualTable(
            id: id, module: module, arguments: arguments.map { syntax.expression($0) })))
    } catch {
      report(error, at: node)
    }
  }
}

/// `MODULE(ARGUMENT, …)`.
enum ModuleText {
  static func parts(
    _ text: String, syntax: any EngineSyntax
  ) throws(SyntaxProblem) -> (module: Identifier, arguments: [String]) {
    var reader = try ClauseReader(text, syntax: syntax)
    let module = try reader.name("the module's name")
    if reader.isAtEnd { return (module, []) }
    guard reader.current?.isSymbol("(") == true,
      reader.closing(reader.position) == reader.tokens.count - 1
    else { throw reader.problem("a virtual table is MODULE(ARGUMENT, …)") }
    let end = reader.tokens.count - 1
    var arguments: [String] = []
    var start = reader.position + 1
    var depth = 0
    for index in start..<max(start, end + 1) {
      let token = reader.tokens[index]
      if depth == 0, index == end || token.isSymbol(",") {
        if index > start { arguments.append(reader.source(start..<index)) }
        start = index + 1
      }
      if token.isSymbol("(") { depth += 1 }
      if token.isSymbol(")") { depth -= 1 }
    }
    return (module, arguments)
  }
}

extension SchemaWriter {
  func virtualTable(_ object: SchemaObject) -> YAMLValue {
    guard case .virtualTable(let table) = object else { return .null }
    let short =
      text(table.module)
      + (table.arguments.isEmpty
        ? "" : "(" + table.arguments.map(\.text).joined(separator: ", ") + ")")
    if !hasCommon(table.id), !short.utf8.contains(0x0A),
      let (module, arguments) = try? ModuleText.parts(short, syntax: syntax),
      module == table.module, arguments.map({ syntax.expression($0) }) == table.arguments
    {
      return .text(short)
    }
    var entries = [YAMLEntry("module", name(table.module))]
    if !table.arguments.isEmpty {
      entries.append(
        YAMLEntry("arguments", .sequence(table.arguments.map { sql($0.text) })))
    }
    return .mapping(entries + common(table.id))
  }
}
