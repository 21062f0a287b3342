package import Comparison
package import SchemaModel
import SchemaYAML

extension FixtureCase {
  /// The schema that a YAML file of the case declares.
  package func schema(_ file: String) throws -> Schema {
    do {
      return try SchemaReader.read([YAMLSource(file: file, text: text(file))]).schema
    } catch let problems as YAMLProblems {
      throw UnreadableFixture(
        description: problems.problems.map(\.rendered).joined(separator: "\n"))
    }
  }

  /// What a comparison of `from.yaml` with `to.yaml` comes to, with no scratch.
  package func comparison() throws -> ComparisonResult {
    let (from, to) = (try schema("from.yaml"), try schema("to.yaml"))
    return try Comparer(dialect: PlainDialect(engine: from.engine)) { nil }
      .compare(from: from, to: to)
  }
}

package struct UnreadableFixture: Error, CustomStringConvertible {
  package let description: String
}
