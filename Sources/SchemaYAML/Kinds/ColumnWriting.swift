import SQLText
import SchemaModel
import Synchronization

extension SchemaWriter {
  /// The scalar form, or the mapping form where the scalar would lose something.
  ///
  /// `isPart` is false for what only looks like a column, a domain.
  func column(_ column: Column, isPart: Bool = true) -> YAMLValue {
    let scalar = scalarForm(column)
    let isIdentityPlain =
      column.identity.map {
        $0.sequenceName == nil && $0.persistence == nil
          && $0.options == .defaults(type: $0.options.type)
          && privileges.grants[sequence(of: column)] == nil
      }
      ?? true
    if let scalar, isIdentityPlain {
      if !isPart || !hasCommon(column.id) { return scalar.isEmpty ? .null : .text(scalar) }
      let type = scalar.isEmpty ? [] : [YAMLEntry("type", .text(scalar))]
      return .mapping(type + common(column.id))
    }
    return .mapping(mappingForm(column) + (isPart ? common(column.id) : []))
  }

  /// Nil when the text would not read back as the same column.
  private func scalarForm(_ column: Column) -> String? {
    if let serial = serials[column.id] {
      return isKey(column) || !column.isNullable ? serial.rawValue : nil
    }
    if column.notNull != .usual || column.settings != .usual || column.isInherited { return nil }
    var words: [String] = []
    let type = typeText(column.type)
    if !type.isEmpty { words.append(type) }
    if let collation = column.collation { words.append("collate \(collation.string)") }
    if !column.isNullable, column.identity == nil, !isKey(column) {
      words.append("not null")
      if let conflict = column.notNullConflict {
        words.append("on conflict \(conflict.rawValue)")
      }
    }
    if let identity = column.identity {
      words.append(identity.mode == .always ? "identity always" : "identity")
    }
    if let generation = column.generation {
      words.append(
        "generated always as (\(generation.expression.text)) \(generation.storage.rawValue)")
    }
    if let value = column.defaultValue {
      words.append("default \(defaultText(value, type: column.type))")
    }
    let text = words.joined(separator: " ")
    return readsBack(text, as: column) ? text : nil
  }

  private func readsBack(_ text: String, as column: Column) -> Bool {
    guard !text.utf8.contains(0x0A), let parsed = cache.columnText(text, syntax),
      parsed.constraints.isEmpty, typeReadsBack(parsed.type, as: column.type),
      parsed.collation == column.collation, parsed.notNullConflict == column.notNullConflict,
      parsed.identity == column.identity?.mode, parsed.storage == column.generation?.storage
    else { return false }
    return parsed.defaultValue.map { syntax.defaultValue($0, type: column.type) }
      == column.defaultValue
      && parsed.generated.map { syntax.expression($0) } == column.generation?.expression
  }

  private func typeReadsBack(_ text: String, as type: TypeName) -> Bool {
    if text.isEmpty { return type.canonical.string.isEmpty }
    return cache.typeName(text, syntax, types)?.canonical == type.canonical
  }

