package import Planning
import SQLText
package import SchemaModel

/// One migration: what its two files say.
package struct MigrationFile: Hashable, Sendable {
  /// The file that a migration follows.
  package struct Predecessor: Hashable, Sendable {
    package var version: String
    /// With the number of the algorithm: `1:b7e0…`, over the tokens of its up file.
    package var checksum: String

    package init(version: String, checksum: String) {
      self.version = version
      self.checksum = checksum
    }
  }

  package enum Direction: String, Hashable, Sendable, CaseIterable { case up, down }

  /// UTC, `yyyyMMddHHmmss`.
  package var version: String
  package var name: String
  package var engine: EngineName
  /// The oldest server that understands the statements: `15` on PostgreSQL, `3.40` on SQLite.
  package var minimumVersion: String?
  package var after: Predecessor?
  /// Fingerprints of the schemas before and after; nil where a person writes the statements.
  package var from: String?
  package var to: String?
  package var searchPath: [Identifier]
  /// The migrations that this one stands for.
  package var replaces: [String] = []
  /// What a run on a scratch database has shown, in words.
  package var proof: String

  package init(
    version: String, name: String, engine: EngineName, minimumVersion: String? = nil,
    after: Predecessor? = nil, from: String?, to: String?, searchPath: [Identifier] = [],
    proof: String = "not proven on a scratch database"
  ) {
    self.version = version
    self.name = name
    self.engine = engine
    self.minimumVersion = minimumVersion
    self.after = after
    self.from = from
    self.to = to
    self.searchPath = searchPath
    self.proof = proof
  }

  /// `20261122150405_add_user_roles.up.sql`.
  package func fileName(_ direction: Direction) -> String {
    "\(version)_\(name).\(direction.rawValue).sql"
  }

  /// The text of the file of one direction. A section of a way back has the number of the section that
  /// it undoes; without numbers they count up.
  package func text(
    _ direction: Direction, sections: [Section], numbers: [Int] = []
  ) -> String {
    var text = header(direction)
    for (index, section) in sections.enumerated() {
      let number = index < numbers.count ? numbers[index] : index + 1
      text += "\n-- kedge:section \(number)"
      if section.mode != .transaction { text += " " + section.mode.rawValue }
      text += "\n" + searchPathSetting(section.mode)
      if let timeout = section.lockTimeout { text += "SET LOCAL lock_timeout = '\(timeout)';\n" }
      for step in section.steps { text += body(of: step, direction) }
    }
    return text
  }

  /// A file whose statements a person writes: where they go, and under which settings.
  package func template(_ direction: Direction) -> String {
    header(direction) + "\n-- kedge:section 1\n" + searchPathSetting(.transaction)
  }

  private func header(_ direction: Direction) -> String {
    var lines = ["-- kedge:migration \(version) \(name)"]
    if let after { lines.append("-- kedge:after \(after.version) \(after.checksum)") }
    if !replaces.isEmpty {
      lines.append("-- kedge:replaces " + replaces.joined(separator: " "))
    }
    lines.append("-- kedge:engine \(engine.rawValue)" + (minimumVersion.map { " >= \($0)" } ?? ""))
    if let from, let to {
      let (first, last) = direction == .up ? (from, to) : (to, from)
      lines.append("-- kedge:from \(first) to \(last)")
    }
    if !proof.isEmpty { lines.append("-- \(proof)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func searchPathSetting(_ mode: Section.Mode) -> String {
    guard engine == .postgresql else { return "" }
    let path =
      searchPath.isEmpty
      ? "''" : searchPath.map { QualifiedName.text([$0]) }.joined(separator: ", ")
    return mode == .transaction
      ? "SET LOCAL search_path = \(path);\n" : "SET search_path = \(path);\n"
  }

  /// Hazards and what the way back cannot bring stand above the statements that they are about.
  private func body(of step: Step, _ direction: Direction) -> String {
    var text = ""
    for hazard in step.hazards {
      let message = hazard.message.split(whereSeparator: \.isNewline).joined(separator: " ")
      text +=
        hazard.needsPermission
        ? "-- kedge:hazard \(hazard.code) \(message)\n" : "-- \(hazard.code): \(message)\n"
      if let other = hazard.alternative, hazard.severity != .information {
        text += "--   instead: \(other)\n"
      }
    }
    for impact in step.impacts where impact.writersWait || impact.work > .metadata {
      text += "-- locks \(impact.sentence)\n"
    }
    if direction == .up, !step.statements.isEmpty {
      text += "-- down: \(step.reversibility.rawValue)\n"
    }
    for statement in step.statements { text += statement.sql.text + ";\n" }
    return text
  }
}
