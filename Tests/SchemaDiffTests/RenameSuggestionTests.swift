import SchemaDiff
import SchemaModel
import TestSupport
import Testing

struct RenameSuggestionTests {
  private func suggestions(_ from: [SchemaObject], _ to: [SchemaObject]) throws -> [String] {
    let (old, new) = (try Make.schema(from), try Make.schema(to))
    let difference = try Differ.difference(from: old, to: new, renames: [])
    return RenameSuggestions.suggestions(difference, from: old).map {
      "\($0.from.name) \($0.to.name)"
    }
  }

  @Test func aColumnOfTheSameShape() throws {
    #expect(
      try suggestions(
        Make.table("t", "id integer", "name text"), Make.table("t", "id integer", "full_name text"))
        == ["name full_name"])
  }

  @Test func otherShapesAndSeveralCandidatesAreNoRenames() throws {
    #expect(
      try suggestions(Make.table("t", "a integer"), Make.table("t", "b text")) == [])
    #expect(
      try suggestions(Make.table("t", "a text", "b text"), Make.table("t", "c text")) == [])
  }

  @Test func aTableWithMostOfTheColumns() throws {
    #expect(
      try suggestions(
        Make.table("people", "id integer", "name text", "at date"),
        Make.table("users", "id integer", "name text", "at date", "by integer")) == ["people users"]
    )
  }
}
