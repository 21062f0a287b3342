/// A function, procedure or aggregate. Its id ends with the types of its input arguments (`integer, text`), since a
/// name alone is not enough.
package struct Routine: Describable {
  package struct Argument: Hashable, Sendable, Codable {
    package enum Mode: String, Hashable, Sendable, Codable {
      case input = "in"
      case output = "out"
      case both = "inout"
      case variadic
      /// A column of `RETURNS TABLE (…)`.
      case table
    }

    package var mode: Mode
    package var name: Identifier?
    package var type: TypeName
    package var defaultValue: Expression?

    package init(
      mode: Mode = .input, name: Identifier? = nil, type: TypeName, defaultValue: Expression? = nil
    ) {
      self.mode = mode
      self.name = name
      self.type = type
      self.defaultValue = defaultValue
    }

    /// Whether the argument's type is part of the routine's identity.
    package var isInput: Bool {
      switch mode {
      case .input, .both, .variadic: true
      case .output, .table: false
      }
    }

    package var value: FieldValue {
      .record([
        Field("mode", mode == .input ? nil : mode.rawValue), Field("name", name),
        Field("type", type), Field("default", defaultValue),
      ])
    }
  }

  package enum Volatility: String, Hashable, Sendable, Codable { case immutable, stable, volatile }
  package enum Parallel: String, Hashable, Sendable, Codable { case unsafe, restricted, safe }

  /// What it does.
  package enum Body: Hashable, Sendable, Codable {
    /// A string that the language reads: kept as it is, byte for byte.
    case text(ExactText)
    /// `RETURN …` or `BEGIN ATOMIC … END`, which the server parses and prints (PostgreSQL 14).
    case standard(Expression)
    /// A C function: file and symbol.
    case library(file: ExactText, symbol: ExactText)
    /// An aggregate: the list of `CREATE AGGREGATE`, `SFUNC = …, STYPE = …`.
    case aggregate(ExactText)
  }

  package var id: ObjectID
  package var isProcedure: Bool
  package var arguments: [Argument]
  /// Nil for a procedure, and where `RETURNS TABLE` says it.
  package var returns: TypeName?
  package var returnsSet: Bool
  package var language: Identifier
  package var body: Body
  package var isWindow: Bool
  package var volatility: Volatility
  package var isStrict: Bool
  package var isSecurityDefiner: Bool
  package var isLeakproof: Bool
  package var parallel: Parallel
  /// Nil: what the language's functions cost by default.
  package var cost: ExactText?
  package var rows: ExactText?
  /// A planner support function.
  package var support: ExactText?
  /// `TRANSFORM FOR TYPE`: the types.
  package var transforms: [TypeName]
  /// `SET name TO value` as `name=value`, sorted.
  /// Of an ordered-set aggregate, how many arguments stand before `ORDER BY`.
  package var directArguments: Int64?
  package var settings: [ExactText]
  /// The settings in the order of the catalog, which dumps keep.
  @Incidental package var settingOrder: [ExactText]?

  package init(
    id: ObjectID, isProcedure: Bool = false, arguments: [Argument] = [], returns: TypeName? = nil,
    returnsSet: Bool = false, language: Identifier, body: Body, isWindow: Bool = false,
    volatility: Volatility = .volatile, isStrict: Bool = false, isSecurityDefiner: Bool = false,
    isLeakproof: Bool = false, parallel: Parallel = .unsafe, cost: ExactText? = nil,
    rows: ExactText? = nil, support: ExactText? = nil, transforms: [TypeName] = [],
    directArguments: Int64? = nil, settings: [ExactText] = [],
    settingOrder: [ExactText]? = nil
  ) {
    self.id = id
    self.isProcedure = isProcedure
    self.arguments = arguments
    self.returns = returns
    self.returnsSet = returnsSet
    self.language = language
    self.body = body
    self.isWindow = isWindow
    self.volatility = volatility
    self.isStrict = isStrict
    self.isSecurityDefiner = isSecurityDefiner
    self.isLeakproof = isLeakproof
    self.parallel = parallel
    self.cost = cost
    self.rows = rows
    self.support = support
    self.transforms = transforms
    self.directArguments = directArguments
    self.settings = settings
    _settingOrder = Incidental(wrappedValue: settingOrder)
  }

  /// The id of a routine by its name and input types.
  package static func id(
    schema: Identifier, name: Identifier, arguments: [Argument]
  ) -> ObjectID {
    let types = arguments.filter(\.isInput).map { $0.type.canonical.string }
    return ObjectID(.function, [schema, name, Identifier(types.joined(separator: ", "))])
  }

  package var requires: [ObjectID] {
    (id.namespace.map { [.namespace($0)] } ?? []) + arguments.compactMap(\.type.object)
      + (returns?.object.map { [$0] } ?? [])
  }

  package var fields: [Field] {
    [
      Field("procedure", isProcedure), Field("arguments", .list(arguments.map(\.value))),
      Field("returns", returns.map { .text($0.canonical) } ?? .absent),
      Field("returns_set", returnsSet), Field("language", language), Field("body", bodyValue),
      Field("window", isWindow),
      Field("volatility", volatility == .volatile ? nil : volatility.rawValue),
      Field("strict", isStrict), Field("security_definer", isSecurityDefiner),
      Field("leakproof", isLeakproof),
      Field("parallel", parallel == .unsafe ? nil : parallel.rawValue),
      Field("cost", cost?.string), Field("rows", rows?.string), Field("support", support?.string),
      Field("transforms", texts: transforms.map(\.canonical)),
      Field("direct_arguments", directArguments),
      Field("settings", .list(settings.map { .text($0) })),
    ]
  }

  private var bodyValue: FieldValue {
    switch body {
    case .text(let text): .text(text)
    case .standard(let expression): .expression(expression)
    case .library(let file, let symbol): .list([.text(file), .text(symbol)])
    case .aggregate(let definition): .list([.text("aggregate"), .text(definition)])
    }
  }

  package func mappingExpressions(_ transform: (Expression) -> Expression) -> Routine {
    var copy = self
    for index in copy.arguments.indices {
      copy.arguments[index].defaultValue = copy.arguments[index].defaultValue.map(transform)
    }
    if case .standard(let expression) = body { copy.body = .standard(transform(expression)) }
    return copy
  }

  package func renamed(by names: Renaming) -> Routine {
    var copy = self
    for index in copy.arguments.indices {
      copy.arguments[index].type = names.type(copy.arguments[index].type)
    }
    copy.returns = returns.map { names.type($0) }
    let moved = names(id)
    copy.id = Routine.id(schema: moved.path[0], name: moved.name, arguments: copy.arguments)
    return copy
  }
}