  func mappingForm(_ column: Column) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    let type = typeText(column.type)
    if !type.isEmpty { entries.append(YAMLEntry("type", .text(type))) }
    if let collation = column.collation {
      entries.append(YAMLEntry("collate", .text(collation.string)))
    }
    if !column.isNullable, column.identity == nil, !isKey(column) {
      entries += column.notNull == .usual ? flag("not_null", true) : []
      entries += conflict(column.notNullConflict, "not_null_conflict")
    }
    if column.notNull != .usual {
      let named = column.notNull.name.map { [YAMLEntry("name", name($0))] } ?? []
      entries.append(
        YAMLEntry(
          "not_null",
          .mapping(
            named + flag("no_inherit", column.notNull.isNoInherit)
              + flag("not_valid", column.notNull.isNotValid))))
    }
    if let value = column.defaultValue { entries.append(YAMLEntry("default", sql(value.text))) }
    if let identity = column.identity {
      var inner = [YAMLEntry("mode", .word(identity.mode.rawValue))]
      if let sequence = identity.sequenceName {
        inner.append(YAMLEntry("sequence", name(sequence)))
      }
      inner += persistence(identity.persistence)
      inner += grants(privileges.grants[self.sequence(of: column)] ?? [])
      entries.append(YAMLEntry("identity", .mapping(inner + options(identity.options))))
    }
    if let generation = column.generation {
      entries.append(
        YAMLEntry(
          "generated",
          .mapping([
            YAMLEntry("expression", sql(generation.expression.text)),
            YAMLEntry("storage", .word(generation.storage.rawValue)),
          ])))
    }
    return entries + flag("inherited", column.isInherited) + settings(column.settings)
  }

  func settings(_ settings: ColumnSettings) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    if let word = settings.storage { entries.append(YAMLEntry("storage", .word(word))) }
    if let word = settings.compression { entries.append(YAMLEntry("compression", .word(word))) }
    if let target = settings.statisticsTarget {
      entries.append(YAMLEntry("statistics", .word(String(target))))
    }
    return entries + parameters(settings.options, "options")
      + parameters(settings.serverOptions, "server_options")
  }

  /// What the sequence behind an identity column is called.
  private func sequence(of column: Column) -> ObjectID {
    let usual = PostgresNames.sequence(table: column.id.table.name, column: column.id.name)
    return ObjectID(.sequence, [column.id.path[0], column.identity?.sequenceName ?? usual])
  }

  /// Whether `NOT NULL` is understood from the primary key.
  private func isKey(_ column: Column) -> Bool { keyColumns.contains(column.id) }

  /// A cast of the literal to the column's own type says nothing.
  private func defaultText(_ value: Expression, type: TypeName) -> String {
    guard schema.engine == .postgresql, let tokens = try? syntax.tokens(of: value.text),
      tokens.count > 2, tokens[1].isSymbol("::"),
      syntax.defaultValue(tokens[0].text, type: type) == value
    else { return value.text }
    return tokens[0].text
  }

  /// The shorter of a type's names, where it reads back as the same type.
  func typeText(_ type: TypeName) -> String {
    let canonical = type.canonical.string
    guard schema.engine == .postgresql else {
      // A comment or a line break inside of the type is no part of it.
      let isPlain = !type.text.utf8.contains { $0 < 0x20 || $0 == 0x2D || $0 == 0x2F }
      return isPlain && typeReadsBack(type.text, as: type) ? type.text : canonical
    }
    let short = shortened(canonical)
    return typeReadsBack(short, as: type) ? short : canonical
  }

  private func shortened(_ canonical: String) -> String {
    let prefix = text([searchPath[0]]) + "."
    if canonical.hasPrefix(prefix) { return String(canonical.dropFirst(prefix.count)) }
    var (body, suffix) = (canonical, "")
    if body.hasSuffix("[]") {
      body.removeLast(2)
      suffix = "[]"
    }
    for (kind, short) in [("timestamp", "timestamptz"), ("time", "timetz")] {
      guard body.hasPrefix(kind) else { continue }
      if body.hasSuffix(" with time zone") {
        return short + body.dropFirst(kind.count).dropLast(15) + suffix
      }
      if body.hasSuffix(" without time zone") { return body.dropLast(18) + suffix }
    }
    for (long, short) in [("character varying", "varchar"), ("character(", "char(")]
    where body.hasPrefix(long) {
      return short + body.dropFirst(long.count) + suffix
    }
    return canonical
  }
}

/// What is found out once: columns repeat each other, so what a text reads back as; and where the parts of
/// a relation end, since those of the next one follow.
final class WritingCache: Sendable {
  private struct Known {
    var columns: [ExactText: ColumnText?] = [:]
    var types: [ExactText: TypeName?] = [:]
    var ends: [Int] = []
  }

  private let known = Mutex(Known())

  func parts(
    _ kind: ObjectKind, of relation: ObjectID, in schema: Schema
  ) -> ArraySlice<SchemaObject> {
    known.withLock { known in
      if known.ends.isEmpty { known.ends = Array(repeating: 0, count: ObjectKind.allCases.count) }
      let parts = schema.objects(of: kind, under: relation.path, near: known.ends[kind.rank])
      known.ends[kind.rank] = parts.endIndex
      return parts
    }
  }

  func columnText(_ text: String, _ syntax: any EngineSyntax) -> ColumnText? {
    if let known = known.withLock({ $0.columns[ExactText(text)] }) { return known }
    let parsed = try? ColumnText(text, syntax: syntax)
    known.withLock { $0.columns[ExactText(text)] = .some(parsed) }
    return parsed
  }

  func typeName(
    _ text: String, _ syntax: any EngineSyntax, _ context: TypeContext
  ) -> TypeName? {
    if let known = known.withLock({ $0.types[ExactText(text)] }) { return known }
    let type = try? syntax.typeName(text, in: context)
    known.withLock { $0.types[ExactText(text)] = .some(type) }
    return type
  }
}
