package import Planning
package import SchemaModel

/// What the auditor's page tells: a comparison with everything that is needed to trust it.
package struct AuditPage: Sendable {
  /// One of the two sources.
  package struct Side: Sendable {
    package var label: String
    /// `PostgreSQL 15.4`; without a number where the source is no live server.
    package var engine: String
    package var fingerprint: String
    package var isLive: Bool

    package init(label: String, engine: String, fingerprint: String, isLive: Bool) {
      self.label = label
      self.engine = engine
      self.fingerprint = fingerprint
      self.isLive = isLive
    }
  }

  /// The SQL in one direction, or why there is none.
  package enum Way: Sendable {
    case plan(Plan, script: String)
    case impossible(String)
  }

  /// When an object was last changed, and by whom, as far as somebody kept a record.
  package struct Origin: Hashable, Sendable {
    package var time: String?
    /// `ALTER TABLE by alice from 10.0.0.7`.
    package var record: String?

    package init(time: String? = nil, record: String? = nil) {
      self.time = time
      self.record = record
    }
  }

  package var report: Report
  package var from: Side
  package var to: Side
  package var up: Way
  package var down: Way
  /// `2026-11-28 22:10:00 UTC`.
  package var created: String
  /// Kedge's own.
  package var version: String
  package var origins: [ObjectID: Origin]
  /// Why times and names are missing, or what they are.
  package var originNotes: [String]

  package init(
    report: Report, from: Side, to: Side, up: Way, down: Way, created: String, version: String,
    origins: [ObjectID: Origin] = [:], originNotes: [String] = []
  ) {
    self.report = report
    self.from = from
    self.to = to
    self.up = up
    self.down = down
    self.created = created
    self.version = version
    self.origins = origins
    self.originNotes = originNotes
  }

  /// One file that loads nothing and may run no other script than its own.
  package func render() -> String {
    let style = PageStyle.text
    let script = PageScript.text
    let policy =
      "default-src 'none'; style-src '\(ContentHash.of(style))'; script-src '\(ContentHash.of(script))'; "
      + "img-src data:; base-uri 'none'; form-action 'none'"
    let markup: HTML = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <meta name="generator" content="kedge \(version)">
      <link rel="icon" href="data:,">
      <title>\(from.label) and \(to.label): \(report.summary)</title>
      <style>\(HTML(stringLiteral: style))</style>
      </head>
      <body>
      <a class="skip" href="#differences">Skip to the differences</a>
      \(PageSummary(self).header)
      <main id="main">
      \(PageSummary(self).section)
      \(PageDifferences(self).section)
      \(PageDiagram(self).section)
      \(PageScripts(self).section)
      \(PageCoverage(self).section)
      </main>
      <footer><p>Made by kedge \(version) on \(created). The page is one file: it loads nothing and sends \
      nothing.</p></footer>
      <script>\(HTML(stringLiteral: script))</script>
      </body>
      </html>

      """
    return markup.text
  }

  /// What the sides are called in a sentence.
  var names: (from: String, to: String) {
    report.perspective == .gate ? ("database", "declared") : report.shortLabels
  }
}
