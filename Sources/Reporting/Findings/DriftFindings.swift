import Comparison
import SchemaDiff
package import SchemaModel

/// Differences as findings on the lines of the file that declares the objects, for forges.
package enum DriftFindings {
  /// `places` are those of declared objects; what is declared nowhere is shown where its table is, else at the
  /// top of `file`.
  package static func findings(
    in report: Report, places: [ObjectID: Finding.Place], file: String
  ) -> [Finding] {
    let top = Finding.Place(file: file, line: 1, column: 1, endLine: 1, endColumn: 1)
    func place(_ id: ObjectID) -> Finding.Place {
      let target = id.attachmentTarget ?? id
      return places[id] ?? places[target] ?? places[target.table] ?? top
    }
    let found = Groups.of(report.difference).flatMap(\.entries).map { entry in
      finding(entry, at: place(entry.id), database: report.fromLabel)
    }
    let undecided = report.result.undecided.map { pair in
      Finding(
        id: "DR05", name: "undecided", level: .warning,
        message:
          "\(report.fromLabel): nobody could say whether \(Wording.object(pair.id)) is the same: "
          + pair.reason, place: place(pair.id))
    }
    return found + undecided
  }

  private static func finding(
    _ entry: Groups.Entry, at place: Finding.Place, database: String
  ) -> Finding {
    let name = Wording.object(entry.id)
    let (rule, message): (FindingRule, String) =
      switch entry {
      case .rename(let rename):
        (rules[3], "\(name) is called \(rename.from.name.raw) in the database")
      case .change(.create, _): (rules[0], "\(name) is declared, but not in the database")
      case .change(.drop, _): (rules[1], "\(name) is in the database, but not declared")
      case .change(.alter(let alteration), _):
        (
          rules[2],
          "\(name) differs: "
            + alteration.fields.map { field in
              "declared \(Wording.attribute(field.name, field.to)), database "
                + Wording.attribute(field.name, field.from)
            }.joined(separator: "; ")
        )
      }
    return Finding(
      id: rule.id, name: rule.name, level: rule.level, message: "\(database): \(message)",
      place: place)
  }

  package static let rules = [
    FindingRule(
      id: "DR01", name: "missing", level: .error,
      summary: "What is declared is not in the database.",
      remedy: "Apply the migrations, or generate one: kedge generate NAME."),
    FindingRule(
      id: "DR02", name: "undeclared", level: .error,
      summary: "What is in the database is not declared.",
      remedy: "Declare it (kedge pull), accept it (kedge accept), or drop it with a migration."),
    FindingRule(
      id: "DR03", name: "different", level: .error,
      summary: "What is declared is in the database, but differs.",
      remedy: "Generate a migration, bring the change into the file (kedge pull), or accept it."),
    FindingRule(
      id: "DR04", name: "other-name", level: .error,
      summary: "What is declared has another name in the database.",
      remedy: "Apply the migration that renames it, or generate one."),
    FindingRule(
      id: "DR05", name: "undecided", level: .warning,
      summary: "Two texts differ, and nobody could say whether they mean the same.",
      remedy: "Install PostgreSQL's server programs, or name a server with --scratch."),
  ]
}
