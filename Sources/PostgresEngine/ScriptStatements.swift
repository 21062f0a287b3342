package import Planning
import SQLText
import SchemaModel

extension PostgresDialect {
  package func statements(of script: String) throws(ScriptProblem) -> [ScriptStatement] {
    do throws(LexicalProblem) {
      return try StatementSplitter.pieces(of: script).map { ScriptStatement($0) }
    } catch {
      throw ScriptProblem(error, in: script)
    }
  }

  package func tokens(of script: String) throws(ScriptProblem) -> [String] {
    do throws(LexicalProblem) {
      return try Lexer.tokens(of: script, rules: .postgresql).map {
        $0.kind == .word ? $0.text.asciiLowercased : $0.text
      }
    } catch {
      throw ScriptProblem(error, in: script)
    }
  }
}
