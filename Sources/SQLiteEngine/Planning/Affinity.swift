import SQLText
import SchemaModel

/// What SQLite makes of a declared type (sqlite.org/datatype3.html, 3.1). INTEGER is NUMERIC here: a column
/// of one stores and compares as one of the other.
enum Affinity {
  case text, blob, real, numeric

  /// ANY is a word like others, unless the table is STRICT: then it takes everything as it comes.
  init(_ type: TypeName, isStrict: Bool) {
    let name = type.canonical.string
    if name.contains("int") {
      self = .numeric
    } else if ["char", "clob", "text"].contains(where: name.contains) {
      self = .text
    } else if name.isEmpty || name.contains("blob") || (isStrict && name == "any") {
      self = .blob
    } else if ["real", "floa", "doub"].contains(where: name.contains) {
      self = .real
    } else {
      self = .numeric
    }
  }

  /// What a column of this affinity stores when it is given a value. The result has no affinity that could
  /// be relied on.
  func stored(_ value: SQL) -> SQL {
    switch self {
    case .blob: value
    case .text:
      """
      CASE WHEN typeof(\(value)) IN ('integer', 'real') THEN CAST(\(value) AS TEXT) ELSE \(value) END
      """
    case .numeric:
      """
      CASE WHEN typeof(\(value)) = 'text' AND CAST(\(value) AS NUMERIC) = \(value) \
      THEN CAST(\(value) AS NUMERIC) \
      WHEN typeof(\(value)) = 'real' AND CAST(\(value) AS INTEGER) = \(value) \
      THEN CAST(\(value) AS INTEGER) ELSE \(value) END
      """
    case .real:
      """
      CASE WHEN typeof(\(value)) = 'integer' \
      OR typeof(\(value)) = 'text' AND CAST(\(value) AS NUMERIC) = \(value) \
      THEN CAST(\(value) AS REAL) ELSE \(value) END
      """
    }
  }

  /// What a column of this affinity stores, as an expression that compares as the column does. CAST has an
  /// affinity, but changes what a column lets pass ('abc' in a numeric one); a scalar subquery has that of
  /// its last SELECT, whichever gives the value.
  func typed(_ value: SQL) -> SQL {
    let type: SQL
    switch self {
    case .blob: return "+\(value)"
    case .text: type = "TEXT"
    case .numeric: type = "NUMERIC"
    case .real: type = "REAL"
    }
    return "(SELECT \(stored(value)) UNION ALL SELECT CAST(NULL AS \(type)) WHERE 0)"
  }
}
