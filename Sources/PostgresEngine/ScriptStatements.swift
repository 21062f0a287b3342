package import Planning
import SQLText
import SchemaModel

extension PostgresDialect {
  package func statements(of script: String) throws(ScriptProblem) -> [ScriptStatement] {
    do {
      return try StatementSplitter.pieces(of: script).map { piece in
        let kind: ScriptStatement.Kind =
          switch piece.kind {
          case .statement: .statement
          case .command: .command
          case .copy: .copy
          }
        return ScriptStatement(kind: kind, text: piece.text, line: piece.line)
      }
    } catch {
      throw ScriptProblem(error.message, line: ScriptError.line(of: error.offset, in: script))
    }
  }

  package func tokens(of script: String) throws(ScriptProblem) -> [String] {
    do throws(LexicalProblem) {
      return try Lexer.tokens(of: script, rules: .postgresql).map {
        $0.kind == .word ? $0.text.asciiLowercased : $0.text
      }
    } catch {
      throw ScriptProblem(error.message, line: ScriptError.line(of: error.offset, in: script))
    }
  }
}
