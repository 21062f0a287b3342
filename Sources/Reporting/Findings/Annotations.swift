/// Workflow commands that GitHub shows on the lines of a change.
package enum Annotations {
  package static func render(_ findings: [Finding]) -> String {
    findings.map { finding in
      let place = finding.place
      let text = finding.hint.map { "\(finding.message)\nfix: \($0)" } ?? finding.message
      // A column needs both ends on one line.
      let end =
        place.line == place.endLine
        ? ",col=\(place.column),endColumn=\(place.endColumn)" : ",endLine=\(place.endLine)"
      return "::\(finding.level.rawValue) file=\(escaped(place.file, isProperty: true)),"
        + "line=\(place.line)\(end),title=\(escaped(finding.id, isProperty: true))"
        + "::\(escaped(text, isProperty: false))\n"
    }.joined()
  }

  private static func escaped(_ text: String, isProperty: Bool) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "%"): bytes += "%25".utf8
      case 0x0D: bytes += "%0D".utf8
      case 0x0A: bytes += "%0A".utf8
      case UInt8(ascii: ":") where isProperty: bytes += "%3A".utf8
      case UInt8(ascii: ",") where isProperty: bytes += "%2C".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
