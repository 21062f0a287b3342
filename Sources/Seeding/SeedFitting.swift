import SQLText
import SchemaModel

/// Rows that a later schema takes as well: for migrations that say which rows they cannot carry.
extension SeedTable {
  /// Takes over what the later form of the table demands of the columns that are there already.
  mutating func fit(_ later: SeedTable) {
    for index in columns.indices {
      guard let place = later.index(of: columns[index].name) else { continue }
      let wanted = later.columns[place]
      columns[index].isNullable = columns[index].isNullable && wanted.isNullable
      columns[index].type = SeedType.narrower(columns[index].type, wanted.type)
      let known = columns[index].candidates
      columns[index].candidates += wanted.candidates.filter { !known.contains($0) }
    }
    let names = Set(columns.map(\.name))
    keys += later.keys.filter { key in
      key.columns.allSatisfy(names.contains) && !keys.contains { $0.name == key.name }
    }
    references += later.references.filter { reference in
      reference.columns.allSatisfy(names.contains)
        && !references.contains { $0.columns == reference.columns }
    }
    let texts = Set(rules.map { ExactText($0.text) })
    demands = later.rules.filter { rule in
      !rule.text.isEmpty && rule.columns.isSubset(of: names)
        && !texts.contains(ExactText(rule.text))
    }
    rules += demands
  }
}

extension SeedType {
  /// Of two types the one whose values the other takes too, as far as their names tell.
  fileprivate static func narrower(_ one: SeedType, _ other: SeedType) -> SeedType {
    switch (one, other) {
    case (.builtin(let name, let modifier), .builtin(let otherName, let otherModifier)):
      if name == otherName {
        guard let limit = modifier.first, let otherLimit = otherModifier.first else {
          return modifier.isEmpty ? other : one
        }
        return limit <= otherLimit ? one : other
      }
      return takesAnyText(name) ? other : one
    case (.enumeration(let values), .enumeration(let others)):
      let shared = values.filter(others.contains)
      return .enumeration(shared.isEmpty ? values : shared)
    case (.builtin(let name, _), _) where takesAnyText(name): return other
    case (.array(let element), .array(let otherElement)):
      return .array(narrower(element, otherElement))
    default: return one
    }
  }

  private static func takesAnyText(_ name: String) -> Bool {
    ["text", "character varying", "character", "bpchar"].contains(name)
  }
}
