import Foundation
import SchemaModel
import Testing
import TestSupport

/// The rules that hold the packages's parts together, kept by looking at the sources.
struct ArchitectureTests {
  private static let pure: Set<String> = ["SchemaModel", "SQLText", "SchemaDiff", "Planning"]

  /// Which of the package's targets a target may import. What is not listed here is missing on purpose:
  /// a new target belongs into this table and into docs/architecture.md.
  private static let mayImport: [String: Set<String>] = [
    "SchemaModel": [],
    "Digest": [],
    "SQLText": ["SchemaModel"],
    "SchemaDiff": ["SchemaModel"],
    "Planning": ["SchemaDiff", "SchemaModel", "SQLText"],
    "Comparison": pure,
    "SchemaYAML": ["SchemaModel", "SQLText"],
    "Seeding": ["Planning", "SchemaModel", "SQLText"],
    "Proving": pure.union(["Comparison", "Migrations", "Seeding"]),
    "Linting": pure.union(["Migrations"]),
    "Reporting": pure.union(["Comparison", "Digest", "Proving"]),
    "Migrations": pure.union(["Comparison", "Digest"]),
    "PostgresEngine": pure.union(["Comparison", "Digest"]),
    "SQLiteEngine": pure.union(["Comparison", "Digest"]),
    "Sources": pure.union([
      "Comparison", "Digest", "Migrations", "PostgresEngine", "SQLiteEngine", "SchemaYAML",
    ]),
    "KedgeCLI": pure.union([
      "Comparison", "Digest", "Linting", "Migrations", "Proving", "Reporting", "SchemaYAML",
      "Sources",
    ]),
    "kedge": ["KedgeCLI"],
  ]

  /// C modules and the folders (or files) that may speak to them.
  private static let mayImportC: [String: [String]] = [
    "CLibPQ": ["Sources/PostgresEngine/Connection/", "Sources/PostgresEngine/Scratch/"],
    "CSQLite3": ["Sources/SQLiteEngine/Connection/"],
    "CYAML": ["Sources/SchemaYAML/YAMLParser.swift"],
    "CCrypto": ["Sources/Digest/"],
  ]

  /// Read once for all rules.
  private static let sources = Result { try SourceFile.all(under: "Sources") }

  private let files: [SourceFile]

  init() throws { files = try Self.sources.get() }

  @Test func thereAreSources() { #expect(files.count > 100) }

  @Test func importsFollowTheDiagram() {
    let targets = Set(Self.mayImport.keys)
    for file in files {
      guard let allowed = Self.mayImport[file.target] else {
        Issue.record("\(file.path): its target is not in the table of this test")
        continue
      }
      for module in file.imports where targets.contains(module) {
        #expect(
          allowed.contains(module), "\(file.path): \(file.target) may not import \(module)")
      }
    }
  }

