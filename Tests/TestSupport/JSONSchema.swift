package import Foundation

/// A JSON Schema, as far as the schemas of this project go. A keyword that it does not know is a complaint:
/// nothing passes because nobody looked.
package struct JSONSchema {
  private let root: [String: Any]
  private static let words: Set<String> = [
    "$schema", "$id", "title", "description", "definitions", "$ref", "type", "enum", "const",
    "required",
    "properties", "additionalProperties", "items", "oneOf", "anyOf", "minimum", "default",
    "examples", "uniqueItems",
  ]

  package init(_ data: Data) throws {
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Of what Kedge writes of SARIF 2.1.0.
  package static func sarif() throws -> JSONSchema {
    try JSONSchema(Data(contentsOf: Repository.url("fixtures/sarif.schema.json")))
  }

  /// What is wrong with the document, a line each.
  package func complaints(about document: Data) throws -> [String] {
    let value = try JSONSerialization.jsonObject(with: document, options: .fragmentsAllowed)
    return check(value, root, at: "$")
  }

  private func check(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
    var found = schema.keys.filter { !Self.words.contains($0) }.map {
      "\(place): the schema has a keyword '\($0)' that the test does not know"
    }
    if let reference = schema["$ref"] as? String {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      let definitions = root["definitions"] as? [String: Any]
      guard let target = definitions?[name] as? [String: Any] else {
        return found + ["\(place): there is no definition \(name)"]
      }
      found += check(value, target, at: place)
    }
    if let type = schema["type"] as? String, !Self.isOf(type, value) {
      return found + ["\(place): not of type \(type)"]
    }
    if let constant = schema["const"], !Self.isSame(constant, value) {
      found.append("\(place): not \(constant)")
    }
    if let values = schema["enum"] as? [Any], !values.contains(where: { Self.isSame($0, value) }) {
      found.append("\(place): \(value) is none of the values")
    }
    if let minimum = schema["minimum"] as? Double, let number = value as? Double, number < minimum {
      found.append("\(place): \(number) is under \(minimum)")
    }
    for word in ["oneOf", "anyOf"] {
      guard let choices = schema[word] as? [[String: Any]] else { continue }
      let answers = choices.map { check(value, $0, at: place) }
      let fitting = answers.count(where: \.isEmpty)
      if fitting == 0 { found += answers.min { $0.count < $1.count } ?? [] }
      if word == "oneOf", fitting > 1 { found.append("\(place): fits \(fitting) of oneOf") }
    }
    if let object = value as? [String: Any] { found += check(object: object, schema, at: place) }
    if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
      for (index, item) in list.enumerated() {
        found += check(item, items, at: "\(place)[\(index)]")
      }
      if schema["uniqueItems"] as? Bool == true,
        NSSet(array: list).count < list.count
      {
        found.append("\(place): the same item twice")
      }
    }
    return found
  }

  private func check(
    object: [String: Any], _ schema: [String: Any], at place: String
  ) -> [String] {
    var found: [String] = []
    let properties = schema["properties"] as? [String: Any] ?? [:]
    for name in schema["required"] as? [String] ?? [] where object[name] == nil {
      found.append("\(place): '\(name)' is missing")
    }
    for (name, value) in object {
      if let part = properties[name] as? [String: Any] {
        found += check(value, part, at: "\(place).\(name)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(place): '\(name)' is not in the schema")
      } else if let part = schema["additionalProperties"] as? [String: Any] {
        found += check(value, part, at: "\(place).\(name)")
      }
    }
    return found
  }

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    let number = value as? NSNumber
    let isFlag = number.map { isBoolean($0) } ?? false
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "boolean": return isFlag
    case "integer":
      return !isFlag && number.map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
    case "number": return !isFlag && number != nil
    case "null": return value is NSNull
    default: return false
    }
  }

  /// `true` is an `NSNumber`, too.
  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
  }

  private static func isSame(_ left: Any, _ right: Any) -> Bool {
    if let left = left as? String, let right = right as? String { return left == right }
    if let left = left as? NSNumber, let right = right as? NSNumber { return left == right }
    return false
  }
}
