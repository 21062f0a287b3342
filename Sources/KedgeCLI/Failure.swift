import ArgumentParser
import Migrations
import Planning
import Reporting
import SchemaModel
import SchemaYAML
import Sources

/// The one place where errors become sentences and exit codes.
enum Failure {
  static func report(_ error: any Error, to world: World) -> Outcome {
    if Interruption.isUnderWay, let failure = error as? RunnerFailure {
      world.printError("interrupted: \(failure.message)\n")
    }
    Interruption.giveWay()
    switch error {
    case let code as ExitCode: return Outcome(rawValue: code.rawValue) ?? .failed
    case let problem as SourceProblem:
      tell(problem.message, next: problem.nextStep, world)
      return problem.isRefusal ? .refused : .failed
    case let problems as YAMLProblems:
      world.printError(problems.rendered + "\n")
      return .failed
    case let obstacle as Obstacle:
      tell(obstacle.message, next: obstacle.nextStep, world)
      return obstacle.outcome
    case let failure as RunnerFailure:
      tell(failure.message, next: failure.nextStep ?? nextStep(after: failure), world)
      return failure.error.kind == .locked ? .refused : .failed
    case let refusal as HazardRefusal:
      let codes = Set(refusal.hazards.map(\.code)).sorted().joined(separator: ",")
      tell(
        refusal.hazards.map { "\($0.code): \($0.message)" }.joined(separator: "\n"),
        next: "if that is meant, add --allow \(codes)", world)
      return .refused
    case let problems as MigrationProblems:
      for problem in problems.all { tell(problem.sentence, next: problem.nextStep, world) }
      return .failed
    case let problem as SessionError:
      tell(problem.sentence, next: problem.nextStep, world)
      return problem.kind == .locked ? .refused : .failed
    case let problem as PlanningError:
      tell(sentence(problem), next: nil, world)
      return .failed
    case Schema.Problem.duplicate(let id):
      tell("\(Wording.object(id)) is there twice", next: nil, world)
      return .failed
    case Schema.Problem.orphan(let id, let missing):
      tell("\(Wording.object(id)) is there without \(Wording.object(missing))", next: nil, world)
      return .failed
    default: return usage(error, world)
    }
  }

  /// Somebody who begins with a database that has its tables meets this first.
  private static func nextStep(after failure: RunnerFailure) -> String? {
    guard failure.error.message.contains("already exists") else { return nil }
    let version = failure.title.prefix { $0 != "_" }
    return
      "if the database had what the migration makes before there were migrations, record it as applied: "
      + "kedge baseline --to \(version)"
  }

  private static func tell(_ message: String, next: String?, _ world: World) {
    world.printError("error: \(message)\n")
    if let next { world.printError("  next: \(next)\n") }
  }

  static func sentence(_ problem: PlanningError) -> String {
    switch problem {
    case .cycle(let members):
      "these wait for each other, so that no order works: "
        + members.map(Wording.object).joined(separator: ", ")
    case .unsupported(let id, let reason): "\(Wording.object(id)): \(reason)"
    case .unhandled(let id, let fields):
      "\(Wording.object(id)): Kedge does not know how to change \(fields.joined(separator: ", "))"
    case .invalid(let problem): "\(problem)"
    }
  }

  /// What the argument parser throws: help and version go to standard output.
  private static func usage(_ error: any Error, _ world: World) -> Outcome {
    let message = Kedge.fullMessage(for: error)
    if Kedge.exitCode(for: error) == .success {
      world.print(message.isEmpty ? "" : message + "\n")
      return .success
    }
    world.printError(message + "\n")
    return .failed
  }
}
