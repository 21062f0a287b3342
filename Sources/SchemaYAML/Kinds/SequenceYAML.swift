import SQLText
import SchemaModel

extension SchemaBuilder {
  mutating func readSequence(_ declaration: Declaration) {
    let id = declaration.id
    let fields = nodes.fields(
      declaration.pair.value, SchemaKeys.sequence, of: "sequence '\(shown(id))'")
    let options = sequenceOptions(fields, type: fields.word("type") ?? "bigint")
    readCommon(fields, of: id)
    var sequence = Sequence(id: id, options: options)
    if let node = fields["owned_by"], let text = fields.text("owned_by") {
      sequence.ownedBy = owner(text, at: node)
    }
    sequence.persistence = persistence(fields)
    objects.append(.sequence(sequence))
  }

  func persistence(_ fields: Fields) -> SequencePersistence? {
    fields.word("persistence").flatMap { SequencePersistence(rawValue: $0) }
  }

  /// `table.column` or `schema.table.column`.
  private mutating func owner(_ text: String, at node: YAMLNode) -> ObjectID? {
    guard let path = path(text, at: node) else { return nil }
    guard path.count == 2 || path.count == 3 else {
      nodes.report(node.mark, "'owned_by' is table.column, this is '\(text)'")
      return nil
    }
    let table = ObjectID(
      .table, path.count == 3 ? Array(path.prefix(2)) : [searchPath[0], path[0]])
    guard isDeclared(table) else {
      reportMissing(table, at: node.mark)
      return nil
    }
    return table.part(.column, path[path.count - 1])
  }

  /// A table that is needed and not declared.
  mutating func reportMissing(_ table: ObjectID, at mark: YAMLMark) {
    let known = (declarations[.table] ?? []).map { shown($0.id) }
    let nearest = nearestName(to: shown(table), among: known)
    nodes.report(
      mark, "there is no table '\(shown(table))'",
      suggestion: nearest.map { "did you mean '\($0)'?" })
  }

  /// The options of a sequence or identity, what is not given at its default.
  mutating func sequenceOptions(_ fields: Fields, type: String) -> SequenceOptions {
    let increment = fields.integer("increment") ?? 1
    if increment == 0 { nodes.report(fields.keyMark("increment"), "'increment' cannot be 0") }
    var options = SequenceOptions.defaults(type: type, increment: increment)
    options.minimum = fields.integer("minimum") ?? options.minimum
    options.maximum = fields.integer("maximum") ?? options.maximum
    options.start =
      fields.integer("start") ?? (increment < 0 ? options.maximum : options.minimum)
    options.cache = fields.integer("cache") ?? 1
    options.cycles = fields.flag("cycle")
    let largest = SequenceOptions.defaults(type: type).maximum
    let smallest = -largest - 1
    for name in ["minimum", "maximum"] {
      if let value = fields.integer(name), value > largest || value < smallest {
        nodes.report(fields.keyMark(name), "'\(name)' is outside of the values of \(type)")
      }
    }
    if options.minimum >= options.maximum {
      nodes.report(
        fields.keyMark("minimum"), "'minimum' is not less than 'maximum' (\(options.maximum))")
    } else if options.start < options.minimum || options.start > options.maximum {
      nodes.report(
        fields.keyMark("start"),
        "'start' is not between \(options.minimum) and \(options.maximum)")
    }
    if options.cache < 1 { nodes.report(fields.keyMark("cache"), "'cache' is at least 1") }
    return options
  }
}

extension SchemaWriter {
  func sequence(_ object: SchemaObject) -> YAMLValue {
    guard case .sequence(let sequence) = object else { return .null }
    var entries: [YAMLEntry] = []
    if sequence.options.type != "bigint" {
      entries.append(YAMLEntry("type", .word(sequence.options.type)))
    }
    entries += options(sequence.options)
    if let owner = sequence.ownedBy {
      entries.append(
        YAMLEntry("owned_by", .text(text(owner.table.path) + "." + text(owner.name))))
    }
    entries += persistence(sequence.persistence) + common(sequence.id)
    return entries.isEmpty ? .null : .mapping(entries)
  }

  func persistence(_ persistence: SequencePersistence?) -> [YAMLEntry] {
    persistence.map { [YAMLEntry("persistence", .word($0.rawValue))] } ?? []
  }

  /// What differs from the defaults of such a sequence.
  func options(_ options: SequenceOptions) -> [YAMLEntry] {
    let usual = SequenceOptions.defaults(type: options.type, increment: options.increment)
    let usualStart = options.increment < 0 ? options.maximum : options.minimum
    var entries: [YAMLEntry] = []
    func add(_ key: String, _ value: Int64, unless usual: Int64) {
      if value != usual { entries.append(YAMLEntry(key, .word(String(value)))) }
    }
    add("start", options.start, unless: usualStart)
    add("increment", options.increment, unless: 1)
    add("minimum", options.minimum, unless: usual.minimum)
    add("maximum", options.maximum, unless: usual.maximum)
    add("cache", options.cache, unless: 1)
    return entries + flag("cycle", options.cycles)
  }

  /// The columns that `serial` says everything of: default name, owner and options, nothing else.
  static func serials(
    in schema: Schema, said: Set<ObjectID>
  ) -> ([ObjectID: SerialType], Set<ObjectID>) {
    guard schema.engine == .postgresql else { return ([:], []) }
    let syntax = PostgresSyntax()
    var serials: [ObjectID: SerialType] = [:]
    var sequences: Set<ObjectID> = []
    for case .sequence(let sequence) in schema.objects(of: .sequence) {
      guard let owner = sequence.ownedBy, case .column(let column)? = schema[owner],
        let serial = SerialType(integerType: column.type.canonical.string),
        sequence.options == .defaults(type: serial.type), sequence.persistence == nil,
        !column.isNullable,
        sequence.id.path[0] == owner.path[0],
        sequence.id.name == PostgresNames.sequence(table: owner.table.name, column: owner.name),
        !said.contains(sequence.id), schema.renamedFrom[sequence.id] == nil,
        column.identity == nil, column.generation == nil,
        let value = column.defaultValue,
        value == syntax.defaultValue(serial.defaultText(sequence.id), type: column.type)
      else { continue }
      serials[owner] = serial
      sequences.insert(sequence.id)
    }
    return (serials, sequences)
  }
}
