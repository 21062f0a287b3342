import Planning
import SQLText
import SchemaModel

/// Storage, compression, statistics target and options of columns.
enum ColumnSettingSteps {
  static func statements(
    _ column: Column, from old: ColumnSettings, serverVersion: Int
  ) -> [Statement] {
    let new = column.settings
    guard old != new else { return [] }
    var statements: [Statement] = []
    // Statistics of children are their own, though PostgreSQL would set them along.
    func run(_ clause: SQL, _ lock: LockMode, only: Bool = false) {
      let table: SQL =
        only ? "ONLY \(path: column.id.relationPath)" : "\(path: column.id.relationPath)"
      statements.append(
        Statement(
          "ALTER TABLE \(table) ALTER COLUMN \(column.id.name) \(clause)",
          lock: lock))
    }
    if old.storage != new.storage {
      let word = new.storage ?? usualStorage(of: column.type, serverVersion)
      run("SET STORAGE \(.verbatim(word))", .accessExclusive)
    }
    if old.compression != new.compression {
      run("SET COMPRESSION \(.verbatim(new.compression ?? "default"))", .accessExclusive)
    }
    if old.statisticsTarget != new.statisticsTarget {
      run("SET STATISTICS \(new.statisticsTarget ?? -1)", .shareUpdateExclusive, only: true)
    }
    let names = Set(new.options.map(TableSteps.name))
    let gone = old.options.map(TableSteps.name).filter { !names.contains($0) }
    if !gone.isEmpty {
      run("RESET (\(.verbatim(gone.joined(separator: ", "))))", .shareUpdateExclusive)
    }
    let changed = new.options.filter { !old.options.contains($0) }
    if !changed.isEmpty {
      run("SET (\(TableSteps.parameters(changed)))", .shareUpdateExclusive)
    }
    let options = ServerOptions.changes(from: old.serverOptions, to: new.serverOptions)
    if !options.isEmpty {
      let path = column.id.relationPath
      statements.append(
        Statement(
          "ALTER FOREIGN TABLE \(path: path) ALTER COLUMN \(column.id.name)\(options)",
          lock: .accessExclusive))
    }
    return statements
  }

  /// What the type has (`pg_type.typstorage`); version 16 has a word for it.
  private static func usualStorage(of type: TypeName, _ serverVersion: Int) -> String {
    if serverVersion >= 160_000 { return "DEFAULT" }
    let name = type.canonical.string
    if name.hasSuffix("[]") { return "extended" }
    if name.hasPrefix("numeric") || name == "inet" || name == "cidr" { return "main" }
    let fixed: Set<String> = [
      "smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "uuid",
      "money",
      "oid", "name", "\"char\"", "interval", "point", "box", "line", "lseg", "circle", "macaddr",
      "macaddr8", "tsquery",
    ]
    if fixed.contains(name) || name.hasPrefix("timestamp") || name.hasPrefix("time ")
      || name.hasPrefix("interval")
    {
      return "plain"
    }
    return "extended"
  }
}
