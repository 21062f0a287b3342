// swift-tools-version: 6.2
import PackageDescription

/// Settings that every Swift target shares. One place, so that no target drifts.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The release binary carries SQLite and libyaml; the debug build links the shared libraries, so that
/// other versions of them can be tested by `LD_LIBRARY_PATH`.
func library(_ name: String) -> [LinkerSetting] {
  [
    .linkedLibrary(":lib\(name).a", .when(configuration: .release)),
    .linkedLibrary(name, .when(configuration: .debug)),
  ]
}

let package = Package(
  name: "kedge",
  products: [.executable(name: "kedge", targets: ["kedge"])],
  dependencies: [.package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")],
  targets: [
    .systemLibrary(name: "CLibPQ", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CSQLite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),

    .target(name: "SchemaModel"),
    .target(name: "SQLText", dependencies: ["SchemaModel"]),
    .target(
      name: "Digest", dependencies: ["CCrypto"], linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "SchemaDiff", dependencies: ["SchemaModel"]),
    .target(name: "Planning", dependencies: ["SchemaDiff", "SchemaModel", "SQLText"]),
    .target(name: "Comparison", dependencies: ["Planning", "SchemaDiff", "SchemaModel"]),
    .target(
      name: "SchemaYAML", dependencies: ["CYAML", "SchemaModel", "SQLText"],
      linkerSettings: library("yaml")),
    .target(
      name: "PostgresEngine",
      dependencies: ["CLibPQ", "Comparison", "Planning", "SchemaDiff", "SchemaModel", "SQLText"],
      linkerSettings: [.linkedLibrary("pq")]),
    .target(
      name: "SQLiteEngine",
      dependencies: ["CSQLite3", "Comparison", "Planning", "SchemaDiff", "SchemaModel", "SQLText"],
      linkerSettings: library("sqlite3") + [.linkedLibrary("m")]),
    .target(name: "Migrations", dependencies: ["Digest", "Planning", "SchemaModel", "SQLText"]),
    .target(name: "Seeding", dependencies: ["Planning", "SchemaModel", "SQLText"]),
    .target(
      name: "Proving",
      dependencies: [
        "Comparison", "Migrations", "Planning", "SchemaDiff", "SchemaModel", "Seeding", "SQLText",
      ]),
    .target(
      name: "Linting", dependencies: ["Migrations", "Planning", "SchemaModel", "SQLText"]),
    .target(
      name: "Reporting",
      dependencies: [
        "Comparison", "Digest", "Planning", "Proving", "SchemaDiff", "SchemaModel", "SQLText",
      ]),
    .target(
      name: "Sources",
      dependencies: [
        "Comparison", "Digest", "Migrations", "Planning", "PostgresEngine", "SQLiteEngine",
        "SchemaModel",
        "SchemaYAML", "SQLText",
      ]),
    .target(
      name: "KedgeCLI",
      dependencies: [
        "Comparison", "Digest", "Linting", "Migrations", "Planning", "Proving", "Reporting",
        "SchemaDiff",
        "SchemaModel", "SchemaYAML", "Sources", "SQLText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "kedge", dependencies: ["KedgeCLI"]),

    .executableTarget(
      name: "kedge-benchmark",
      dependencies: [
        "Digest", "Planning", "PostgresEngine", "SQLText", "SQLiteEngine", "SchemaDiff",
        "SchemaModel",
      ],
      path: "Tests/Benchmarks",
      exclude: [
        "bench.py", "bench.sh", "migrations.py", "migrations.sh", "online.py", "online.sh",
        "raw-catalog.sql", "schema.sql", "sqlite.py",
      ]),
    .target(
      name: "TestSupport",
      dependencies: [
        "CLibPQ", "Comparison", "Planning", "SchemaDiff", "SchemaModel", "SchemaYAML", "SQLText",
      ],
      path: "Tests/TestSupport"),
    .testTarget(
      name: "SQLTextTests", dependencies: ["SchemaModel", "SQLText", "TestSupport"]),
    .testTarget(
      name: "SchemaModelTests", dependencies: ["Digest", "SchemaModel", "TestSupport"]),
    .testTarget(
      name: "SchemaDiffTests",
      dependencies: ["Comparison", "SchemaDiff", "SchemaModel", "TestSupport"]),
    .testTarget(
      name: "PlanningTests",
      dependencies: ["Planning", "SchemaDiff", "SchemaModel", "SQLText", "TestSupport"]),
    .testTarget(
      name: "SeedingTests",
      dependencies: ["Planning", "PostgresEngine", "SQLiteEngine", "SchemaModel", "Seeding"]),
    .testTarget(
      name: "ProvingTests",
      dependencies: [
        "Comparison", "Migrations", "Planning", "PostgresEngine", "Proving", "SQLiteEngine",
        "SchemaModel", "Sources",
      ]),
    .testTarget(
      name: "ComparisonTests",
      dependencies: ["Comparison", "Planning", "SchemaDiff", "SchemaModel", "TestSupport"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Comparison", "Planning", "Proving", "Reporting", "SQLText", "SchemaDiff", "SchemaModel",
        "TestSupport",
      ]),
    .testTarget(
      name: "LintingTests",
      dependencies: [
        "Linting", "Migrations", "Planning", "PostgresEngine", "SchemaModel", "SQLText",
        "TestSupport",
      ]),
    .testTarget(
      name: "ProofTests",
      dependencies: [
        "Comparison", "Linting", "Planning", "PostgresEngine", "SQLText", "SQLiteEngine",
        "SchemaDiff", "SchemaModel", "TestSupport",
      ]),
    .testTarget(
      name: "MigrationsTests",
      dependencies: ["Migrations", "Planning", "PostgresEngine", "SQLiteEngine"]),
    .testTarget(
      name: "SourcesTests",
      dependencies: ["Planning", "PostgresEngine", "SchemaModel", "Sources", "TestSupport"]),
    .testTarget(name: "ArchitectureTests", dependencies: ["SchemaModel", "TestSupport"]),
    .testTarget(name: "KedgeCLITests", dependencies: ["TestSupport", "kedge"]),
    .testTarget(
      name: "RunnerTests", dependencies: ["Planning", "PostgresEngine", "TestSupport", "kedge"]),
    .testTarget(
      name: "SQLiteEngineTests",
      dependencies: [
        "Comparison", "Planning", "SQLiteEngine", "SchemaDiff", "SchemaModel", "TestSupport",
      ]),
    .testTarget(
      name: "SchemaYAMLTests",
      dependencies: ["SchemaModel", "SchemaYAML", "SQLText", "TestSupport"]),
    .testTarget(
      name: "PostgresEngineTests",
      dependencies: [
        "Comparison", "Planning", "PostgresEngine", "SchemaDiff", "SchemaModel", "SchemaYAML",
        "SQLText", "TestSupport",
      ]),
  ])

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
  target.swiftSettings = (target.swiftSettings ?? []) + strict
}
