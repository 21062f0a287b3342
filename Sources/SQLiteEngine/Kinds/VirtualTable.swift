import SQLText
import SchemaModel

/// Reads a CREATE VIRTUAL TABLE.
enum VirtualTableDecoder {
  static func table(
    _ table: SQLiteCreateVirtualTable, in statement: SQLiteCreateStatement, name: Identifier
  ) -> VirtualTable {
    VirtualTable(
      id: SQLiteNames.virtualTable(name), module: SQLiteNames.identifier(table.module),
      arguments: (table.arguments ?? []).map {
        SQLiteSyntax().expression(statement.text($0))
      },
      source: statement.text(0..<statement.source.count))
  }
}

/// What is known of the modules that SQLite brings: where a table's rows are.
struct ModuleArguments {
  /// Where the rows of a full-text table are.
  enum Content: Hashable {
    /// In shadow tables of its own: they go with the table.
    case own
    /// In another table or view, from which the index can be made again.
    case external(Identifier)
    /// Nowhere: only the index is there.
    case none
  }

  let content: Content
  /// The columns that can be read and written; nil for a module that is not known.
  let columns: [Identifier]?

  init(_ table: VirtualTable) {
    let module = table.module.key
    let isText = ["fts3", "fts4", "fts5"].contains(module)
    var content = Content.own
    var columns: [Identifier] = []
    for argument in table.arguments {
      guard let tokens = try? SQLiteSyntax().tokens(of: argument.text), let first = tokens.first
      else { continue }
      let isOption =
        isText
        && (tokens.count > 1 && tokens[1].isSymbol("=")
          || module != "fts5" && first.text.asciiLowercased == "tokenize")
      if !isOption {
        columns.append(Self.name(first.isSymbol("+") && tokens.count > 1 ? tokens[1] : first))
      } else if first.text.asciiLowercased == "content", tokens.count == 3 {
        let name = Self.name(tokens[2])
        content = name.raw.isEmpty ? .none : .external(name)
      }
    }
    self.content = content
    let isTree = ["rtree", "rtree_i32"].contains(module)
    // A full-text table of the older modules that names no column has one, or those of its content.
    self.columns = (isText || isTree) && !columns.isEmpty ? columns : nil
  }

  private static func name(_ token: Token) -> Identifier {
    token.kind == .string
      ? SQLiteNames.identifier(SQLiteKeywords.unquoted(Array(token.text.utf8)[...]))
      : SQLiteSyntax().identifier(token)
  }
}

extension Schema {
  func virtualTables() -> [VirtualTable] {
    objects(of: .virtualTable).compactMap {
      if case .virtualTable(let table) = $0 { table } else { nil }
    }
  }

  /// The full-text tables whose rows are those of this table.
  func indexes(overContent table: ObjectID) -> [VirtualTable] {
    virtualTables().filter { ModuleArguments($0).content == .external(table.name) }
  }
}
