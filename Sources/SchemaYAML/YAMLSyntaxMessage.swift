/// libyaml's messages in words that say what to do. Its own are kept where there is nothing to add.
enum YAMLSyntaxMessage {
  static func reader(
    _ problem: String, value: Int, mark: YAMLMark, in source: YAMLSource
  ) -> YAMLProblem {
    let hexadecimal = String(value < 0 ? 0 : value, radix: 16, uppercase: true)
    let isControl = problem.hasPrefix("control")
    let padded = String(repeating: "0", count: max(0, (isControl ? 4 : 2) - hexadecimal.utf8.count))
    if isControl {
      return YAMLProblem(
        file: source.file, mark: mark,
        message: value == 0
          ? "the file contains the character NUL"
          : "the file contains the control character U+\(padded)\(hexadecimal)",
        suggestion: value == 0
          ? "is it a text file?" : "in a double-quoted text, write \"\\u\(padded)\(hexadecimal)\"")
    }
    return YAMLProblem(
      file: source.file, mark: mark,
      message: value < 0
        ? "the file is not valid UTF-8"
        : "the file is not valid UTF-8: byte 0x\(padded)\(hexadecimal)",
      suggestion: "save it as UTF-8")
  }

  static func scanner(
    _ problem: String, at mark: YAMLMark, context: String?, contextMark: YAMLMark,
    in source: YAMLSource
  ) -> YAMLProblem {
    func report(
      _ message: String, _ suggestion: String? = nil, at place: YAMLMark? = nil
    ) -> YAMLProblem {
      YAMLProblem(
        file: source.file, mark: place ?? mark, message: message, suggestion: suggestion)
    }
    let context = context ?? ""
    let next = character(at: mark, in: source)
    switch problem {
    case "found unexpected end of stream" where context.contains("quoted"),
      "found unexpected document indicator" where context.contains("quoted"):
      return report("the quote that opens here is never closed", at: contextMark)
    case "found character that cannot start any token" where next == 0x09,
      "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      return report("a tab cannot indent", "use spaces")
    case "found character that cannot start any token":
      let shown = next.flatMap { $0 > 0x20 && $0 < 0x7F ? String(UnicodeScalar($0)) : nil }
      return report(
        "a value cannot begin with \(shown.map { "'\($0)'" } ?? "this character")",
        "put it in quotes")
    case "could not find expected ':'":
      return report(
        "this line is neither 'key: value' nor a list item", "is a ':' missing after the key?",
        at: contextMark)
    case "mapping values are not allowed in this context":
      return report(
        "a second ': ' in one value, or a line indented too far",
        "put the value in quotes if ': ' belongs to it")
    case "did not find expected key" where context.contains("flow"),
      "did not find expected ',' or '}'":
      return report("the '{' that opens at \(contextMark.place) lacks its ',' or '}' here")
    case "did not find expected ',' or ']'":
      return report("the '[' that opens at \(contextMark.place) lacks its ',' or ']' here")
    case "did not find expected key":
      return report(
        "this does not fit the mapping that begins at \(contextMark.place)",
        "check the indentation and the quotes of the line before")
    case "did not find expected '-' indicator":
      return report(
        "this does not fit the list that begins at \(contextMark.place)",
        "begin each item with '- ' in one column")
    case "did not find expected node content":
      return report("a value is missing here")
    case "block sequence entries are not allowed in this context":
      return report("a list item cannot stand here", "begin the list on a line of its own")
    case "mapping keys are not allowed in this context":
      return report("'? ' cannot stand here", "put the value in quotes")
    case "found unknown escape character":
      return report(
        "there is no such escape in a double-quoted text",
        "write '\\\\' for a backslash, or use single quotes")
    case "did not find expected comment or line break"
    where context.contains("block scalar"):
      return report("'|' and '>' are followed by a line break", "put the text in quotes")
    case "did not find expected <document start>":
      return report("the document ended before this", "check the indentation")
    default:
      let place = context.isEmpty ? "" : " (\(context), \(contextMark.place))"
      return report(problem + place)
    }
  }

  private static func character(at mark: YAMLMark, in source: YAMLSource) -> UInt8? {
    let starts = source.lineStarts()
    guard mark.line <= starts.count else { return nil }
    var offset = starts[mark.line - 1]
    var column = 1
    while column < mark.column, offset < source.bytes.count {
      offset += 1
      while offset < source.bytes.count, source.bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      column += 1
    }
    return offset < source.bytes.count ? source.bytes[offset] : nil
  }
}

extension YAMLMark {
  /// `line 3, column 5`, for messages that name a second place.
  var place: String { "line \(line), column \(column)" }
}
