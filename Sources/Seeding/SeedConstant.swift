import SQLText
import SchemaModel

/// Turns a candidate into a constant of SQL.
enum SeedConstant {
  /// Nil: better left out.
  static func text(
    _ candidate: Candidate, for column: SeedColumn, _ n: Int, isStrict: Bool, engine: EngineName
  ) -> String? {
    switch engine {
    case .postgresql:
      if candidate == .null { return "NULL" }
      guard let text = postgres(candidate, column.type, n) else {
        return column.hasDefault ? nil : "NULL"
      }
      return Quoting.literal(text)
    case .sqlite: return sqlite(candidate, column.typeName, isStrict: isStrict, n)
    }
  }

  // MARK: - PostgreSQL

  /// The text form, which the server reads as the column's type.
  private static func postgres(_ candidate: Candidate, _ type: SeedType, _ n: Int) -> String? {
    switch candidate {
    case .natural: return PostgresValues.text(type, n)
    case .null: return nil
    case .text(let text): return container(type, holding: text, n)
    case .pattern(let pattern): return container(type, holding: pattern.sample(n), n)
    case .number(let base, let step): return container(type, holding: number(base, step, n), n)
    case .length(let length): return postgres(length: length, type, n)
    }
  }

  /// A constant for an element of an array is meant for an array of it.
  private static func container(_ type: SeedType, holding text: String, _ n: Int) -> String? {
    switch type {
    case .builtin, .enumeration, .other: text
    case .array:
      text.utf8.first == UInt8(ascii: "{") ? text : "{" + PostgresValues.quoted(text) + "}"
    case .composite, .range, .multirange: PostgresValues.text(type, n)
    }
  }

  private static func postgres(length: Int, _ type: SeedType, _ n: Int) -> String? {
    switch type {
    case .array(let element):
      let elements = (0..<min(length, 64)).map { PostgresValues.text(element, n + $0) ?? "" }
      return "{"
        + elements.map(PostgresValues.quoted).joined(separator: PostgresValues.delimiter(element))
        + "}"
    case .builtin("bytea", _):
      let digits = PostgresValues.hexadecimal(n, digits: min(2 * length, 16))
      return "\\x" + String(repeating: "0", count: max(0, 2 * length - 16)) + digits
    case .builtin("bit varying", _):
      return String(repeating: n % 2 == 0 ? "0" : "1", count: length)
    case .builtin("smallint", _), .builtin("integer", _), .builtin("bigint", _),
      .builtin("numeric", _):
      return digits(length, n)
    case .builtin, .other: return PostgresValues.word(n, length: length)
    case .enumeration, .composite, .range, .multirange: return PostgresValues.text(type, n)
    }
  }

  // MARK: - SQLite

  private static func sqlite(
    _ candidate: Candidate, _ type: String, isStrict: Bool, _ n: Int
  ) -> String {
    let isText = type.isEmpty || ["char", "clob", "text"].contains(where: type.contains)
    switch candidate {
    case .natural: return SQLiteValues.constant(type, isStrict: isStrict, n)
    case .null: return "NULL"
    case .text(let text): return Quoting.literal(text)
    case .pattern(let pattern): return Quoting.literal(pattern.sample(n))
    case .number(let base, let step):
      let text = number(base, step, n)
      return isText ? Quoting.literal(text) : text
    case .length(let length):
      if type.contains("blob") {
        let digits = PostgresValues.hexadecimal(n, digits: min(2 * length, 16))
        return "x'" + String(repeating: "0", count: max(0, 2 * length - 16)) + digits + "'"
      }
      return type.contains("int")
        ? digits(length, n)
        : Quoting.literal(PostgresValues.word(n, length: length))
    }
  }

  // MARK: - Numbers

  private static func number(_ base: Double, _ step: Int, _ n: Int) -> String {
    let value = base + Double(step * n)
    guard value == value.rounded(), value.magnitude < 1e15 else { return String(value) }
    return String(Int64(value))
  }

  /// A number of so many digits.
  private static func digits(_ length: Int, _ n: Int) -> String {
    let tail = String(n).suffix(max(length - 1, 0))
    return "1" + String(repeating: "0", count: max(0, length - 1 - tail.utf8.count)) + tail
  }
}
