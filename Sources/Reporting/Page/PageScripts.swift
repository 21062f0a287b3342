import Planning
import SchemaModel

/// The SQL to go either way, and what it does to those who use the database meanwhile.
struct PageScripts {
  private let page: AuditPage

  init(_ page: AuditPage) { self.page = page }

  var section: HTML {
    let isGate = page.report.perspective == .gate
    let (from, to) = page.report.shortLabels
    return """
      <section id="sql" aria-labelledby="sql-title">
      <h2 id="sql-title">SQL</h2>
      \(way(
        page.up, name: "up",
        title: isGate ? "Make the database what is declared" : "From \(from) to \(to)"))
      \(way(
        page.down, name: "down",
        title: isGate
          ? "The way back: from what is declared to what the database is now"
          : "The way back: from \(to) to \(from)"))
      </section>
      """
  }

  private func way(_ way: AuditPage.Way, name: String, title: String) -> HTML {
    let body: HTML
    switch way {
    case .impossible(let reason): body = "<p class=\"note\">There is no SQL: \(reason)</p>"
    case .plan(let plan, _) where plan.isEmpty: body = "<p>Nothing to do.</p>"
    case .plan(let plan, let script):
      body = """
        \(steps(plan))
        <div class="script"><button type="button" class="copy" data-copy="script-\(name)" hidden>Copy the \
        SQL</button> <span role="status" class="copied"></span>
        <pre id="script-\(name)" tabindex="0" aria-label="SQL: \(title)"><code>\(script)</code></pre></div>
        """
    }
    return """
      <section class="way" id="sql-\(name)" aria-labelledby="sql-\(name)-title">
      <h3 id="sql-\(name)-title">\(title)</h3>
      \(body)
      </section>
      """
  }

  private func steps(_ plan: Plan) -> HTML {
    let rows = plan.steps.enumerated().map { number, step -> HTML in
      let items = step.hazards.map { Self.item($0) }.joined()
      let hazards: HTML =
        items.text.isEmpty ? .empty : "<ul class=\"hazards\">\(items)</ul>"
      return """
        <tr><td>\(number + 1)</td><th scope="row">\(step.operation.rawValue) \
        \(Wording.object(step.subject))</th><td>\(step.lock == .none ? "—" : step.lock.rawValue)</td>\
        <td>\(words(step.reversibility))</td><td>\(hazards)</td></tr>
        """
    }.joined("\n")
    let dangerous = plan.hazards.count(where: \.needsPermission)
    let warning: HTML =
      dangerous == 0
      ? .empty
      : """
      <p class="warning"><strong>\(dangerous.counting("hazard")) of losing \
      data.</strong> In the SQL below these steps are comments: nobody has allowed them.</p>
      """
    return """
      \(warning)
      <div class="scroll"><table class="steps">
      <caption>\(plan.steps.count.counting("step"))</caption>
      <thead><tr><th scope="col">#</th><th scope="col">Step</th><th scope="col">Lock</th>\
      <th scope="col">Way back</th><th scope="col">Hazards</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private func words(_ reversibility: Reversibility) -> String {
    switch reversibility {
    case .exact: "exact"
    case .exactUntilWritten: "exact until written to"
    case .conditional: "while the data allow it"
    case .structureOnly: "structure only"
    case .impossible: "none"
    }
  }

  static func item(_ hazard: Hazard) -> HTML {
    """
    <li\(hazard.needsPermission ? " class=\"danger\"" : "" as HTML)><strong>\(hazard.code)</strong> \
    \(hazard.message)</li>
    """
  }
}
