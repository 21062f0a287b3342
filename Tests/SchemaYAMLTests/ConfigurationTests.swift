import Testing

@testable import SchemaYAML

@Suite struct ConfigurationTests {
  private func read(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
    try Configuration.read(YAMLSource(file: "kedge.yaml", text: text), environment: environment)
  }

  private func complaints(_ text: String) -> String {
    do {
      _ = try read(text)
      return ""
    } catch let problems as YAMLProblems {
      return problems.rendered
    } catch {
      return "\(error)"
    }
  }

  @Test func everything() throws {
    let configuration = try read(
      """
      schema: db/schema.yaml
      migrations: {path: db/migrations, layout: kedge}
      default_environment: dev
      environments:
        dev: sqlite:dev.db
        staging: {url: "${STAGING_URL}?x=$$1"}
        production: {url: "${PRODUCTION_URL}", protected: true, role: app_owner}
      scratch: "${SCRATCH}"
      postgresql: {min_version: 15}
      """, ["STAGING_URL": "postgresql://h/db", "PRODUCTION_UR": "x"])
    #expect(configuration.schema == "db/schema.yaml")
    #expect(configuration.migrationsPath == "db/migrations")
    #expect(configuration.defaultEnvironment == "dev")
    #expect(configuration.minimumVersion == 15)
    #expect(try configuration.environments["dev"]?.url.resolved() == "sqlite:dev.db")
    #expect(try configuration.environments["staging"]?.url.resolved() == "postgresql://h/db?x=$1")
    let production = try #require(configuration.environments["production"])
    #expect(production.isProtected)
    #expect(try production.role?.resolved() == "app_owner")
    do {
      _ = try production.url.resolved()
      Issue.record("the variable is not set")
    } catch {
      #expect(
        error.rendered == """
          kedge.yaml:7:22: the environment variable 'PRODUCTION_URL' is not set; did you mean 'PRODUCTION_UR'?
            7 |   production: {url: "${PRODUCTION_URL}", protected: true, role: app_owner}
              |                      ^
          """)
    }
  }

  @Test func environmentsInherit() throws {
    let configuration = try read(
      """
      defaults: {role: "${OWNER}", protected: true, pooler: session}
      environments:
        dev: sqlite:dev.db
        test: {url: "sqlite:test.db", protected: false, role: }
        production: {url: "postgresql://h/db", role: other, pooler: transaction}
      """, ["OWNER": "app_owner"])
    let environments = configuration.environments
    let (dev, test) = (try #require(environments["dev"]), try #require(environments["test"]))
    let production = try #require(environments["production"])
    #expect(dev.isProtected && !test.isProtected && production.isProtected)
    #expect(try dev.role?.resolved() == "app_owner")
    #expect(test.role == nil)
    #expect(try production.role?.resolved() == "other")
    #expect(dev.pooler == .session && test.pooler == .session && production.pooler == .transaction)
    #expect(dev.inherited == ["role", "protected", "pooler"])
    #expect(test.inherited == ["pooler"])
    #expect(production.inherited == ["protected"])
  }

  @Test func anEmptyFileSaysNothing() throws {
    #expect(try read("").environments.isEmpty)
    #expect(try read("# nothing\n").migrationsPath == "migrations")
  }

  @Test func mistakes() {
    #expect(complaints("schem: x").contains("the file has no key 'schem'; did you mean 'schema'?"))
    #expect(complaints("ignore: {}").contains("'ignore'"))
    #expect(complaints("defaults: {url: x}").contains("an address of its own"))
    #expect(complaints("defaults: {ignore: []}").contains("at the top of the file"))
    #expect(complaints("defaults: {protectd: true}").contains("did you mean 'protected'?"))
    #expect(
      complaints("environments:\n  dev: {ulr: x}\n").contains("environment 'dev' lacks the key"))
    #expect(complaints("environments:\n  dev:\n").contains("lacks the key 'url'"))
    #expect(
      complaints("default_environment: dve\nenvironments: {dev: x}\n").contains("mean 'dev'?"))
    #expect(complaints("postgresql: {min_version: 9}").contains("from 14 on"))
    #expect(complaints("migrations: {layout: flywya}").contains("did you mean 'flyway'?"))
  }

  @Test(arguments: [
    "environments: postgresql://u:hunter2@h/db\n",
    "environments:\n  dev: {url: 'postgresql://u:hunter2@h/db', protectd: true}\n",
    "environments:\n  dev: {url: 'postgresql://u:hunter2@h/db, protectd: true}\n",
    "postgresql://u:hunter2@h/db: x\n", "scratch: [postgresql://u:hunter2@h/db]\n",
    "default_environment: postgresql://u:hunter2@h/db\n",
    "environments:\n  dev: {url: 'x', protected: 'postgresql://u:hunter2@h/db'}\n",
    "environments:\n  dev: 'postgresql://u:hunter2${NOT_SET}@h/db'\n",
  ])
  func passwordsAreNotShown(text: String) throws {
    var shown = complaints(text)
    if shown.isEmpty {
      do {
        _ = try read(text).environments["dev"]?.url.resolved()
      } catch let problems as YAMLProblems {
        shown = problems.rendered
      }
    }
    #expect(!shown.isEmpty)
    #expect(!shown.contains("hunter2"), "\(shown)")
  }
}
