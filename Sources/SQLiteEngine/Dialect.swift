package import Planning
import SQLText
package import SchemaDiff
package import SchemaModel

/// SQLite's planning: ALTER TABLE where it can, a rebuild of the table where it cannot.
package struct SQLiteDialect: Dialect {
  package init() {}

  package var engine: EngineName { .sqlite }
  /// An index cannot be renamed, and the name of a constraint is part of the table's text.
  package var kindsRenamedByShape: Set<ObjectKind> { [] }
  /// `sqlite_schema` keeps one's own words.
  package var decidesTexts: Bool { true }

  package func steps(
    for difference: Difference, from: Schema, to: Schema
  ) throws(PlanningError) -> [Step] {
    do {
      let native = difference.renames.filter {
        [.table, .virtualTable, .column].contains($0.to.kind)
      }
      if let column = native.first(where: { $0.to.kind == .column }),
        let version = from.serverVersion,
        version < 3_025_000
      {
        throw PlanningError.unsupported(
          column.from,
          "RENAME COLUMN needs SQLite 3.25, the target is \(Unsupported.text(version))")
      }
      let live = native.isEmpty ? from : try from.applying(native)
      // Everything else under a new name is dropped and created.
      let changes =
        native.count == difference.renames.count
        ? difference.changes
        : try Differ.difference(from: from, to: to, renames: native).changes
      let planner = SchemaPlanner(from: live, to: to, changes: changes, renames: native)
      return RenameSteps.steps(native) + (try planner.steps())
    } catch let problem as Schema.Problem {
      throw .invalid(problem)
    } catch let error as PlanningError {
      throw error
    } catch {
      throw .unsupported(ObjectID(.table, []), "\(error)")
    }
  }

  package func sections(of plan: Plan) -> [Section] {
    RowGuard.guarded(plan).sections(
      mode: Script.needsForeignKeysOff(plan.steps) ? .foreignKeysOff : .transaction)
  }

  package func script(_ plan: Plan, options: ScriptOptions) -> String {
    Script.text(plan, options: options)
  }

  package func statements(of script: String) throws(ScriptProblem) -> [ScriptStatement] {
    do throws(LexicalProblem) {
      return try SQLiteStatementSplitter.script(script).pieces.map { ScriptStatement($0) }
    } catch {
      throw ScriptProblem(error, in: script)
    }
  }

  package func tokens(of script: String) throws(ScriptProblem) -> [String] {
    do {
      let tokens = try SQLiteTokenizer.tokenize(script)
      return tokens.tokens.map { token in
        let text = String(decoding: tokens.source[token.range], as: UTF8.self)
        return token.kind == .word ? text.asciiLowercased : text
      }
    } catch {
      throw ScriptProblem(error.message, line: error.line)
    }
  }
}
