package import SchemaModel
import SQLText

/// Where something is declared.
package struct SourcePlace: Hashable, Sendable {
  package var file: String
  package var line: Int
  package var column: Int

  init(_ source: YAMLSource, _ mark: YAMLMark) {
    file = source.file
    line = mark.line
    column = mark.column
  }

  /// `schema.yaml:12:5`.
  package var text: String { "\(file):\(line):\(column)" }
}

/// A declared schema with the places of its objects.
package struct DeclaredSchema: Sendable {
  package var schema: Schema
  package var places: [ObjectID: SourcePlace]
}

/// Reads schema.yaml, or several files that make one schema.
package enum SchemaReader {
  /// Throws every problem of every file. `defaultEngine` is for files that do not say their engine.
  package static func read(
    _ sources: [YAMLSource], defaultEngine: EngineName? = nil
  ) throws(YAMLProblems) -> DeclaredSchema {
    var cost = 0
    return try build(sources, defaultEngine, cost: &cost) { $0.build($1) }
  }

  /// The objects of a file that the writer has made, in no particular order; only what they are is found
  /// out, not what they mention. The file may be a part of what declares the surroundings.
  static func objects(
    of source: YAMLSource, within surroundings: Surroundings? = nil
  ) throws(YAMLProblems) -> (objects: [SchemaObject], cost: Int) {
    var cost = 0
    let objects = try build([source], nil, cost: &cost) { builder, files in
      builder.surroundings = surroundings
      builder.gather(files)
      return builder.objects
    }
    return (objects, cost)
  }

  private static func build<Answer>(
    _ sources: [YAMLSource], _ defaultEngine: EngineName?, cost: inout Int,
    _ body: (inout SchemaBuilder, [(source: YAMLSource, root: YAMLNode)]) -> Answer?
  ) throws(YAMLProblems) -> Answer {
    var problems = YAMLProblems()
    var files: [(source: YAMLSource, root: YAMLNode)] = []
    var isWhole = true
    for source in sources {
      let known = problems.problems.count
      let root = YAMLParser.parse(source, problems: &problems, cost: &cost)
      if let root, !root.isNull {
        files.append((source, root))
      } else if problems.problems.count > known {
        isWhole = false
      } else if sources.count == 1 {
        problems.add(source, YAMLMark(line: 1, column: 1), "the file is empty")
      }
    }
    // Without a whole tree every further complaint would be guesswork.
    guard let first = files.first, isWhole else { throw problems.finished(sources) }
    guard let engine = engine(of: files, problems: &problems) ?? defaultEngine else {
      reportMissingEngine(files, first: first, &problems)
      throw problems.finished(sources)
    }
    var builder = SchemaBuilder(engine: engine, source: first.source)
    builder.nodes.problems = problems
    let answer = body(&builder, files)
    guard let answer, builder.nodes.problems.isEmpty else {
      throw builder.nodes.problems.finished(sources)
    }
    return answer
  }

  /// The keys of the file are checked all the same, since one of them may be the reason.
  private static func reportMissingEngine(
    _ files: [(source: YAMLSource, root: YAMLNode)], first: (source: YAMLSource, root: YAMLNode),
    _ problems: inout YAMLProblems
  ) {
    let known = problems.problems.count
    for file in files {
      var nodes = NodeReader(source: file.source, engine: nil)
      _ = nodes.fields(file.root, SchemaKeys.file, of: "the file")
      problems.add(nodes.problems)
    }
    let isGiven = files.contains { file in
      guard case .mapping(let pairs) = file.root.content else { return true }
      return pairs.contains { $0.name == "engine" }
    }
    if !isGiven || problems.problems.count == known {
      problems.add(
        first.source, first.root.mark, "the key 'engine' is missing",
        suggestion: "add 'engine: postgresql' or 'engine: sqlite'")
    }
  }

  /// What the files say, which they must say alike.
  private static func engine(
    of files: [(source: YAMLSource, root: YAMLNode)], problems: inout YAMLProblems
  ) -> EngineName? {
    var found: (engine: EngineName, place: SourcePlace)?
    for file in files {
      guard case .mapping(let pairs) = file.root.content,
        let value = pairs.first(where: { $0.name == "engine" })?.value,
        let text = value.scalarText, let engine = EngineName(rawValue: text.asciiLowercased)
      else { continue }
      if let found, found.engine != engine {
        problems.add(
          file.source, value.mark, "another file says '\(found.engine.rawValue)'",
          suggestion: "see \(found.place.text)")
      }
      found = found ?? (engine, SourcePlace(file.source, value.mark))
    }
    return found?.engine
  }
}
