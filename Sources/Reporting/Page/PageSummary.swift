import Comparison
import SchemaDiff
import SchemaModel

/// The head of the page, and what was found in numbers.
struct PageSummary {
  private let page: AuditPage

  init(_ page: AuditPage) { self.page = page }

  var header: HTML {
    let report = page.report
    let isClean = report.isInSync && report.result.undecided.isEmpty
    return """
      <header>
      <p class="brand">kedge schema report</p>
      <h1><span class="side">\(page.from.label)</span> <span class="arrow">\
      \(report.perspective == .gate ? "against" : "→")</span> \
      <span class="side">\(page.to.label)</span></h1>
      <p class="verdict \(isClean ? "good" : "bad")"><strong>\(isClean ? "✓" : "✗") \
      \(report.summary)</strong></p>
      <nav aria-label="Parts of the page"><ul>
      <li><a href="#summary">Summary</a></li>
      <li><a href="#differences">Differences</a></li>
      <li><a href="#diagram">Diagram</a></li>
      <li><a href="#sql">SQL</a></li>
      <li><a href="#coverage">Coverage</a></li>
      </ul></nav>
      </header>
      """
  }

  var section: HTML {
    """
    <section id="summary" aria-labelledby="summary-title">
    <h2 id="summary-title">Summary</h2>
    \(sides)
    \(counts)
    \(origins)
    </section>
    """
  }

  private var sides: HTML {
    func row(_ title: HTML, _ side: AuditPage.Side, _ schema: Schema) -> HTML {
      """
      <tr><th scope="row">\(title)</th><td>\(side.label)\(side.isLive ? " (live)" : "")</td>\
      <td>\(side.engine)</td><td>\(schema.objects.count)</td>\
      <td><code class="print">\(side.fingerprint)</code></td></tr>
      """
    }
    let result = page.report.result
    let isGate = page.report.perspective == .gate
    return """
      <div class="scroll"><table>
      <caption>What was compared, on \(page.created)</caption>
      <thead><tr><th scope="col">Side</th><th scope="col">Source</th><th scope="col">Engine</th>\
      <th scope="col">Objects</th><th scope="col">Fingerprint</th></tr></thead>
      <tbody>
      \(row(isGate ? "Database" : "From", page.from, result.from))
      \(row(isGate ? "Declared" : "To", page.to, result.to))
      </tbody></table></div>
      """
  }

  /// By kind: how many come, go, change.
  private var counts: HTML {
    var table: [ObjectKind: (added: Int, removed: Int, changed: Int, renamed: Int)] = [:]
    for rename in page.report.difference.renames {
      table[rename.to.kind, default: (0, 0, 0, 0)].renamed += 1
    }
    for change in page.report.difference.changes {
      switch change {
      case .create: table[change.id.kind, default: (0, 0, 0, 0)].added += 1
      case .drop: table[change.id.kind, default: (0, 0, 0, 0)].removed += 1
      case .alter: table[change.id.kind, default: (0, 0, 0, 0)].changed += 1
      }
    }
    guard !table.isEmpty else { return "<p>No object differs.</p>" }
    let rows = table.sorted { $0.key < $1.key }.map { kind, count -> HTML in
      """
      <tr><th scope="row">\(kind.plural)</th><td>\(count.added)</td><td>\(count.removed)</td>\
      <td>\(count.changed)</td><td>\(count.renamed)</td></tr>
      """
    }.joined("\n")
    let (from, to) = page.names
    return """
      <div class="scroll"><table class="numbers">
      <caption>Differences by kind; parts of a table that comes or goes as a whole are counted, too</caption>
      <thead><tr><th scope="col">Kind</th><th scope="col">Only \(to)</th><th scope="col">Only \(from)</th>\
      <th scope="col">Differ</th><th scope="col">Renamed</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private var origins: HTML {
    page.originNotes.map { "<p class=\"note\">\($0)</p>" as HTML }.joined("\n")
  }
}
