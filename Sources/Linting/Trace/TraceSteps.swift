package import Planning

extension LintContext {
  /// The statement as a trace runs it.
  package var traceStep: TraceStep {
    let role: TraceStep.Role
    switch statement.node {
    case .transaction(.begin): role = .begin
    case .transaction(.commit): role = .commit
    case .transaction(.rollback): role = .rollback
    default:
      role =
        claims.isNonTransactional
        ? .alone(watching: claims.locks.keys.sorted().map { [$0.schema, $0.name] }) : .transactional
    }
    return TraceStep(statement.text, role: role)
  }
}

extension FileContext {
  /// The file as a trace runs it, one step a statement.
  package var traceUnits: [TraceUnit] {
    var rest = statements[...]
    return file.units.map { unit in
      let own = rest.prefix(unit.statements.count)
      rest = rest.dropFirst(unit.statements.count)
      return TraceUnit(isTransaction: unit.mode != .autocommit, steps: own.map(\.traceStep))
    }
  }
}
