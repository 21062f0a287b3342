import Digest
import Glibc
import Planning
import PostgresEngine
import SQLText
import SQLiteEngine
import SchemaDiff
import SchemaModel

// Times the stages between a database and a script, inside one process:
// kedge-benchmark URL, or kedge-benchmark sqlite:FILE. Prints `stage milliseconds`.

let clock = ContinuousClock()

func time<Result: ~Copyable>(_ stage: String, _ work: () throws -> Result) rethrows -> Result {
  let started = clock.now
  let result = try work()
  let (seconds, attoseconds) = started.duration(to: clock.now).components
  print("\(stage) \(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)")
  return result
}

/// The schema with a column more in every hundredth table and another default in every fiftieth.
func changed(_ schema: Schema) throws -> Schema {
  var objects = schema.objects
  for (number, object) in schema.objects(of: .table).enumerated() where number % 100 == 0 {
    objects.append(
      .column(Column(id: object.id.part(.column, Identifier("added")), type: TypeName("text"))))
  }
  var number = 0
  for index in objects.indices {
    guard case .column(var column) = objects[index], column.id.name.raw == "name" else { continue }
    number += 1
    guard number % 50 == 0 else { continue }
    column.defaultValue = Expression(text: "'somebody'", canonical: "'somebody'")
    objects[index] = .column(column)
  }
  return try schema.replacing(objects: objects)
}

/// Reads the database. How long SQLite takes to read its schema for itself is told for comparison.
func read(_ address: String) throws -> (schema: Schema, dialect: any Dialect) {
  if address.hasPrefix("sqlite:") {
    let path = String(address.dropFirst(7))
    let file = SQLiteLocation.file(path: path, access: .readOnly)
    _ = try time("open") { () throws -> SQLiteConnection in try SQLiteConnection.open(file) }
    return (try time("inspect") { try SQLiteInspector.inspect(path: path) }, SQLiteDialect())
  }
  let connection = try PostgresConnection(ConnectionString(address))
  return (try time("inspect") { try PostgresInspector.inspect(connection) }, PostgresDialect())
}

let (schema, dialect) = try read(CommandLine.arguments.dropFirst().first ?? "")
print("objects \(schema.objects.count)")
let target = try time("admit") { try changed(schema) }
let same = try time("diff-same") {
  try Differ.difference(from: schema, to: schema, renames: [])
}
let renames = try time("renames") {
  try RenameHints.renames(from: schema, to: target, byShape: dialect.kindsRenamedByShape)
}
let difference = try time("diff-changed") {
  try Differ.difference(from: schema, to: target, renames: renames)
}
let creation = try Differ.difference(from: .empty(schema.engine), to: schema, renames: [])
_ = try time("plan-changed") {
  try Planner.plan(difference, from: schema, to: target, dialect: dialect)
}
let plan = try time("plan-create-all") {
  try Planner.plan(creation, from: .empty(schema.engine), to: schema, dialect: dialect)
}
let script = time("script-create-all") { dialect.script(plan, options: ScriptOptions()) }
let fingerprint = time("fingerprint") {
  SHA256Digest(of: CanonicalEncoding(schema).bytes).hexadecimal
}
guard same.isEmpty, !difference.isEmpty, !script.isEmpty, fingerprint.utf8.count == 64 else {
  print("wrong answers")
  exit(1)
}
