import ArgumentParser
import SchemaModel

/// An engine as an argument.
enum EngineChoice: String, ExpressibleByArgument, CaseIterable {
  case postgresql, sqlite

  var name: EngineName {
    switch self {
    case .postgresql: .postgresql
    case .sqlite: .sqlite
    }
  }
}
