import Comparison
import Planning
import SchemaDiff
import SchemaModel

/// Every difference, side by side, with what differs in it marked.
struct PageDifferences {
  private let page: AuditPage
  private let hazards: [ObjectID: [Hazard]]

  init(_ page: AuditPage) {
    self.page = page
    var hazards: [ObjectID: [Hazard]] = [:]
    if case .plan(let plan, _) = page.up {
      for step in plan.steps where !step.hazards.isEmpty {
        hazards[step.subject, default: []] += step.hazards
      }
    }
    self.hazards = hazards
  }

  var section: HTML {
    let groups = Groups.of(page.report.difference)
    let undecided = page.report.result.undecided
    let body: HTML =
      groups.isEmpty && undecided.isEmpty
      ? "<p>There is no difference.</p>"
      : groups.enumerated().map(group).joined("\n") + undecidedGroup(undecided)
    return """
      <section id="differences" aria-labelledby="differences-title">
      <h2 id="differences-title">Differences</h2>
      \(groups.isEmpty && undecided.isEmpty ? .empty : filter(groups, undecided))
      \(body)
      </section>
      """
  }

  // MARK: - Filter

  private func filter(_ groups: [Groups.Group], _ undecided: [Undecided]) -> HTML {
    var kinds = Set(groups.flatMap(\.entries).map(\.id.kind))
    kinds.formUnion(undecided.map(\.id.kind))
    let options = kinds.sorted().map {
      "<option value=\"\($0.rawValue)\">\($0.displayName)</option>" as HTML
    }.joined()
    let (from, to) = page.names
    return """
      <form id="filter" role="search" aria-label="Filter the differences" hidden>
      <p><label for="q">Search</label> <input type="search" id="q" autocomplete="off" \
      placeholder="name, type, text …"></p>
      <p><label for="kind">Kind</label> <select id="kind"><option value="">all kinds</option>\
      \(options)</select></p>
      <fieldset><legend>Show</legend>
      <label><input type="checkbox" name="change" value="create" checked> + only \(to)</label>
      <label><input type="checkbox" name="change" value="drop" checked> − only \(from)</label>
      <label><input type="checkbox" name="change" value="alter" checked> ~ differ</label>
      <label><input type="checkbox" name="change" value="rename" checked> → renamed</label>
      <label><input type="checkbox" name="change" value="undecided" checked> ? undecided</label>
      </fieldset>
      <p><button type="reset">Show all</button></p>
      </form>
      <p id="count" role="status" aria-live="polite"></p>
      """
  }

  // MARK: - Groups

  private func group(_ offset: Int, _ group: Groups.Group) -> HTML {
    let entries = group.entries.enumerated().map { number, entry in
      article(entry, anchor: "d\(offset + 1)-\(number + 1)", in: group)
    }.joined("\n")
    let title: HTML = group.isAlone ? .empty : "<h3>\(group.title)</h3>"
    return """
      <div class="group" id="g\(offset + 1)">
      \(title)
      \(entries)
      </div>
      """
  }

  private func article(_ entry: Groups.Entry, anchor: String, in group: Groups.Group) -> HTML {
    let (from, to) = page.names
    let id = entry.id
    let title = group.isAlone ? Wording.object(id) : Wording.part(id)
    let (change, sign, words): (String, String, String)
    switch entry {
    case .rename(let rename):
      (change, sign, words) = ("rename", "→", "renamed from \(rename.from.name.raw)")
    case .change(.create, _): (change, sign, words) = ("create", "+", "only \(to)")
    case .change(.drop, _): (change, sign, words) = ("drop", "−", "only \(from)")
    case .change(.alter, _): (change, sign, words) = ("alter", "~", "differs")
    }
    let level: HTML = group.isAlone ? "h3" : "h4"
    let heading: HTML = """
      <span class="sign" aria-hidden="true">\(sign)</span> \(title) <span class="badge">\(words)</span>
      """
    return """
      <article class="\(change)" id="\(anchor)" data-kind="\(id.kind.rawValue)" data-change="\(change)">
      <\(level)>\(heading)</\(level)>
      \(body(of: entry))
      \(notes(on: entry))
      </article>
      """
  }

  private func undecidedGroup(_ pairs: [Undecided]) -> HTML {
    guard !pairs.isEmpty else { return .empty }
    let articles = pairs.enumerated().map { number, pair -> HTML in
      """
      <article class="undecided" id="u\(number + 1)" data-kind="\(pair.id.kind.rawValue)" \
      data-change="undecided">
      <h4><span class="sign" aria-hidden="true">?</span> \(Wording.object(pair.id)) \
      <span class="badge">undecided</span></h4>
      \(fields(pair.fields))
      <p class="note">\(pair.reason)</p>
      </article>
      """
    }.joined("\n")
    return """
      <div class="group"><h3>Undecided: the texts differ, and nobody could say whether they mean the same\
      </h3>
      \(articles)
      </div>
      """
  }

  // MARK: - One difference

