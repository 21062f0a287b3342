package import Planning
import SQLText
import SchemaModel

/// Reads a migration file: directives, which are comments that begin their line with `-- kedge:` between
/// statements, and the statements under them.
package struct MigrationParser {
  private let dialect: any Dialect
  private var script: MigrationScript
  private var problems: [MigrationProblem] = []
  private var words: [String] = []

  /// Throws every problem of the file.
  package static func parse(
    _ text: String, file: String, dialect: any Dialect
  ) throws(MigrationProblems) -> MigrationScript {
    var parser = MigrationParser(file: file, text: text, dialect: dialect)
    parser.run()
    guard parser.problems.isEmpty else { throw MigrationProblems(parser.problems) }
    return parser.script
  }

  private init(file: String, text: String, dialect: any Dialect) {
    self.dialect = dialect
    script = MigrationScript(file: file, text: text)
  }

  private mutating func run() {
    let statements: [ScriptStatement]
    do throws(ScriptProblem) {
      statements = try dialect.statements(of: script.text)
    } catch {
      return report(error.line, error.message)
    }
    var next = 0
    for directive in directives(outside: statements) {
      while next < statements.count, statements[next].line < directive.line {
        add(statements[next])
        next += 1
      }
      read(directive)
    }
    for statement in statements[next...] { add(statement) }
    script.checksum = Checksum(text: script.text, tokens: words)
  }

  private mutating func report(_ line: Int, _ message: String, next: String? = nil) {
    problems.append(MigrationProblem(script.file, line: line, message, nextStep: next))
  }

  // MARK: - Statements

  private mutating func add(_ statement: ScriptStatement) {
    switch statement.kind {
    case .command:
      return report(
        statement.line, "'\(statement.text.prefix(40))' is a command of a shell, not SQL",
        next: "leave it out: Kedge runs the statements itself")
    case .copy:
      return report(
        statement.line, "COPY FROM stdin cannot be run here", next: "write INSERT statements")
    case .statement: break
    }
    do throws(ScriptProblem) {
      words += try dialect.tokens(of: statement.text)
      words.append(";")
    } catch {
      return report(statement.line + error.line - 1, error.message)
    }
    if script.sections.isEmpty {
      script.sections.append(
        MigrationScript.Section(number: 1, mode: .transaction, line: statement.line))
    }
    if let control = TransactionControl(of: statement, dialect: dialect) {
      return refuseControl(control, at: statement.line)
    }
    script.sections[script.sections.count - 1].statements.append(statement)
  }

  /// A migration that ends its transaction itself would part from its record.
  private mutating func refuseControl(_ control: TransactionControl, at line: Int) {
    report(
      line,
      "\(control.rawValue.uppercased()) cannot stand in a migration: each section is a transaction",
      next: "begin a new transaction with a line: -- kedge:section N")
  }

  // MARK: - Directives

  private struct Directive {
    let line: Int
    let words: [Substring]
    /// What follows the first word.
    let rest: String
  }

  private func directives(outside statements: [ScriptStatement]) -> [Directive] {
    LineComment.all(in: script.text, outside: statements).compactMap { comment in
      guard comment.text.hasPrefix("-- kedge:") else { return nil }
      let text = String(comment.text.dropFirst("-- kedge:".count)).trimmingSpace
      let words = text.split(separator: " ", omittingEmptySubsequences: true)
      let rest = String(text.dropFirst(words.first?.count ?? 0)).trimmingSpace
      return Directive(line: comment.line, words: words, rest: rest)
    }
  }

  private static let known = [
    "migration", "after", "engine", "from", "section", "variables", "hazard", "allow",
    "irreversible", "replaces",
  ]

  private mutating func read(_ directive: Directive) {
    let name = String(directive.words.first ?? "")
    // Who allows what is no part of what runs; everything else is.
    if name != "allow", name != "hazard" {
      words += ["-- kedge:"] + directive.words.map(String.init)
    }
    switch name {
    case "migration": migration(directive)
    case "after": after(directive)
    case "engine": engine(directive)
    case "from": fingerprints(directive)
    case "section": section(directive)
    case "variables": script.header.usesVariables = true
    case "hazard": hazard(directive)
    case "allow": allow(directive)
    case "replaces": replaces(directive)
    case "irreversible":
      script.irreversible = directive.rest.isEmpty ? "the file does not say why" : directive.rest
    default:
      report(
        directive.line, "'-- kedge:\(name)' is no directive",
        next: nearestName(to: name, among: Self.known).map { "did you mean '-- kedge:\($0)'?" }
          ?? "the directives are: \(Self.known.joined(separator: ", "))")
    }
  }

  private mutating func migration(_ directive: Directive) {
    guard directive.words.count == 3, MigrationVersion(String(directive.words[1])) != nil else {
      return report(directive.line, "expected: -- kedge:migration VERSION NAME")
    }
    script.header.version = String(directive.words[1])
    script.header.name = String(directive.words[2])
  }

  private mutating func after(_ directive: Directive) {
    guard directive.words.count == 3 else {
      return report(directive.line, "expected: -- kedge:after VERSION CHECKSUM")
    }
    script.header.after = MigrationFile.Predecessor(
      version: String(directive.words[1]), checksum: String(directive.words[2]))
  }

  private mutating func engine(_ directive: Directive) {
    let words = directive.words
    guard words.count == 2 || (words.count == 4 && words[2] == ">="),
      let engine = EngineName(rawValue: String(words[1]))
    else {
      return report(
        directive.line, "expected: -- kedge:engine postgresql|sqlite [>= VERSION]")
    }
    guard engine == dialect.engine else {
      return report(
        directive.line,
        "this migration is for \(engine.displayName), the database is \(dialect.engine.displayName)"
      )
    }
    script.header.engine = engine
    if words.count == 4 { script.header.minimumVersion = String(words[3]) }
  }

  private mutating func fingerprints(_ directive: Directive) {
    guard directive.words.count == 4, directive.words[2] == "to" else {
      return report(directive.line, "expected: -- kedge:from FINGERPRINT to FINGERPRINT")
    }
    script.header.from = String(directive.words[1])
    script.header.to = String(directive.words[3])
  }

  private mutating func replaces(_ directive: Directive) {
    for word in directive.words.dropFirst() {
      guard let version = MigrationVersion(word) else {
        return report(directive.line, "expected: -- kedge:replaces VERSION …")
      }
      script.header.replaces.append(version)
    }
  }

  private mutating func section(_ directive: Directive) {
    let words = directive.words
    guard words.count == 2 || words.count == 3, let number = Int(words[1]), number > 0 else {
      return report(directive.line, "expected: -- kedge:section NUMBER [MODE]")
    }
    let wanted = words.count == 3 ? String(words[2]) : Section.Mode.transaction.rawValue
    guard let mode = Section.Mode(rawValue: wanted) else {
      return report(
        directive.line, "'\(wanted)' is no mode of a section",
        next: "the modes are: transaction, no-transaction, foreign-keys-off")
    }
    guard mode != .foreignKeysOff || dialect.engine == .sqlite else {
      return report(directive.line, "foreign-keys-off is SQLite's")
    }
    script.sections.append(
      MigrationScript.Section(number: number, mode: mode, line: directive.line))
  }

  private mutating func hazard(_ directive: Directive) {
    guard directive.words.count >= 2 else {
      return report(directive.line, "expected: -- kedge:hazard CODE MESSAGE")
    }
    let code = String(directive.words[1])
    let message = String(directive.rest.dropFirst(code.count)).trimmingSpace
    script.hazards.append(
      MigrationScript.DeclaredHazard(
        hazard: Hazard(code, message, needsPermission: true), line: directive.line))
  }

  private mutating func allow(_ directive: Directive) {
    guard directive.words.count >= 3 else {
      return report(
        directive.line, "expected: -- kedge:allow CODE REASON", next: "say why it is allowed")
    }
    let code = String(directive.words[1])
    let reason = String(directive.rest.dropFirst(code.count)).trimmingSpace
    for code in code.split(separator: ",") {
      script.allowances.append(
        MigrationScript.Allowance(code: String(code), reason: reason, line: directive.line))
    }
  }
}
