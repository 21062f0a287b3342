import SQLText
import SchemaModel

/// A column's type, taken apart as far as a value for it can be written.
indirect enum SeedType {
  /// By its words without modifier, and the numbers of the modifier: `numeric`, [10, 2].
  case builtin(String, [Int])
  case enumeration([String])
  case array(SeedType)
  case composite([SeedType])
  case range(SeedType)
  case multirange(SeedType)
  /// A type of an extension, or one made by hand: only its name is known.
  case other(String)

  /// Domains are seen through; `domains` gathers them, since their checks hold too.
  static func resolve(
    _ type: TypeName, in schema: Schema, domains: inout [Domain], depth: Int = 0
  ) -> SeedType {
    guard schema.engine == .postgresql else { return .builtin(type.canonical.string, []) }
    let text = type.canonical.string
    if text.hasSuffix("[]"), depth < 8 {
      let element = TypeName(String(text.dropLast(2)), object: type.object)
      return .array(resolve(element, in: schema, domains: &domains, depth: depth + 1))
    }
    guard let id = type.object else { return named(text) }
    guard depth < 8, let object = schema[id] else { return .other(text) }
    if case .enumType(let value) = object { return .enumeration(value.values.map(\.string)) }
    if case .domain(let domain) = object {
      domains.append(domain)
      return resolve(domain.type, in: schema, domains: &domains, depth: depth + 1)
    }
    if case .compositeType(let value) = object {
      return .composite(
        value.attributes.map {
          resolve($0.type, in: schema, domains: &domains, depth: depth + 1)
        })
    }
    if case .table(let table) = object {
      return .composite(
        schema.allColumns(of: table).map {
          resolve($0.type, in: schema, domains: &domains, depth: depth + 1)
        })
    }
    if case .defined(let range) = object, let subtype = range["subtype"]?.type {
      let element = resolve(subtype, in: schema, domains: &domains, depth: depth + 1)
      return text.hasSameBytes(as: QualifiedName.text(id.path))
        ? .range(element) : .multirange(element)
    }
    return .other(text)
  }

  private static func named(_ text: String) -> SeedType {
    let (name, modifier) = split(text)
    switch name {
    case "int4range": return .range(.builtin("integer", []))
    case "int8range": return .range(.builtin("bigint", []))
    case "numrange": return .range(.builtin("numeric", []))
    case "daterange": return .range(.builtin("date", []))
    case "tsrange": return .range(.builtin("timestamp without time zone", []))
    case "tstzrange": return .range(.builtin("timestamp with time zone", []))
    case "int4multirange": return .multirange(.builtin("integer", []))
    case "int8multirange": return .multirange(.builtin("bigint", []))
    case "nummultirange": return .multirange(.builtin("numeric", []))
    case "datemultirange": return .multirange(.builtin("date", []))
    case "tsmultirange": return .multirange(.builtin("timestamp without time zone", []))
    case "tstzmultirange": return .multirange(.builtin("timestamp with time zone", []))
    default: return name.utf8.contains(UInt8(ascii: ".")) ? .other(name) : .builtin(name, modifier)
    }
  }

  /// `timestamp(3) with time zone` is `timestamp with time zone` and 3.
  private static func split(_ text: String) -> (String, [Int]) {
    guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") else {
      return (text, [])
    }
    let numbers = text[text.index(after: open)..<close].split(separator: ",").compactMap {
      Int(String($0).trimmingSpace)
    }
    return (String(text[..<open]) + String(text[text.index(after: close)...]), numbers)
  }
}
