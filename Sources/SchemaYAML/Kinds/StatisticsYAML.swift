import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readStatistics(_ declaration: Declaration) {
    let id = declaration.id
    let fields = nodes.fields(
      declaration.pair.value, SchemaKeys.statistics, of: "statistics '\(shown(id))'")
    readCommon(fields, of: id)
    guard let place = fields["table"], let text = fields.text("table"),
      let path = path(text, at: place), let on = fields["on"]
    else { return }
    var relation = referencedTable(path)
    let view = ObjectID(.materializedView, relation.path)
    if !isDeclared(relation), isDeclared(view) { relation = view }
    if !isDeclared(relation) {
      nodes.report(place.mark, "there is no table '\(text)'")
    }
    var statistics = Statistics(
      id: id, relation: relation, measures: [], columns: [], target: fields.integer("target"))
    for (text, item) in nodes.texts(on, of: "'on'") {
      do throws(SyntaxProblem) {
        let part = try IndexPartText.part(
          text, columns: columns(of: relation) ?? [], syntax: syntax)
        switch part.subject {
        case .column(let name):
          if hasColumn(name, relation, at: item) { statistics.columns.append(name) }
        case .expression(let expression): statistics.expressions.append(expression)
        }
      } catch {
        report(error, at: item)
      }
    }
    statistics.columns.sort()
    if let node = fields["kinds"] {
      for (text, item) in nodes.texts(node, of: "'kinds'") {
        if let measure = Statistics.Measure(rawValue: text.asciiLowercased) {
          statistics.measures.append(measure)
        } else {
          nodes.report(
            item.mark, "'\(text)' is no kind of statistics",
            suggestion: "the kinds are dependencies, mcv and ndistinct")
        }
      }
      statistics.measures.sort { $0.rawValue < $1.rawValue }
    } else if statistics.columns.count + statistics.expressions.count > 1 {
      statistics.measures = Statistics.Measure.allCases
    }
    objects.append(.statistics(statistics))
  }
}

extension SchemaWriter {
  func statistics(_ object: SchemaObject) -> YAMLValue {
    guard case .statistics(let statistics) = object else { return .null }
    var entries = [YAMLEntry("table", .text(text(statistics.relation.path)))]
    let parts =
      statistics.columns.map { text($0) }
      + statistics.expressions.map { text(IndexPart(.expression($0)), of: statistics.relation) }
    entries.append(YAMLEntry("on", .sequence(parts.map { .text($0) })))
    let isUsual =
      parts.count == 1
      ? statistics.measures.isEmpty
      : statistics.measures.count == Statistics.Measure.allCases.count
    if !isUsual {
      entries.append(YAMLEntry("kinds", .sequence(statistics.measures.map { .word($0.rawValue) })))
    }
    if let target = statistics.target {
      entries.append(YAMLEntry("target", .word(String(target))))
    }
    return .mapping(entries + common(statistics.id))
  }
}
