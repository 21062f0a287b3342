package import Migrations
package import SQLText
package import SchemaModel

/// How the statements of a unit are run.
package enum TransactionMode: String, Hashable, Sendable {
  /// A transaction that the runner makes.
  case transaction
  /// All in one query string, which is one implicit transaction.
  case implicit
  /// Each on its own, as psql does; BEGIN and COMMIT of the file count.
  case autocommit
}

/// The statements that a runner runs in one go: a section, an up part, a changeset, a whole file.
package struct LintUnit: Sendable {
  package var mode: TransactionMode
  /// Whether a runner, not the file, decides about transactions.
  package var isManaged: Bool
  /// The runner switches SQLite's foreign keys off around it.
  package var foreignKeysOff = false
  package var statements: [ParsedStatement] = []
}

/// `-- kedge:allow ID[,ID] reason`.
package struct AllowDirective: Hashable, Sendable {
  package let ids: [String]
  package let reason: String
  package let range: Range<Int>
  /// The statement that it is about, by its number in the file.
  package let statement: Int?
}

/// A file as lint reads it.
package struct LintFile: Sendable {
  package let name: String
  package let text: String
  package let engine: EngineName
  package let layout: FileLayout
  package let source: SourceMap
  package let units: [LintUnit]
  /// psql's commands, and COPY with its rows, of the parts that are run.
  package let foreign: [StatementSplitter.Piece]
  package let allows: [AllowDirective]

  package let statements: [ParsedStatement]

  /// Throws where a quote or comment is never closed.
  package init(
    name: String, text: String, engine: EngineName? = nil, assumesTransaction: Bool = false
  ) throws(LintInputProblem) {
    self.name = name
    self.text = text
    let source = SourceMap(text)
    self.source = source
    let engine = engine ?? FileLayout.engine(of: text)
    self.engine = engine
    let script: Script
    do {
      script =
        engine == .postgresql
        ? try StatementSplitter.script(text) : try SQLiteStatementSplitter.script(text)
    } catch {
      throw LintInputProblem(
        file: name, line: source.place(of: error.offset).line, message: error.message)
    }
    let comments = script.comments.map { Comment(text: source.text($0), range: $0) }
    layout = FileLayout.detect(name: name, comments: comments.lazy.map(\.body))
    var reader = UnitReader(layout: layout, assumesTransaction: assumesTransaction)
    reader.read(script.pieces, comments, engine: engine)
    units = reader.units
    foreign = reader.foreign
    statements = units.flatMap(\.statements)
    allows = LintFile.allows(comments, statements, source)
  }

  private static func allows(
    _ comments: [Comment], _ statements: [ParsedStatement], _ source: SourceMap
  ) -> [AllowDirective] {
    comments.compactMap { comment in
      guard let words = comment.directive("kedge:allow") else { return nil }
      let line = source.place(of: comment.range.lowerBound).line
      let index =
        statements.firstIndex { statement in
          statement.range.contains(comment.range.lowerBound)
            || (statement.range.upperBound <= comment.range.lowerBound
              && source.place(of: statement.range.upperBound - 1).line == line)
        } ?? statements.firstIndex { $0.range.lowerBound >= comment.range.upperBound }
      let ids = (words.first ?? "").split(separator: ",").map { String($0).uppercased() }
      return AllowDirective(
        ids: ids, reason: words.dropFirst().joined(separator: " "), range: comment.range,
        statement: index)
    }
  }
}

/// Why a file cannot be linted.
package struct LintInputProblem: Error, Hashable, Sendable {
  package let file: String
  package let line: Int
  package let message: String
}

/// One comment of a script.
struct Comment {
  let text: String
  let range: Range<Int>

  /// What is between its marks, without white space around.
  var body: String {
    var body = text[...]
    if body.hasPrefix("--") {
      body = body.dropFirst(2)
    } else if body.hasPrefix("/*") {
      body = body.dropFirst(2)
      if body.hasSuffix("*/") { body = body.dropLast(2) }
    }
    return String(body).trimmingSpace
  }

  /// The words after a directive's name; nil when the comment is another one.
  func directive(_ name: String) -> [String]? {
    let words = body.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).map(
      String.init)
    guard let first = words.first, first.asciiLowercased == name else { return nil }
    return Array(words.dropFirst())
  }
}
