/// The text form of a one-dimensional array: `{a,"b c",NULL}`.
package enum PostgresArray {
  /// Bounds (`[0:1]={…}`) are skipped; what is no array has no elements.
  static func elements(of bytes: some Collection<UInt8>) -> [String?] {
    let bytes = Array(bytes)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "{")) else { return [] }
    var elements: [String?] = []
    var index = open + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "}") {
      if bytes[index] == UInt8(ascii: ",") {
        index += 1
        continue
      }
      var element: [UInt8] = []
      if bytes[index] == UInt8(ascii: "\"") {
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
          if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
          element.append(bytes[index])
          index += 1
        }
        index += 1
        elements.append(String(decoding: element, as: UTF8.self))
      } else {
        while index < bytes.count, bytes[index] != UInt8(ascii: ","),
          bytes[index] != UInt8(ascii: "}")
        {
          if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
          element.append(bytes[index])
          index += 1
        }
        let text = String(decoding: element, as: UTF8.self)
        elements.append(text.utf8.elementsEqual("NULL".utf8) ? nil : text)
      }
    }
    return elements
  }

  package static func elements(of text: String) -> [String?] { elements(of: text.utf8) }

  /// The text form, for a statement's parameter.
  package static func text(_ elements: [String]) -> String {
    var result = "{"
    for (index, element) in elements.enumerated() {
      if index > 0 { result += "," }
      result += "\""
      for scalar in element.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { result += "\\" }
        result.unicodeScalars.append(scalar)
      }
      result += "\""
    }
    return result + "}"
  }
}
