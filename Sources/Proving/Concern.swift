import Migrations
import SQLText
import SchemaDiff
import SchemaModel
import Seeding

/// Which tables a migration is about.
enum Concern {
  /// Tables that differ between the schemas, that the texts name, whose types change, and those that
  /// reference any of these.
  static func tables(
    before: Schema, after: Schema, scripts: [MigrationScript]
  ) throws -> Set<ObjectID> {
    let changed = try changedIDs(before: before, after: after)
    let words = words(of: scripts, before.engine)
    var tables: Set<ObjectID> = []
    for object in before.objects(of: .table) {
      let isNamed = words.contains(object.id.name)
      if isNamed || changed.contains(object.id) || isTouched(object.id, changed, before) {
        tables.insert(before.root(of: object.id))
      }
    }
    for case .foreignKey(let key) in before.objects(of: .foreignKey)
    where tables.contains(before.root(of: key.referencedTable)) {
      tables.insert(before.root(of: key.id.table))
    }
    return tables
  }

  /// Of the tables of a migration those that a schema has; new ones too.
  static func tables(of schema: Schema, among known: Set<ObjectID>, before: Schema) -> [ObjectID] {
    schema.objects(of: .table).map(\.id).filter { id in
      schema.root(of: id) == id && (known.contains(id) || !before.contains(id))
    }
  }

  private static func changedIDs(before: Schema, after: Schema) throws -> Set<ObjectID> {
    var ids: Set<ObjectID> = []
    for change in try Differ.difference(from: before, to: after, renames: []).changes {
      let id = change.id
      ids.insert(id)
      ids.insert(id.kind.isPartOfRelation ? id.table : id)
    }
    return ids
  }

  /// Whether a column's type is among what changes.
  private static func isTouched(
    _ table: ObjectID, _ changed: Set<ObjectID>, _ schema: Schema
  ) -> Bool {
    schema.objects(of: .column, under: table.path).contains { object in
      guard case .column(let column) = object, let type = column.type.object else { return false }
      return changed.contains(type)
    }
  }

  private static func words(
    of scripts: [MigrationScript], _ engine: EngineName
  ) -> Set<Identifier> {
    let rules: LexicalRules = engine == .postgresql ? .postgresql : .sqlite
    var words: Set<Identifier> = []
    for script in scripts {
      guard let tokens = try? Lexer.tokens(of: script.text, rules: rules) else { continue }
      for token in tokens where token.kind == .word || token.kind == .quotedName {
        let folds = token.kind == .word && rules.foldsToLowerCase
        words.insert(
          Identifier(folds ? token.text.asciiLowercased : token.unquoted, in: engine))
      }
    }
    return words
  }
}
