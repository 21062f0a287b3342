/// A coded reason why a step can hurt; `code` is one of the rule catalogue's (`DL02`, `LK01` …).
package struct Hazard: Hashable, Sendable, Codable {
  package let code: String
  /// A whole sentence that names the object.
  package let message: String
  /// Whether the step may only be carried out when the code is allowed: it loses data.
  package let needsPermission: Bool
  package var severity: Severity

  package enum Severity: String, Hashable, Sendable, Codable { case information, warning, error }

  package init(_ code: String, _ message: String, needsPermission: Bool = false) {
    self.code = code
    self.message = message
    self.needsPermission = needsPermission
    severity = HazardCatalogue.severity(of: code)
  }

  /// What to do instead, or before.
  package var alternative: String? { HazardCatalogue.alternative(to: code) }
}

/// The strongest lock that a statement takes on something that existed before it.
package enum LockMode: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
  case none
  case accessShare = "ACCESS SHARE"
  case rowShare = "ROW SHARE"
  case rowExclusive = "ROW EXCLUSIVE"
  case shareUpdateExclusive = "SHARE UPDATE EXCLUSIVE"
  case share = "SHARE"
  case shareRowExclusive = "SHARE ROW EXCLUSIVE"
  case exclusive = "EXCLUSIVE"
  case accessExclusive = "ACCESS EXCLUSIVE"

  package static func < (left: LockMode, right: LockMode) -> Bool {
    LockMode.allCases.firstIndex(of: left) ?? 0 < LockMode.allCases.firstIndex(of: right) ?? 0
  }
}

/// How far the opposite step brings things back (the classes of the reference, section 6).
package enum Reversibility: String, Hashable, Sendable, Codable {
  case exact
  /// Exact as long as nothing was written to what was made.
  case exactUntilWritten = "exact until written to"
  /// Exact only while the data still allow it.
  case conditional
  /// The objects come back, what was in them does not.
  case structureOnly = "structure only"
  case impossible
}
