package import Proving
import SchemaModel

/// The result of `verify` as JUnit XML: a test case a migration.
package enum ProofJUnit {
  package static func render(_ result: FolderProofResult) -> String {
    let total = result.results.reduce(0) { $0 + $1.seconds }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let counts =
      "tests=\"\(result.results.count)\" failures=\"\(result.failed)\" errors=\"0\" "
      + "skipped=\"\(result.notProven)\" time=\"\(seconds(total))\""
    text += "<testsuites name=\"kedge verify\" \(counts)>\n"
    text += "  <testsuite name=\"\(XMLText.escaped(result.folder))\" \(counts)>\n"
    text += "    <properties>\n"
    text += "      <property name=\"engine\" value=\"\(XMLText.escaped(result.engineLabel))\"/>\n"
    text += "    </properties>\n"
    for proof in result.results { text += testCase(proof, in: result.folder) }
    return text + "  </testsuite>\n</testsuites>\n"
  }

  private static func testCase(_ proof: ProofResult, in folder: String) -> String {
    let head =
      "    <testcase name=\"\(XMLText.escaped(proof.title))\" classname=\"\(XMLText.escaped(folder))\" "
      + "file=\"\(XMLText.escaped(proof.file))\" time=\"\(seconds(proof.seconds))\""
    var body = ""
    switch proof.outcome {
    case .passed: break
    case .failed(let phase, let failure):
      let next = failure.nextStep.map { "\nnext: \($0)" } ?? ""
      body +=
        "      <failure type=\"\(XMLText.escaped(phase.rawValue))\" message=\"\(XMLText.escaped(failure.reason))\">"
        + "\(XMLText.escaped("\(failure.place): \(failure.reason)\(next)"))</failure>\n"
    case .notProven(let reason): body += "      <skipped message=\"\(XMLText.escaped(reason))\"/>\n"
    }
    let output =
      proof.losses.filter(\.isDeclared).map { "does not come back, as the file says: \($0.name)" }
      + proof.omissions.map { "without rows: \($0.table.name): \($0.reason)" } + proof.notes
    if !output.isEmpty {
      body +=
        "      <system-out>\(XMLText.escaped(output.joined(separator: "\n")))</system-out>\n"
    }
    return body.isEmpty ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n"
  }

  private static func seconds(_ value: Double) -> String {
    String((value * 1_000).rounded() / 1_000)
  }
}
