import Planning
import SQLText
import SchemaModel

/// Writes a plan down as text.
struct ScriptWriter {
  private let options: ScriptOptions
  private(set) var text = ""

  init(options: ScriptOptions) {
    self.options = options
    if options.form == .script { text += "\\set ON_ERROR_STOP on\n\n" }
  }

  mutating func write(_ section: Section) {
    let steps = section.steps.filter { !$0.statements.isEmpty }
    guard steps.contains(where: options.allowed.allow) else {
      for step in steps { write(step) }
      return
    }
    let isTransaction = section.mode != .noTransaction
    if isTransaction {
      text += "BEGIN;\nSET LOCAL search_path = \(searchPath);\n"
      text += "SET LOCAL check_function_bodies = off;\n"
      if let timeout = section.lockTimeout { text += "SET LOCAL lock_timeout = '\(timeout)';\n" }
    } else {
      text += "SET search_path = \(searchPath);\n"
    }
    for step in steps { write(step) }
    text += isTransaction ? "COMMIT;\n" : "RESET search_path;\n"
  }

  private mutating func write(_ step: Step) {
    let isAllowed = options.allowed.allow(step)
    for hazard in step.hazards {
      let permission =
        options.allowed.allow(hazard) ? "" : " (not allowed: --allow \(hazard.code))"
      write(comment: "\(hazard.code): \(hazard.message)\(permission)")
    }
    for statement in step.statements {
      if isAllowed {
        text += statement.sql.text + ";\n"
      } else {
        write(comment: statement.sql.text + ";")
      }
    }
  }

  /// What was read from a catalog is qualified; what was declared is meant under the file's path.
  private var searchPath: String {
    options.searchPath.isEmpty
      ? "''" : options.searchPath.map { Quoting.name($0.raw) }.joined(separator: ", ")
  }

  private mutating func write(comment: String) {
    for line in comment.split(separator: "\n", omittingEmptySubsequences: false) {
      text += line.isEmpty ? "--\n" : "-- \(line)\n"
    }
  }
}
