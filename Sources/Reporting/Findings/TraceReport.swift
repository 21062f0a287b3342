/// What a trace saw, statement by statement.
package struct TraceReport: Hashable, Sendable {
  package struct Lock: Hashable, Sendable, Codable {
    package var relation: String
    /// `ACCESS EXCLUSIVE`.
    package var mode: String
    /// `readers and writers`, `writers`; nil when only other changes of the schema wait.
    package var stops: String?

    package init(relation: String, mode: String, stops: String?) {
      self.relation = relation
      self.mode = mode
      self.stops = stops
    }
  }

  package struct Entry: Hashable, Sendable, Codable {
    package var file: String
    package var line: Int
    /// The beginning of the statement, on one line.
    package var statement: String
    package var locks: [Lock]
    package var rewritten: [String]
    package var scanned: [String]
    package var indexed: [String]
    package var failure: String?
    /// Not run, because a statement before it failed.
    package var skipped: Bool

    package init(
      file: String, line: Int, statement: String, locks: [Lock], rewritten: [String],
      scanned: [String], indexed: [String], failure: String?, skipped: Bool
    ) {
      self.file = file
      self.line = line
      self.statement = statement
      self.locks = locks
      self.rewritten = rewritten
      self.scanned = scanned
      self.indexed = indexed
      self.failure = failure
      self.skipped = skipped
    }
  }

  package var entries: [Entry]

  package init(entries: [Entry] = []) { self.entries = entries }

  /// For a terminal.
  package func text(colored: Bool, width: Int) -> String {
    let paint = Paint(isOn: colored)
    var lines: [String] = []
    for entry in entries {
      let head = "\(entry.file):\(entry.line): \(entry.statement)"
      lines.append(String(head.prefix(max(20, width))))
      lines += Self.body(of: entry, paint).flatMap {
        Wrapping.wrap("  " + $0, width: width, continuation: "      ")
      }
    }
    return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n\n")
  }

  private static func body(of entry: Entry, _ paint: Paint) -> [String] {
    if entry.skipped { return ["not run"] }
    if let failure = entry.failure { return [paint.red("failed: \(failure)")] }
    var lines = entry.locks.map { lock in
      let stops = lock.stops.map { paint.yellow("  \($0) wait") } ?? ""
      return "\(lock.mode) on \(lock.relation)\(stops)"
    }
    if !entry.rewritten.isEmpty {
      lines.append("written anew: " + entry.rewritten.joined(separator: ", "))
    }
    if !entry.scanned.isEmpty {
      lines.append("read as a whole: " + entry.scanned.joined(separator: ", "))
    }
    if !entry.indexed.isEmpty {
      lines.append("indexes built on: " + entry.indexed.joined(separator: ", "))
    }
    return lines.isEmpty ? ["nothing that was there is locked"] : lines
  }
}
