import Planning
import SQLText
import SchemaModel

/// Reads what goes up of a file that another tool runs, into sections as that tool would run them.
struct ForeignScript {
  private let layout: FileLayout
  private let dialect: any Dialect
  private var script: MigrationScript
  private var problems: [MigrationProblem] = []
  /// Of what follows.
  private var mode: Section.Mode
  private var isUp: Bool
  /// Whether the file itself has begun a transaction.
  private var hasBegun = false

  /// Throws every problem of the file. `inTransaction` is what a file beside it says.
  static func parse(
    _ text: String, file: String, layout: FileLayout, inTransaction: Bool = true,
    dialect: any Dialect
  ) throws(MigrationProblems) -> MigrationScript {
    var reader = ForeignScript(
      text, file: file, layout: layout,
      mode: inTransaction && layout.runsInTransaction ? .transaction : .noTransaction,
      dialect: dialect)
    reader.run()
    guard reader.problems.isEmpty else { throw MigrationProblems(reader.problems) }
    return reader.script
  }

  private init(
    _ text: String, file: String, layout: FileLayout, mode: Section.Mode, dialect: any Dialect
  ) {
    self.layout = layout
    self.dialect = dialect
    self.mode = mode
    script = MigrationScript(file: file, text: text)
    isUp = layout.startsUp
  }

  private mutating func run() {
    let statements: [ScriptStatement]
    do throws(ScriptProblem) {
      statements = try dialect.statements(of: script.text)
    } catch {
      problems.append(MigrationProblem(script.file, line: error.line, error.message))
      return
    }
    let comments = LineComment.all(in: script.text, outside: statements)
    if comments.contains(where: { layout.mark($0.body) == .noTransaction }) {
      mode = .noTransaction
    }
    var rest = comments[...]
    for statement in statements {
      while let comment = rest.first, comment.line <= statement.line {
        read(comment)
        rest = rest.dropFirst()
      }
      if isUp { add(statement) }
    }
    script.sections = script.sections.filter { !$0.statements.isEmpty }.map(unwrapped)
    script.checksum = Checksum(text: "\(layout.rawValue)\n\(script.rendered)", tokens: [])
  }

  private mutating func begin(_ mode: Section.Mode, at line: Int) {
    script.sections.append(
      MigrationScript.Section(number: script.sections.count + 1, mode: mode, line: line))
  }

  private mutating func read(_ comment: LineComment) {
    switch layout.mark(comment.body) {
    case .up(let inTransaction):
      isUp = true
      if let inTransaction { mode = inTransaction ? .transaction : .noTransaction }
      begin(mode, at: comment.line)
    case .down: isUp = false
    case .unit(let inTransaction, let databases):
      isUp = databases.map(isMeant) ?? true
      mode = inTransaction ? .transaction : .noTransaction
      begin(mode, at: comment.line)
    case .noTransaction, nil: return
    }
  }

  /// `postgresql,h2`, or `!h2`: all but that one.
  private func isMeant(_ databases: String) -> Bool {
    let names = databases.split(separator: ",").map { String($0).trimmingSpace }
    let wanted = names.filter { !$0.hasPrefix("!") }
    if names.contains("!" + dialect.engine.rawValue) { return false }
    return wanted.isEmpty || wanted.contains(dialect.engine.rawValue) || wanted.contains("all")
  }

  private mutating func add(_ statement: ScriptStatement) {
    switch statement.kind {
    // Rows are no part of a schema.
    case .copy: return
    case .command:
      if ShellCommand.isHarmless(statement.text, engine: dialect.engine) { return }
      problems.append(
        MigrationProblem(
          script.file, line: statement.line,
          "'\(statement.text.prefix(40))' is a command of a shell, and cannot be carried out here",
          nextStep: "write what it does as SQL"))
      return
    case .statement: break
    }
    if layout == .flyway, let start = statement.text.firstRange(of: "${") {
      let name = statement.text[start.lowerBound...].prefix { $0 != "}" }
      problems.append(
        MigrationProblem(
          script.file, line: statement.line,
          "nothing says what the placeholder \(name)} stands for",
          nextStep: "compare with a database that has the migrations instead"))
    }
    if let control = TransactionControl(of: statement, dialect: dialect) {
      return follow(control, at: statement.line)
    }
    if script.sections.isEmpty { begin(mode, at: statement.line) }
    script.sections[script.sections.count - 1].statements.append(statement)
  }

  /// A transaction of the file's own is a section; what is rolled back has not happened.
  private mutating func follow(_ control: TransactionControl, at line: Int) {
    if control == .rollback || control == .abort, hasBegun {
      script.sections[script.sections.count - 1].statements = []
    }
    hasBegun = control.begins
    begin(hasBegun ? .transaction : mode, at: line)
  }

  /// Tools that see that a statement cannot be run in a transaction run the file without one.
  private func unwrapped(_ section: MigrationScript.Section) -> MigrationScript.Section {
    var section = section
    if section.statements.contains(where: needsNoTransaction) { section.mode = .noTransaction }
    return section
  }

  private func needsNoTransaction(_ statement: ScriptStatement) -> Bool {
    let words = (try? dialect.tokens(of: statement.text).prefix(5)) ?? []
    switch words.first {
    case "vacuum", "pragma": return true
    case "create", "drop", "reindex", "alter": return words.contains("concurrently")
    default: return false
    }
  }
}
