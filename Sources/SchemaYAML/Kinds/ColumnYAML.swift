import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readColumn(
    _ name: Identifier, _ pair: YAMLPair, _ scope: inout TableScope
  ) -> Column? {
    let id = scope.id.part(.column, name)
    var subject: String { "column '\(name.raw)'" }
    switch pair.value.content {
    case .sequence:
      nodes.report(pair.value.mark, "\(subject) is text or a mapping, this is a list")
      return nil
    case .scalar(let text, _):
      let node = pair.value
      guard let parsed = columnText(node.isNull ? "" : text, at: node) else { return nil }
      return column(id, parsed, Fields(mark: node.mark), at: node, &scope)
    case .mapping:
      let fields = nodes.fields(pair.value, SchemaKeys.column, of: subject)
      readCommon(fields, of: id)
      readConversion(fields, of: id)
      let node = fields["type"] ?? pair.key
      guard let parsed = columnText(fields.text("type") ?? "", at: node) else { return nil }
      return column(id, parsed, fields, at: node, &scope)
    }
  }

  mutating func columnText(_ text: String, at node: YAMLNode) -> ColumnText? {
    if let known = columnTexts[ExactText(text)] { return known }
    do throws(SyntaxProblem) {
      let parsed = try ColumnText(text, syntax: syntax)
      columnTexts[ExactText(text)] = parsed
      return parsed
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func column(
    _ id: ObjectID, _ text: ColumnText, _ fields: Fields, at node: YAMLNode,
    _ scope: inout TableScope
  ) -> Column? {
    var text = text
    mergeKeys(fields, into: &text)
    if text.type.isEmpty, engine == .postgresql {
      nodes.report(node.mark, "column '\(id.name.raw)' has no type")
      return nil
    }
    let serial = engine == .postgresql ? SerialType(text.type) : nil
    guard let type = typeName(serial?.type ?? text.type, at: node) else { return nil }

    var column = Column(id: id, type: type, isNullable: !(text.isNotNull ?? false))
    column.notNullConflict = text.notNullConflict
    if let collation = text.collation, !Collations.isDefault(collation, in: engine) {
      column.collation = collation
    }
    if let value = text.defaultValue {
      let place = fields["default"] ?? node
      if expression(value, at: place) != nil {
        column.defaultValue = syntax.defaultValue(value, type: type)
      }
    }
    if let generated = text.generated {
      readGenerated(generated, text.storage, fields, at: node, into: &column)
    }
    column.isInherited = fields.flag("inherited")
    readSettings(fields, into: &column)
    if let mode = text.identity { readIdentity(mode, fields, at: node, into: &column) }
    if let serial { readSerial(serial, text, at: node, into: &column) }
    if column.generation != nil, column.defaultValue != nil || column.identity != nil {
      nodes.report(node.mark, "a generated column has no default and no identity")
    }
    if column.identity != nil, column.defaultValue != nil {
      nodes.report(node.mark, "an identity column has no default")
    }
    scope.inline += text.constraints.map { (id.name, $0, node) }
    return column
  }

  private mutating func readSettings(_ fields: Fields, into column: inout Column) {
    if let node = fields["not_null"], case .mapping = node.content {
      let inner = nodes.fields(node, SchemaKeys.notNull, of: "'not_null'")
      let usual = PostgresNames.make(column.id.table.name.raw, column.id.name.raw, "not_null")
      let name = ownName(inner, "name")
      column.notNull = NotNullConstraint(
        name: name == usual ? nil : name, isNoInherit: inner.flag("no_inherit"),
        isNotValid: inner.flag("not_valid"))
    }
    column.settings = valueSettings(fields)
    column.settings.serverOptions = serverOptions(fields["server_options"])
  }

  mutating func valueSettings(_ fields: Fields) -> ColumnSettings {
    ColumnSettings(
      storage: fields.word("storage"), compression: fields.word("compression"),
      statisticsTarget: fields.integer("statistics"), options: parameters(fields["options"]))
  }

  /// The keys of the mapping form, beside the clauses after its type.
  mutating func mergeKeys(_ fields: Fields, into text: inout ColumnText) {
    func clash(_ isGiven: Bool, _ key: String) -> Bool { isGiven && fields[key] != nil }
    let clashes: [(Bool, String)] = [
      (clash(text.isNotNull != nil, "not_null"), "not_null"),
      (clash(text.defaultValue != nil, "default"), "default"),
      (clash(text.collation != nil, "collate"), "collate"),
      (clash(text.identity != nil, "identity"), "identity"),
      (clash(text.generated != nil, "generated"), "generated"),
    ]
    for (isTwice, key) in clashes where isTwice {
      nodes.report(fields.keyMark(key), "'\(key)' is said in 'type' already")
    }
    if let node = fields["not_null"] {
      text.isNotNull = fields.flag("not_null")
      if case .mapping = node.content { text.isNotNull = true }
    }
    if fields["not_null_conflict"] != nil {
      text.notNullConflict = conflict(fields, "not_null_conflict")
    }
    text.defaultValue = fields.text("default") ?? text.defaultValue
    if let node = fields["collate"], let name = fields.text("collate") {
      do throws(SyntaxProblem) {
        var reader = try ClauseReader(name, syntax: syntax)
        text.collation = try reader.collation()
      } catch {
        report(error, at: node)
      }
    }
    if let word = fields.word("identity") {
      text.identity = word == "always" ? .always : .byDefault
    } else if fields["identity"] != nil {
      text.identity = .byDefault
    }
    if fields["generated"] != nil { text.generated = fields.text("generated") ?? "" }
  }

  mutating func typeName(_ text: String, at node: YAMLNode) -> TypeName? {
    if text.isEmpty { return TypeName("") }
    if let known = typeNames[ExactText(text)] { return known }
    do throws(SyntaxProblem) {
      let type = try syntax.typeName(text, in: types)
      typeNames[ExactText(text)] = type
      return type
    } catch {
      report(error, at: node)
      return nil
    }
  }

  private mutating func readGenerated(
    _ text: String, _ storage: Generation.Storage?, _ fields: Fields, at node: YAMLNode,
    into column: inout Column
  ) {
    var text = text
    var storage = storage
    var place = node
    if let value = fields["generated"] {
      place = value
      if case .mapping = value.content {
        let inner = nodes.fields(value, SchemaKeys.generation, of: "'generated'")
        guard let written = inner.text("expression") else { return }
        text = written
        place = inner["expression"] ?? value
        storage = inner.word("storage").flatMap { Generation.Storage(rawValue: $0) }
      }
    }
    // https://sqlite.org/gencol.html: "If the trailing VIRTUAL/STORED is omitted, VIRTUAL is assumed".
    let assumed: Generation.Storage = engine == .sqlite ? .virtual : .stored
    if let expression = expression(text, at: place) {
      column.generation = Generation(expression: expression, storage: storage ?? assumed)
    }
  }

  private mutating func readIdentity(
    _ mode: Identity.Mode, _ fields: Fields, at node: YAMLNode, into column: inout Column
  ) {
    let type = column.type.canonical.string
    guard ["smallint", "integer", "bigint"].contains(type) else {
      nodes.report(
        node.mark, "an identity column is smallint, integer or bigint, this is '\(type)'")
      return
    }
    var identity = Identity(mode: mode, options: .defaults(type: type))
    if let value = fields["identity"], case .mapping = value.content {
      let inner = nodes.fields(value, SchemaKeys.identity, of: "'identity'")
      identity.mode = inner.word("mode") == "always" ? .always : .byDefault
      identity.options = sequenceOptions(inner, type: type)
      identity.persistence = persistence(inner)
      if let node = inner["sequence"], let text = inner.text("sequence"),
        let name = name(text, at: node)
      {
        let usual = PostgresNames.sequence(
          table: column.id.table.name, column: column.id.name)
        identity.sequenceName = name == usual ? nil : name
      }
      let sequence =
        identity.sequenceName
        ?? PostgresNames.sequence(table: column.id.table.name, column: column.id.name)
      readGrants(
        inner["grants"], on: ObjectID(.sequence, [column.id.path[0], sequence]),
        at: inner.keyMark("grants"))
    }
    column.identity = identity
    column.isNullable = false
  }

  /// https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL
  private mutating func readSerial(
    _ serial: SerialType, _ text: ColumnText, at node: YAMLNode, into column: inout Column
  ) {
    if text.defaultValue != nil || text.identity != nil || text.generated != nil {
      nodes.report(node.mark, "a \(serial.rawValue) column has its default already")
      return
    }
    let table = column.id.table
    let sequence = ObjectID(
      .sequence,
      [table.path[0], PostgresNames.sequence(table: table.name, column: column.id.name)])
    guard claim(sequence, at: node.mark) else { return }
    claimRelation(sequence.path, at: node.mark)
    objects.append(
      .sequence(
        Sequence(
          id: sequence, options: .defaults(type: serial.type), ownedBy: column.id)))
    column.defaultValue = syntax.defaultValue(serial.defaultText(sequence), type: column.type)
    column.isNullable = false
  }
}

/// `serial` and its kin, which are no types but a short form.
enum SerialType: String {
  case smallserial, serial, bigserial

  init?(_ text: String) {
    switch text.asciiLowercased.trimmingSpace {
    case "smallserial", "serial2": self = .smallserial
    case "serial", "serial4": self = .serial
    case "bigserial", "serial8": self = .bigserial
    default: return nil
    }
  }

  init?(integerType: String) {
    switch integerType {
    case "smallint": self = .smallserial
    case "integer": self = .serial
    case "bigint": self = .bigserial
    default: return nil
    }
  }

  var type: String {
    switch self {
    case .smallserial: "smallint"
    case .serial: "integer"
    case .bigserial: "bigint"
    }
  }

  /// As PostgreSQL prints it under an empty search_path.
  func defaultText(_ sequence: ObjectID) -> String {
    "nextval(\(Quoting.literal(Quoting.path(sequence.path)))::regclass)"
  }
}
