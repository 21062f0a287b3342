import Planning

extension SectionRunner {
  /// Runs a section together with its record in one journey to the server, and leaves its transaction open. False,
  /// with nothing done, where the session wants its statements one at a time.
  func runAtOnce(
    _ index: Int, _ section: MigrationScript.Section, _ row: inout AppliedMigration,
    _ record: Record
  ) throws -> Bool {
    guard section.mode == .transaction, let texts = try? section.statements.map(text(of:)),
      session.canRunAtOnce(texts)
    else { return false }
    let clock = ContinuousClock()
    let start = clock.now
    let question = question(section, &row, record)
    var done = 0
    var last = start
    report(0, index, section)
    do throws(SessionError) {
      let rows = try session.runAtOnce(texts, record: question) { position in
        let now = clock.now
        tools.report(.statementDone(section.statements[position], now - last))
        last = now
        done = position + 1
        report(done, index, section)
      }
      guard !rows.isEmpty else { throw SessionError.fenced }
      guard session.isInTransaction else {
        throw SessionError(.other, "a statement of the section ended its transaction")
      }
    } catch {
      let isRecord = done == texts.count || error == .fenced
      throw failure(error, section, isRecord ? nil : section.statements[done])
    }
    row.milliseconds += milliseconds(clock.now - start)
    return true
  }

  /// The record, to which the server adds how long the section took.
  private func question(
    _ section: MigrationScript.Section, _ row: inout AppliedMigration, _ record: Record
  ) -> SessionQuery {
    switch record {
    case .save(let isLast):
      advance(&row, isLast: isLast)
      return store.saving(
        row, logging: isLast ? .applied : .sectionDone, section: section.number,
        milliseconds: isLast ? row.milliseconds : 0, measuring: true)
    case .remove: return store.removing(row.version, section: section.number, measuring: true)
    }
  }

  private func report(_ position: Int, _ index: Int, _ section: MigrationScript.Section) {
    guard section.statements.indices.contains(position) else { return }
    tools.report(
      .statement(
        section.statements[position], number: offset(index) + position + 1,
        of: script.statementCount))
  }
}
