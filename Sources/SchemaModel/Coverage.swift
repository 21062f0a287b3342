/// What a source holds beyond what was read into the model, so that "no difference" never hides what
/// nobody looked at.
package struct Coverage: Hashable, Sendable, Codable {
  /// A kind of object, or a property of objects, that exists but is not modelled.
  package struct Unmodelled: Hashable, Sendable, Codable {
    /// Plural, in words: `functions`, `row security policies`.
    package var kind: String
    package var count: Int
    /// Some names, at most five.
    package var examples: [String]

    package init(kind: String, count: Int, examples: [String] = []) {
      self.kind = kind
      self.count = count
      self.examples = examples
    }
  }

  /// Something that this role may not read, or that changed while it was read.
  package struct Gap: Hashable, Sendable, Codable {
    package var subject: String
    package var reason: String

    package init(subject: String, reason: String) {
      self.subject = subject
      self.reason = reason
    }
  }

  package var unmodelled: [Unmodelled]
  package var gaps: [Gap]
  /// What an auditor wants to see though nothing is wrong with it: rights that reach far.
  package struct Exposure: Hashable, Sendable, Codable {
    package var kind: String
    package var count: Int
    /// Some names, at most five.
    package var examples: [String]
    /// Whether it escapes the comparison, so that a strict gate must not pass.
    package var isOpen: Bool

    package init(kind: String, examples names: [String], isOpen: Bool) {
      self.kind = kind
      count = names.count
      examples = Array(names.sorted { $0.bytesPrecede($1) }.prefix(5))
      self.isOpen = isOpen
    }
  }

  /// Sentences that a reader should see: an `immutable=1` open, an ignored schema.
  package var notes: [String]

  package init(unmodelled: [Unmodelled] = [], gaps: [Gap] = [], notes: [String] = []) {
    self.unmodelled = unmodelled
    self.gaps = gaps
    self.notes = notes
  }

  package var isComplete: Bool { unmodelled.isEmpty && gaps.isEmpty }
}
