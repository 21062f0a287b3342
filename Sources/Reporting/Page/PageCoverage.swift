import Comparison
import SchemaDiff
import SchemaModel

/// What "no difference" means here: what was compared, what was not, what was accepted.
struct PageCoverage {
  private let page: AuditPage

  init(_ page: AuditPage) { self.page = page }

  var section: HTML {
    """
    <section id="coverage" aria-labelledby="coverage-title">
    <h2 id="coverage-title">Coverage</h2>
    \(compared)
    \(ignored)
    \(notCompared)
    \(exposures)
    \(list("Notes", page.report.coverage.notes + page.report.difference.information))
    </section>
    """
  }

  private var compared: HTML {
    let result = page.report.result
    let rows = ObjectKind.allCases.compactMap { kind -> HTML? in
      let (from, to) = (result.from.objects(of: kind).count, result.to.objects(of: kind).count)
      guard from + to > 0 else { return nil }
      return "<tr><th scope=\"row\">\(kind.plural)</th><td>\(from)</td><td>\(to)</td></tr>"
    }.joined("\n")
    let (from, to) = page.names
    return """
      <h3>Compared</h3>
      <div class="scroll"><table class="numbers"><thead><tr><th scope="col">Kind</th>\
      <th scope="col">\(from)</th><th scope="col">\(to)</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private var ignored: HTML {
    let items = page.report.result.ignored
    guard !items.isEmpty else { return "<h3>Ignored on purpose</h3><p>Nothing.</p>" }
    let rows = items.map { item -> HTML in
      let fields = item.fields.map { $0.name.split(separator: "_").joined(separator: " ") }
      return """
        <tr><th scope="row">\(Wording.object(item.id))</th>\
        <td>\(fields.isEmpty ? "all of it" : fields.joined(separator: ", "))</td>\
        <td>\(item.rule.reason ?? "no reason was given")</td><td>\(item.rule.until ?? "no end")</td>\
        <td>\(item.rule.title) (\(item.rule.place))</td></tr>
        """
    }.joined("\n")
    return """
      <h3>Ignored on purpose</h3>
      <div class="scroll"><table><thead><tr><th scope="col">Object</th><th scope="col">What of it</th>\
      <th scope="col">Reason</th><th scope="col">Until</th><th scope="col">Rule</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      """
  }

  private var notCompared: HTML {
    let coverage = page.report.coverage
    guard !coverage.isComplete else {
      return
        "<h3>Not compared</h3><p>Nothing: every object that is there was read and compared.</p>"
    }
    let lines =
      coverage.unmodelled.map { item in
        let names = item.examples.isEmpty ? "" : ": " + item.examples.joined(separator: ", ")
        return "\(item.count) \(item.kind), which Kedge does not model yet\(names)"
      } + coverage.gaps.map { "\($0.subject) could not be read: \($0.reason)" }
    return list("Not compared", lines)
  }

  private var exposures: HTML {
    list(
      "Rights that reach far",
      page.report.result.exposures.map { item in
        "\(item.count) \(item.kind): " + item.examples.joined(separator: ", ")
          + (item.count > item.examples.count ? " …" : "")
          + (item.isOpen ? " (not compared)" : "")
      })
  }

  private func list(_ title: HTML, _ lines: [String]) -> HTML {
    guard !lines.isEmpty else { return .empty }
    return """
      <h3>\(title)</h3>
      <ul>\(lines.map { "<li>\($0)</li>" as HTML }.joined("\n"))</ul>
      """
  }
}

/// The tables and their foreign keys, those that differ marked.
struct PageDiagram {
  private let page: AuditPage

  init(_ page: AuditPage) { self.page = page }

  var section: HTML {
    let diagram = Diagram(page.report)
    guard !diagram.nodes.isEmpty else {
      return """
        <section id="diagram" aria-labelledby="diagram-title"><h2 id="diagram-title">Diagram</h2>\
        <p>There are no tables.</p></section>
        """
    }
    var anchors: [[Identifier]: String] = [:]
    for (number, group) in Groups.of(page.report.difference).enumerated() {
      guard let entry = group.entries.first else { continue }
      let target = entry.id.attachmentTarget ?? entry.id
      anchors[target.relationPath] = "g\(number + 1)"
    }
    let drifted = diagram.nodes.filter { $0.mark != nil }
    let title =
      diagram.nodes.count.counting("table") + ", " + diagram.edges.count.counting("connection")
      + "; "
      + drifted.count.counting("table") + (drifted.count == 1 ? " differs" : " differ")
    let svg = DiagramSVG.inline(diagram, title: title) { anchors[diagram.nodes[$0].id.path] }
    return """
      <section id="diagram" aria-labelledby="diagram-title">
      <h2 id="diagram-title">Diagram</h2>
      <p class="legend">\(title). <span class="added">+ only \(page.names.to)</span> · \
      <span class="removed">− only \(page.names.from)</span> · <span class="changed">~ differs</span> · \
      ◆ primary key · ◇ foreign key · dashed line: may be null</p>
      <div id="tools" role="group" aria-label="Diagram" hidden>
      <button type="button" data-zoom="in" aria-label="Zoom in">+</button>
      <button type="button" data-zoom="out" aria-label="Zoom out">−</button>
      <button type="button" data-zoom="fit">Whole</button>
      <button type="button" data-zoom="left" aria-label="Move left">←</button>
      <button type="button" data-zoom="right" aria-label="Move right">→</button>
      <button type="button" data-zoom="up" aria-label="Move up">↑</button>
      <button type="button" data-zoom="down" aria-label="Move down">↓</button>
      <label for="find">Find table</label> <input type="search" id="find" autocomplete="off" \
      list="tables">
      <datalist id="tables">\(diagram.nodes.map { "<option value=\"\($0.title)\">" as HTML }.joined())\
      </datalist>
      <span id="found" role="status"></span>
      </div>
      <div id="frame" tabindex="0" role="group" \
      aria-label="Diagram: plus and minus zoom, arrows move, 0 shows the whole">\(svg)</div>
      <p class="hint" hidden>Drag to move; Ctrl and the wheel, or + and −, to zoom.</p>
      \(text(drifted, anchors))
      </section>
      """
  }

  /// The same in words.
  private func text(_ drifted: [Diagram.Node], _ anchors: [[Identifier]: String]) -> HTML {
    guard !drifted.isEmpty else { return "<p>No table differs.</p>" }
    let items = drifted.map { node -> HTML in
      let name: HTML =
        anchors[node.id.path].map { "<a href=\"#\($0)\">\(node.title)</a>" } ?? "\(node.title)"
      return "<li class=\"\(node.mark?.rawValue ?? "")\">\(name)\(DiagramBox.sign(node.mark))</li>"
    }.joined("\n")
    return """
      <h3>Tables that differ</h3>
      <ul class="drifted">\(items)</ul>
      """
  }
}
