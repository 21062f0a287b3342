import PostgresEngine
import SQLiteEngine
import SchemaModel

/// Turns the engines' errors into sentences with a next step.
enum EngineProblem {
  static func translating<Value>(file: String? = nil, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SQLiteError {
      throw problem(error, file: file)
    } catch let error as PostgresError {
      throw SourceProblem(prefix(file) + error.message, nextStep: error.nextStep)
    } catch let error as ScriptError {
      let statement = error.statement.map { "\n  in: " + $0 } ?? ""
      throw SourceProblem(
        "\(file ?? "script"):\(error.line): \(error.reason)\(statement)",
        nextStep: error.nextStep)
    } catch let error as ConnectionStringError {
      throw SourceProblem(error.message, nextStep: error.nextStep)
    }
  }

  private static func problem(_ error: SQLiteError, file: String?) -> SourceProblem {
    let place = error.path.map { $0 + ": " } ?? prefix(file)
    let statement = error.statement.map { "\n  in: " + String($0.prefix(200)) } ?? ""
    return SourceProblem(
      place + error.message + statement, nextStep: error.nextStep,
      isRefusal: error.reason == .locked)
  }

  private static func prefix(_ file: String?) -> String { file.map { $0 + ": " } ?? "" }
}
