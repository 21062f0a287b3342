import Foundation
import SchemaModel
import Testing
import TestSupport

/// What must hold of every kind of object; `Samples.objects` carries one or more of each.
struct SampleTests {
  @Test func noKindIsMissing() {
    let present = Set(Samples.objects.map(\.kind))
    #expect(ObjectKind.allCases.filter { !present.contains($0) } == [])
  }

  @Test func idsAreDistinct() {
    #expect(Set(Samples.objects.map(\.id)).count == Samples.objects.count)
  }

  @Test func everyStoredPropertyIsInSomeSample() throws {
    var stored: [ObjectKind: Set<String>] = [:]
    var encoded: [ObjectKind: Set<String>] = [:]
    for object in Samples.objects {
      let labels = Mirror(reflecting: object.value).children.compactMap(\.label)
      stored[object.kind, default: []].formUnion(
        labels.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 })
      encoded[object.kind, default: []].formUnion(try JSON.encode(object).dictionary.keys)
    }
    for kind in ObjectKind.allCases {
      let shown = encoded[kind, default: []].subtracting(["kind"])
      #expect(shown == stored[kind, default: []], "\(kind)")
    }
  }

  @Test(arguments: Samples.objects)
  func aSnapshotGivesTheObjectBack(_ object: SchemaObject) throws {
    let document = try JSON.encode(object)
    let back = try JSON.decode(SchemaObject.self, from: document)
    #expect(back == object)
    #expect(back.fields == object.fields)
    // Equality does not look at incidental properties; their encoding does.
    #expect(try JSON.encode(back) == document)
  }

  @Test(arguments: Samples.objects)
  func everyAttributeIsInTheFieldsOrNamedAsIncidental(_ object: SchemaObject) throws {
    let type = "\(type(of: object.value))"
    let incidental = Samples.incidental[type, default: []]
    let document = try JSON.encode(object)
    for (key, value) in document.dictionary where key != "id" && key != "kind" {
      for mutation in value.mutations() {
        let changed = document.replacing(key, by: mutation.value)
        guard let other = try? JSON.decode(SchemaObject.self, from: changed) else { continue }
        let place = "\(type).\(key)\(mutation.path)"
        if incidental.contains(key) || mutation.isIncidental {
          #expect(other == object, "\(place) is incidental")
          #expect(other.fields == object.fields, "\(place) is incidental")
        } else {
          #expect(other != object, "\(place) takes no part in equality")
          #expect(other.fields != object.fields, "\(place) is not in the fields")
        }
      }
      #expect(
        value.mutations().contains {
          (try? JSON.decode(SchemaObject.self, from: document.replacing(key, by: $0.value))) != nil
        }, "\(type).\(key) could not be changed to anything else")
    }
  }

  @Test(arguments: Samples.objects)
  func everyExpressionIsReachedByTheMapping(_ object: SchemaObject) {
    let marked = object.mappingExpressions { Expression(text: $0.text, canonical: "mapped") }
    for (old, new) in zip(object.fields, marked.fields) {
      for (before, after) in old.value.expressionPairs(with: new.value) {
        #expect(before.canonical != "mapped")
        #expect(after.canonical == "mapped", "\(object.id): \(old.name)")
      }
    }
  }

  @Test func incidentalPropertiesExist() {
    for (type, names) in Samples.incidental {
      let labels = Samples.objects.filter { "\(Swift.type(of: $0.value))" == type }
        .flatMap { Mirror(reflecting: $0.value).children.compactMap(\.label) }
      for name in names { #expect(labels.contains("_" + name), "\(type).\(name)") }
    }
  }

  @Test(arguments: Samples.objects)
  func fieldNamesAreDistinct(_ object: SchemaObject) {
    let names = object.fields.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: Samples.objects)
  func aRenamingOfNothingChangesNothing(_ object: SchemaObject) {
    #expect(object.renamed(by: Renaming([:], in: .postgresql)) == object)
    #expect(object.renamed(by: Renaming([:], in: .postgresql)).id == object.id)
  }
}
