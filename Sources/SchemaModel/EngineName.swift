/// The database engines that Kedge knows.
package enum EngineName: String, Sendable, Hashable, Codable, CaseIterable {
  case postgresql
  case sqlite

  /// The name as people write it.
  package var displayName: String {
    switch self {
    case .postgresql: "PostgreSQL"
    case .sqlite: "SQLite"
    }
  }

  /// The schema that holds what names no schema.
  package var defaultNamespace: String {
    switch self {
    case .postgresql: "public"
    case .sqlite: "main"
    }
  }
}

/// Where a decoder finds the engine whose rule folds the names that it reads.
package enum DecodingContext {
  /// Nil only if the standard library refused the constant.
  package static var engine: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "kedge.engine") }

  package static func engine(of decoder: any Decoder) -> EngineName {
    engine.flatMap { decoder.userInfo[$0] as? EngineName } ?? .postgresql
  }
}
