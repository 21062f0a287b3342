import ArgumentParser
import Migrations
import Planning
import SchemaModel

enum PendingFormat: String, ExpressibleByArgument, CaseIterable { case text, script }

/// What would run: a list, or a script that a person runs by hand.
struct PendingPrinter {
  let engine: EngineName

  func text(_ tasks: [RunnerTask], _ format: PendingFormat) -> String {
    switch format {
    case .text: list(tasks)
    case .script: tasks.isEmpty ? "" : script(tasks)
    }
  }

  private func list(_ tasks: [RunnerTask]) -> String {
    guard !tasks.isEmpty else { return "nothing to do\n" }
    return tasks.map { task in
      let (verb, sections) = parts(of: task)
      var text = "\(verb) \(task.title)\n"
      for section in sections {
        text += "  section \(section.number), \(words(section.mode)):\n"
        for statement in section.statements {
          text += "    \(statement.text.split(separator: "\n").joined(separator: "\n    "));\n"
        }
      }
      return text
    }.joined(separator: "\n")
  }

  private func parts(of task: RunnerTask) -> (String, [MigrationScript.Section]) {
    switch task {
    case .apply(let migration, let row):
      ("apply", Array(migration.up.sections.dropFirst(row?.progress.sectionsDone ?? 0)))
    case .revert(let row, let script):
      (
        "take back",
        Array(
          script.sections.dropFirst(row.state == .reverting ? row.progress.sectionsDone : 0))
      )
    case .undo(_, _, let script): ("take back what ran of", script?.sections ?? [])
    }
  }

  private func words(_ mode: Section.Mode) -> String {
    switch mode {
    case .transaction: "in a transaction"
    case .noTransaction: "outside of a transaction"
    case .foreignKeysOff: "in a transaction, foreign keys not enforced"
    }
  }

  private func script(_ tasks: [RunnerTask]) -> String {
    var text = engine == .postgresql ? "\\set ON_ERROR_STOP on\n" : ".bail on\n"
    text += "-- Run by hand, this leaves no history: record it with kedge repair --mark-applied.\n"
    for task in tasks {
      text += "\n-- \(task.title)\n"
      for section in parts(of: task).1 { text += script(section) }
    }
    return text
  }

  private func script(_ section: MigrationScript.Section) -> String {
    let statements = section.statements.map { $0.text + ";\n" }.joined()
    switch (section.mode, engine) {
    case (.noTransaction, _): return statements
    case (.transaction, .postgresql): return "BEGIN;\n" + statements + "COMMIT;\n"
    case (_, _):
      let body =
        "BEGIN IMMEDIATE;\n" + statements + "DROP TABLE IF EXISTS temp._kedge_guard;\nCOMMIT;\n"
      return section.mode == .foreignKeysOff
        ? "PRAGMA foreign_keys = OFF;\n\(body)PRAGMA foreign_keys = ON;\n" : body
    }
  }
}
