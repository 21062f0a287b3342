import SQLText
import SchemaModel

/// Values for SQLite's columns as SQL constants: by the words of the type, since SQLite itself goes by them.
enum SQLiteValues {
  static func constant(_ type: String, isStrict: Bool, _ n: Int) -> String {
    if isStrict, type == "any" { return "'value \(n)'" }
    // As SQLite decides an affinity (sqlite.org/datatype3.html, 3.1), with the habits of people on top.
    if type.contains("bool") { return String(n % 2) }
    if type.contains("int") { return String(n) }
    if type.contains("char") || type.contains("clob") || type.contains("text") {
      return "'value \(n)'"
    }
    if type.contains("blob") { return "x'" + PostgresValues.hexadecimal(n, digits: 8) + "'" }
    if type.contains("real") || type.contains("floa") || type.contains("doub") { return "\(n).5" }
    if type.contains("datetime") || type.contains("timestamp") {
      return "'\(PostgresValues.date(n)) \(PostgresValues.time(n))'"
    }
    if type.contains("date") { return "'\(PostgresValues.date(n))'" }
    if type.contains("time") { return "'\(PostgresValues.time(n))'" }
    if type.contains("json") { return "'{\"n\": \(n)}'" }
    if type.contains("uuid") {
      return "'00000000-0000-4000-8000-\(PostgresValues.hexadecimal(n, digits: 12))'"
    }
    if type.contains("dec") || type.contains("num") { return "\(n).5" }
    return type.isEmpty ? "'value \(n)'" : String(n)
  }
}
