/// A run of steps that is executed, and recorded, together.
package struct Section: Hashable, Sendable {
  package enum Mode: String, Hashable, Sendable {
    case transaction
    /// Statements that cannot run inside a transaction.
    case noTransaction = "no-transaction"
    /// SQLite: enforcement of foreign keys is off around the transaction, and checked inside it.
    case foreignKeysOff = "foreign-keys-off"
  }

  package var mode: Mode
  package var steps: [Step]
  /// How long its statements may wait for a lock, as the engine writes it; nil: as long as it takes.
  package var lockTimeout: String?

  package init(mode: Mode, steps: [Step], lockTimeout: String? = nil) {
    self.mode = mode
    self.steps = steps
    self.lockTimeout = lockTimeout
  }
}

extension Plan {
  /// The steps cut wherever a statement cannot share a transaction with what stands before it.
  package func sections(mode: Section.Mode = .transaction) -> [Section] {
    var sections: [Section] = []
    for step in steps {
      let wanted = step.isTransactional ? mode : .noTransaction
      let isApart = step.isAlone || sections.last?.steps.last?.isAlone == true
      if sections.last?.mode == wanted, !isApart || wanted == .noTransaction {
        sections[sections.count - 1].steps.append(step)
      } else {
        sections.append(Section(mode: wanted, steps: [step]))
      }
    }
    return sections
  }
}
