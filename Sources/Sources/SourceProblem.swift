/// Why a source cannot be read: a sentence, and what to do next.
package struct SourceProblem: Error, Hashable, Sendable {
  package let message: String
  package let nextStep: String?
  /// Whether somebody else holds a lock: refused (3) rather than failed (2).
  package let isRefusal: Bool

  package init(_ message: String, nextStep: String? = nil, isRefusal: Bool = false) {
    self.message = message
    self.nextStep = nextStep
    self.isRefusal = isRefusal
  }
}
