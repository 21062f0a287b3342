import CYAML
import Glibc

/// What reading a YAML text may cost. Aliases count as often as they are used.
package struct YAMLLimits: Sendable {
  /// Longest text, in bytes.
  package var bytes = 64 << 20
  /// Most nodes, with every alias counted as the nodes it stands for, and long texts counted by length.
  package var nodes = 4_000_000
  /// Deepest nesting; libyaml's time is quadratic in it.
  package var depth = 64

  package init() {}
}

/// Reads YAML through libyaml's events. Scalars stay text (YAML 1.2's failsafe reading, with null).
package enum YAMLParser {
  /// The root of the one document of a source; nil when there is none or it cannot be read.
  ///
  /// A syntax error ends the reading; what does not disturb the structure (duplicate keys, tags) is
  /// added to `problems` and read on.
  package static func parse(
    _ source: YAMLSource, limits: YAMLLimits = YAMLLimits(), problems: inout YAMLProblems
  ) -> YAMLNode? {
    var cost = 0
    return parse(source, limits: limits, problems: &problems, cost: &cost)
  }

  /// The same, with the number of nodes by which the limit goes.
  static func parse(
    _ source: YAMLSource, limits: YAMLLimits = YAMLLimits(), problems: inout YAMLProblems,
    cost: inout Int
  ) -> YAMLNode? {
    var builder = YAMLTreeBuilder(source: source, limits: limits)
    let root: YAMLNode?
    do throws(YAMLProblem) {
      try check(source, limits: limits)
      root = try source.bytes.withUnsafeBufferPointer { bytes throws(YAMLProblem) -> YAMLNode? in
        let events = YAMLEventStream(bytes)
        return try read(events, into: &builder, source: source)
      }
    } catch {
      builder.problems.add(error)
      root = nil
    }
    problems.add(builder.problems)
    cost += builder.cost
    return root
  }

  private static func check(_ source: YAMLSource, limits: YAMLLimits) throws(YAMLProblem) {
    let bytes = source.bytes
    let start = YAMLMark(line: 1, column: 1)
    if bytes.count > limits.bytes {
      throw YAMLProblem(
        file: source.file, mark: start,
        message: "the file has \(bytes.count) bytes, the limit is \(limits.bytes)")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw YAMLProblem(
        file: source.file, mark: start, message: "the file is UTF-16",
        suggestion: "save it as UTF-8")
    }
    // libyaml compares each directive with all before it, within one call that cannot be interrupted.
    var directives = 0
    var offset = 0
    while let found = firstPercent(bytes, from: offset) {
      offset = found + 1
      guard found == 0 || bytes[found - 1] == 0x0A || bytes[found - 1] == 0x0D else { continue }
      directives += 1
      if directives > 64 {
        throw YAMLProblem(
          file: source.file, mark: source.mark(atOffset: found),
          message: "too many lines begin with '%'")
      }
    }
  }

  private static func firstPercent(_ bytes: [UInt8], from offset: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      guard offset < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + offset, 0x25, bytes.count - offset)
      else { return nil }
      return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }

  private static func read(
    _ events: borrowing YAMLEventStream, into builder: inout YAMLTreeBuilder, source: YAMLSource
  ) throws(YAMLProblem) -> YAMLNode? {
    var documents = 0
    while true {
      var event = yaml_event_t()
      guard events.next(&event) else { throw events.failure(in: source) }
      defer { yaml_event_delete(&event) }
      switch event.type {
      case YAML_STREAM_END_EVENT: return builder.root
      case YAML_DOCUMENT_START_EVENT:
        documents += 1
        if documents > 1 {
          throw YAMLProblem(
            file: source.file, mark: YAMLMark(event.start_mark),
            message: "a second document begins here; a file holds one",
            suggestion: "move it to a file of its own")
        }
      case YAML_ALIAS_EVENT:
        try builder.alias(text(event.data.alias.anchor), mark: YAMLMark(event.start_mark))
      case YAML_SCALAR_EVENT:
        let data = event.data.scalar
        try builder.scalar(
          YAMLTreeBuilder.Properties(event, anchor: text(data.anchor), tag: text(data.tag)),
          text: text(data.value, length: data.length), style: YAMLScalarStyle(data.style))
      case YAML_SEQUENCE_START_EVENT:
        let data = event.data.sequence_start
        try builder.begin(
          YAMLTreeBuilder.Properties(event, anchor: text(data.anchor), tag: text(data.tag)),
          isMapping: false)
      case YAML_MAPPING_START_EVENT:
        let data = event.data.mapping_start
        try builder.begin(
          YAMLTreeBuilder.Properties(event, anchor: text(data.anchor), tag: text(data.tag)),
          isMapping: true)
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
        try builder.finish(end: YAMLMark(event.end_mark))
      default: break
      }
    }
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private static func text(
    _ pointer: UnsafeMutablePointer<yaml_char_t>?, length: Int
  ) -> String {
    String(decoding: UnsafeBufferPointer(start: pointer, count: length), as: UTF8.self)
  }
}

/// libyaml's parser, which keeps a pointer to itself and to the bytes: it stays within their scope.
private struct YAMLEventStream: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let isReady: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    isReady = yaml_parser_initialize(parser) == 1
    if isReady {
      yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
      // With the encoding set, libyaml does not look for a byte order mark.
      let skipped = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      yaml_parser_set_input_string(
        parser, bytes.baseAddress.map { $0 + skipped }, bytes.count - skipped)
    }
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
  }

  func next(_ event: inout yaml_event_t) -> Bool {
    isReady && yaml_parser_parse(parser, &event) == 1
  }

  /// libyaml's complaint in our words, at the place that a person has to look at.
  func failure(in source: YAMLSource) -> YAMLProblem {
    guard isReady, parser.pointee.error != YAML_MEMORY_ERROR else {
      return YAMLProblem(
        file: source.file, mark: YAMLMark(line: 1, column: 1), message: "out of memory")
    }
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "the text is not YAML"
    if state.error == YAML_READER_ERROR {
      let skipped = source.hasByteOrderMark ? 3 : 0
      return YAMLSyntaxMessage.reader(
        problem, value: Int(state.problem_value),
        mark: source.mark(atOffset: Int(state.problem_offset) + skipped), in: source)
    }
    return YAMLSyntaxMessage.scanner(
      problem, at: YAMLMark(state.problem_mark),
      context: state.context.map { String(cString: $0) },
      contextMark: YAMLMark(state.context_mark), in: source)
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}

extension YAMLScalarStyle {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}

extension YAMLTreeBuilder.Properties {
  fileprivate init(_ event: yaml_event_t, anchor: String?, tag: String?) {
    self.init(
      anchor: anchor, tag: tag, mark: YAMLMark(event.start_mark), end: YAMLMark(event.end_mark))
  }
}
