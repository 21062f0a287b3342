import Planning

/// `--allow`: which hazards a person has accepted.
enum Allowance {
  /// `DL02,DL03`, several times, or `all`.
  static func permissions(_ arguments: [String]) -> Permissions {
    let codes = arguments.flatMap { $0.split(separator: ",").map(String.init) }
    if codes.contains("all") { return .all }
    return codes.isEmpty ? .none : .codes(Set(codes.map { $0.uppercased() }))
  }

  /// Says what was refused and how to accept it.
  static func explain(_ steps: [Step], permissions: Permissions, in workspace: Workspace) {
    let hazards = steps.flatMap(\.hazards).filter { !permissions.allow($0) }
    for hazard in hazards {
      workspace.world.printError("refused: \(hazard.code): \(hazard.message)\n")
    }
    let codes = Set(hazards.map(\.code)).sorted().joined(separator: ",")
    workspace.world.printError("  next: if that is meant, add --allow \(codes)\n")
  }
}
