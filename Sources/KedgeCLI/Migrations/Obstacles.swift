import Migrations
import Planning
import Reporting

/// What is in a runner's way, in words, with what to do next.
extension Obstacle {
  var message: String {
    switch self {
    case .unfinished(let migration):
      "\(migration.statusSentence): nothing else runs before that is settled"
    case .nothingToResume: "no migration was left half-way"
    case .outOfOrder(let late, let newest):
      "these would run after \(newest.text), which is newer and applied already:\n"
        + late.map { "  \($0.up.file)" }.joined(separator: "\n")
    case .changed(let files):
      "these are not what was applied:\n" + files.map { "  \($0.up.file)" }.joined(separator: "\n")
    case .chain(let problems): problems.map(\.sentence).joined(separator: "\n")
    case .noWayBack(let migration, let reason): "\(migration.title) cannot be taken back: \(reason)"
    case .wayBackChanged(let migration, let file):
      "\(file) is not the way back that was stored when \(migration.title) was applied"
    case .unknownVersion(let version): "there is no migration \(version.text)"
    case .unreadable(let problems): problems.all.map(\.sentence).joined(separator: "\n")
    case .partlyReplaced(let file):
      "\(file.up.file) stands for migrations of which this database has some, but not all"
    case .tooFew(let wanted, let present):
      "\(wanted) migrations cannot be taken back: \(present == 0 ? "none is" : "only \(present) are") applied"
    }
  }

  var nextStep: String {
    switch self {
    case .unfinished: "kedge resume, or kedge rollback"
    case .nothingToResume: "look at kedge status"
    case .outOfOrder: "give them newer versions, or add --out-of-order allow (or skip)"
    case .changed:
      "take the change back and write a new migration, or: kedge repair --accept-changed VERSION"
    case .chain(let problems):
      problems.first?.nextStep ?? "make the later file again: kedge generate rebase"
    case .noWayBack: "write a migration that goes forward instead"
    case .wayBackChanged: "choose one: kedge rollback --stored, or put the file back"
    case .unknownVersion: "look at kedge status"
    case .unreadable: "correct the file"
    case .partlyReplaced: "apply those first, from the checkout that still has their files"
    case .tooFew: "look at kedge status"
    }
  }

  var outcome: Outcome {
    switch self {
    case .unfinished, .noWayBack, .wayBackChanged: .refused
    case .nothingToResume, .outOfOrder, .changed, .chain, .unknownVersion, .unreadable,
      .partlyReplaced,
      .tooFew:
      .failed
    }
  }
}

extension RunnerFailure {
  var message: String {
    var text = "\(file)\(line.map { ":\($0)" } ?? ""): \(error.sentence)"
    if let statement {
      let first = statement.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
      text += "\n  in: " + (first.count > 74 ? first.prefix(73) + "…" : first)
    }
    if !state.isEmpty {
      let lines = Wrapping.wrap("  " + state, width: 80, continuation: "  ")
      text += "\n" + lines.joined(separator: "\n")
    }
    return text
  }
}