  @Test func everyTargetOfThePackageIsInTheTable() throws {
    let names = try Repository.text("Package.swift").matches(
      of: /\.(?:target|executableTarget)\(\s*name: "([\w-]+)"/
    ).map { String($0.1) }
    #expect(names.count > 5)
    #expect(Set(names).subtracting(["TestSupport", "kedge-benchmark"]) == Set(Self.mayImport.keys))
  }

  @Test func nothingImportsFoundationOrXCTest() {
    for file in files {
      for module in ["Foundation", "XCTest", "Testing"] {
        #expect(!file.imports.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test func threadsAreMadeInFewPlaces() {
    let places = files.filter { $0.imports.contains("Dispatch") }.map(\.path).sorted()
    #expect(
      places == [
        "Sources/PostgresEngine/Catalog/CatalogCompanion.swift",
        "Sources/PostgresEngine/Connection/PipelineReader.swift",
        "Sources/SchemaModel/Parallel.swift",
      ])
  }

  @Test func cModulesAreImportedOnlyByTheirWrappers() {
    for file in files {
      for (module, places) in Self.mayImportC where file.imports.contains(module) {
        #expect(
          places.contains { file.path.hasPrefix($0) }, "\(file.path) may not import \(module)")
      }
    }
  }

  /// The walk over ids and the order of steps work for every kind alike.
  @Test(arguments: ["Sources/SchemaDiff/Differ.swift", "Sources/Planning/Order.swift"])
  func noKindIsNamedIn(_ path: String) throws {
    let file = try SourceFile(path)
    for kind in ObjectKind.allCases {
      let places = file.places { $0.mentionsMember("\(kind)") }
      #expect(places.isEmpty, "\(path) names the kind \(kind): \(places)")
    }
  }

  /// A new kind must make the compiler list the work.
  @Test func switchesOverKindsHaveNoDefault() {
    let names = ObjectKind.allCases.map { "\($0)" }
    for file in files {
      for (index, line) in file.code.enumerated() where line.hasSuffix("{") {
        guard let subject = line.split(separator: "switch ", maxSplits: 1).dropFirst().first,
          subject.hasSuffix("kind {")
        else { continue }
        let end = line.prefix { $0 == " " } + "}"
        let body = file.code[(index + 1)...].prefix { !$0.hasPrefix(end) }
        // Tokens and catalogs have kinds of their own.
        let labels = body.filter { $0.trimmed.hasPrefix("case .") }
        guard names.contains(where: { name in labels.contains { $0.mentionsMember(name) } }) else {
          continue
        }
        let cases = body.first { $0.trimmed.hasPrefix("case ") }
        let word = (cases ?? "").prefix { $0 == " " } + "default:"
        let hasDefault = body.contains { $0.hasPrefix(word) }
        #expect(!hasDefault, "\(file.path):\(index + 1): a switch over kinds has a default")
      }
    }
  }

  @Test func nothingTrapsOnInput() {
    let traps = ["try!", "as!", "fatalError(", "preconditionFailure("]
    for file in files {
      #expect(file.places { line in traps.contains { line.contains($0) } } == [])
      #expect(file.places(where: \.hasForcedUnwrap) == [], "a forced unwrap")
    }
  }

  @Test func thereIsNoUncheckedSharedState() {
    for file in files {
      #expect(file.places { $0.contains("nonisolated(unsafe)") } == [])
    }
  }

  /// Past this a file has become two subjects.
  @Test func filesAreOfOneSubject() {
    for file in files { #expect(file.code.count <= 450, "\(file.path): \(file.code.count) lines") }
  }

  /// The same things are found under the same names in both engines.
  @Test(arguments: ["PostgresEngine", "SQLiteEngine"])
  func enginesAreLaidOutAlike(_ engine: String) {
    let paths = files.map(\.path).filter { $0.hasPrefix("Sources/\(engine)/") }
    for part in [
      "Inspector.swift", "Dialect.swift", "Connection/", "Kinds/", "Scratch/", "Planning/",
    ] {
      #expect(paths.contains { $0.contains(part) }, "\(engine) has no \(part)")
    }
  }
}

struct DocumentationTests {
  private static let pages =
    ["README.md"] + Repository.files(under: "docs", suffix: ".md")

  @Test(arguments: pages)
  func linksLeadSomewhere(_ page: String) throws {
    let folder = page.split(separator: "/").dropLast().joined(separator: "/")
    for match in try Repository.text(page).matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/) {
      let target = String(match.1)
      if target.contains("://") || target.hasPrefix("mailto:") { continue }
      let url = Repository.url(folder.isEmpty ? target : folder + "/" + target)
      #expect(FileManager.default.fileExists(atPath: url.path), "\(page): \(target)")
    }
  }

  /// A page that a message or a comment sends its reader to is there.
  @Test func pagesThatTheSourcesNameExist() throws {
    for path in Repository.files(under: "Sources", suffix: ".swift") {
      for match in try Repository.text(path).matches(of: /docs\/[\w\/-]+\.(?:md|json)/) {
        let name = String(match.0)
        let exists = FileManager.default.fileExists(atPath: Repository.url(name).path)
        #expect(exists, "\(path) names \(name)")
      }
    }
  }

  @Test(arguments: [
    "docs/architecture.md", "docs/glossary.md", "docs/adding-a-kind.md", "docs/adding-an-engine.md",
    "docs/schema-yaml.md",
  ])
  func thePageIsThere(_ page: String) {
    #expect(FileManager.default.fileExists(atPath: Repository.url(page).path))
  }

  @Test func everyKindAndTargetIsInTheDocuments() throws {
    let architecture = try Repository.text("docs/architecture.md")
    for folder in try FileManager.default.contentsOfDirectory(
      atPath: Repository.url("Sources").path)
    {
      #expect(architecture.contains(folder), "docs/architecture.md does not name \(folder)")
    }
    let glossary = try Repository.text("docs/glossary.md")
    for kind in ObjectKind.allCases {
      #expect(
        glossary.lowercased().contains(kind.displayName), "docs/glossary.md does not name \(kind)")
    }
  }

  /// What `make` is told to do exists, and is listed by `make help`.
  @Test func theReadMeNamesRealTargets() throws {
    let makefile = try Repository.text("Makefile")
    for match in try Repository.text("README.md").matches(of: /`make ([a-z-]+)`/) {
      #expect(makefile.contains("\n\(match.1): "), "make \(match.1)")
    }
  }
}

extension String {
  fileprivate var trimmed: Substring { drop { $0 == " " } }
}