  private func body(of entry: Groups.Entry) -> HTML {
    switch entry {
    case .rename(let rename):
      return table([row("name", .text(rename.from.name.raw), .text(rename.to.name.raw))].joined())
    case .change(.alter(let alteration), _): return fields(alteration.fields)
    case .change(.create(let object), let parts): return whole(object, parts, isNew: true)
    case .change(.drop(let object), let parts): return whole(object, parts, isNew: false)
    }
  }

  private func fields(_ fields: [FieldChange]) -> HTML {
    table(
      fields.map { field in
        row(
          field.name.split(separator: "_").joined(separator: " "), Side(field.name, field.from),
          Side(field.name, field.to))
      }.joined("\n"))
  }

  /// A value as it is shown, or that there is none.
  private enum Side {
    case text(String)
    case none

    init(_ name: String, _ value: FieldValue) {
      switch value {
      case .absent: self = .none
      case .list(let values) where values.isEmpty: self = .none
      case .flag: self = .text(Wording.attribute(name, value))
      case .text, .expression, .list, .record: self = .text(value.description)
      }
    }
  }

  private func row(_ name: String, _ from: Side, _ to: Side) -> HTML {
    let (left, right): (HTML, HTML)
    switch (from, to) {
    case (.text(let old), .text(let new)):
      let pieces = WordDifference.pieces(from: old, to: new)
      (left, right) = (
        "<code>\(marked(pieces.from, "del"))</code>", "<code>\(marked(pieces.to, "ins"))</code>"
      )
    case (.none, .text(let new)):
      (left, right) = ("<span class=\"none\">none</span>", "<code><ins>\(new)</ins></code>")
    case (.text(let old), .none):
      (left, right) = ("<code><del>\(old)</del></code>", "<span class=\"none\">none</span>")
    case (.none, .none): (left, right) = ("", "")
    }
    return "<tr><th scope=\"row\">\(name)</th><td>\(left)</td><td>\(right)</td></tr>"
  }

  private func marked(_ pieces: [WordDifference.Piece], _ element: HTML) -> HTML {
    pieces.map { piece -> HTML in
      piece.isShared ? "\(piece.text)" : "<\(element)>\(piece.text)</\(element)>"
    }.joined()
  }

  private func table(_ rows: HTML) -> HTML {
    let (from, to) = page.names
    return """
      <div class="scroll"><table class="sides">
      <thead><tr><th scope="col">Attribute</th><th scope="col">\(from)</th><th scope="col">\(to)</th></tr>\
      </thead><tbody>
      \(rows)
      </tbody></table></div>
      """
  }

  /// What comes or goes as a whole, with what is in it.
  private func whole(_ object: SchemaObject, _ parts: [SchemaObject], isNew: Bool) -> HTML {
    let own = said(of: object)
    let lines = parts.map { part -> HTML in
      "<tr><th scope=\"row\">\(Wording.part(part.id))</th><td><code>\(said(of: part))</code></td></tr>"
    }.joined("\n")
    if own.isEmpty, parts.isEmpty { return .empty }
    let first: HTML =
      own.isEmpty
      ? .empty
      : "<tr><th scope=\"row\">\(object.kind.displayName)</th><td><code>\(own)</code></td></tr>"
    return """
      <div class="scroll"><table class="whole \(isNew ? "new" : "gone")"><tbody>
      \(first)
      \(lines)
      </tbody></table></div>
      """
  }

  /// What goes without saying, since SQL lets one leave it out.
  private static let usual: Set<String> = ["not deferrable", "no action", "simple", "btree"]

  /// `bigint`, `not null`, `default 0`, a line each.
  private func said(of object: SchemaObject) -> String {
    object.fields.compactMap { field -> String? in
      switch field.value {
      case .absent, .flag(false): nil
      case .list(let values) where values.isEmpty: nil
      case .text(let text) where Self.usual.contains(text.string): nil
      case .text where field.name == "type": field.value.description
      case .list(let names) where field.name == "references":
        "references " + names.map(\.description).joined(separator: ".")
      case .flag, .text, .expression, .list, .record:
        Wording.attribute(field.name, field.value)
      }
    }.joined(separator: "\n")
  }

  // MARK: - Beside it

  private func notes(on entry: Groups.Entry) -> HTML {
    var ids = [entry.id]
    if case .change(_, let parts) = entry { ids += parts.map(\.id) }
    var seen: Set<Hazard> = []
    let dangers = ids.flatMap { hazards[$0] ?? [] }.filter { seen.insert($0).inserted }
    var notes: HTML = .empty
    if !dangers.isEmpty {
      let items = dangers.map { PageScripts.item($0) }.joined()
      notes += "<ul class=\"hazards\" aria-label=\"Hazards\">\(items)</ul>"
    }
    if let origin = page.origins[entry.id] {
      if let time = origin.time { notes += "<p class=\"note\">Last changed: \(time)</p>" }
      if let record = origin.record { notes += "<p class=\"note\">Ledger: \(record)</p>" }
    }
    return notes
  }
}

extension Groups.Entry {
  var id: ObjectID {
    switch self {
    case .rename(let rename): rename.to
    case .change(let change, _): change.id
    }
  }
}
