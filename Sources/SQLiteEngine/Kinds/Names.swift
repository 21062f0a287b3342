import SchemaModel

/// How names of SQLite become names of the model.
enum SQLiteNames {
  /// The schema that every object of the model is in.
  static let main = Identifier("main", in: .sqlite)

  static func identifier(_ raw: String) -> Identifier { Identifier(raw, in: .sqlite) }
  static func identifier(_ name: SQLiteName) -> Identifier { Identifier(name.value, in: .sqlite) }

  static func table(_ name: Identifier) -> ObjectID { ObjectID(.table, [main, name]) }
  static func virtualTable(_ name: Identifier) -> ObjectID {
    ObjectID(.virtualTable, [main, name])
  }
  static func view(_ name: Identifier) -> ObjectID { ObjectID(.view, [main, name]) }

  /// A collation in one spelling; BINARY is what there is without one.
  static func collation(_ name: SQLiteName?) -> String? {
    guard let name else { return nil }
    let upper = SQLiteKeywords.upper(name.value)
    return upper == "BINARY" ? nil : upper
  }
}

/// Why a statement cannot become objects of the model, although its grammar is understood.
struct DecodingProblem: Error {
  let message: String
}
