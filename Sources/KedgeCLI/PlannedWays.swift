import Comparison
import Linting
import Planning

/// Both ways of a comparison, with what their statements lock and do while they do.
extension ComparisonResult {
  func up(_ dialect: any Dialect) throws(PlanningError) -> Plan {
    try Planner.plan(difference, from: from, to: to, dialect: dialect).claimed(from: from)
  }

  func down(_ dialect: any Dialect) throws(PlanningError) -> Plan {
    try Planner.reverse(difference, from: from, to: to, dialect: dialect).claimed(from: to)
  }
}
