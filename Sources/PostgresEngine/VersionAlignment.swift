import SchemaModel

/// What two servers of different versions have by their versions alone, and nobody has said.
struct VersionAlignment {
  private let older: Schema
  private let newer: Schema
  private let isOlderFirst: Bool

  /// Nil where both are of one version, or one of them of none.
  init?(_ from: Schema, _ to: Schema) {
    guard let before = from.serverVersion, let after = to.serverVersion,
      before / 10_000 != after / 10_000
    else { return nil }
    isOlderFirst = before < after
    (older, newer) = isOlderFirst ? (from, to) : (to, from)
  }

  func aligned() throws -> (from: Schema, to: Schema) {
    var (older, newer) = (older, newer)
    if before(15) {
      older = try older.replacing(objects: older.objects.filter { !isRevokedAnyway($0) })
      newer = try newer.replacing(
        objects: newer.objects.filter { !isGrantedAnyway($0) }.map(Self.withoutLogging))
    }
    if before(17) { newer = try newer.replacing(objects: newer.objects.map(withoutMaintain)) }
    return isOlderFirst ? (older, newer) : (newer, older)
  }

  private func before(_ version: Int) -> Bool {
    (older.serverVersion ?? 0) / 10_000 < version && (newer.serverVersion ?? 0) / 10_000 >= version
  }

  // MARK: - 15: everybody may no longer create in public

  private static let everybody = ObjectID.grant(
    on: .namespace(Identifier("public")), to: Grant.everybody)

  /// What goes without saying on the older server.
  private func isGrantedAnyway(_ object: SchemaObject) -> Bool {
    guard object.id == Self.everybody, case .grant(let grant) = object else { return false }
    return !older.contains(grant.id) && grant.grantable.isEmpty
      && grant.privileges == ["create", "usage"]
  }

  /// What goes without saying on the newer one.
  private func isRevokedAnyway(_ object: SchemaObject) -> Bool {
    guard object.id == Self.everybody, case .grant(let grant) = object else { return false }
    return !newer.contains(grant.id) && grant.grantable.isEmpty && grant.privileges == ["usage"]
  }

  // MARK: - 15: sequences are logged or not as their tables are

  /// Before, every sequence was logged, that of an unlogged table too.
  private static func withoutLogging(_ object: SchemaObject) -> SchemaObject {
    switch object {
    case .sequence(var sequence) where sequence.persistence == .logged:
      sequence.persistence = nil
      return .sequence(sequence)
    case .column(var column) where column.identity?.persistence == .logged:
      column.identity?.persistence = nil
      return .column(column)
    default: return object
    }
  }

  // MARK: - 17: MAINTAIN is one of all privileges

  /// All of the newer server are all of the older one.
  private func withoutMaintain(_ object: SchemaObject) -> SchemaObject {
    let all = Privileges.all("r", serverVersion: 160_000)
    func isWhole(_ held: [ExactText]) -> Bool { all.isSubset(of: held) }
    func without(_ held: [ExactText]) -> [ExactText] {
      isWhole(held) ? held.filter { $0 != "maintain" } : held
    }
    switch object {
    case .grant(var grant):
      guard case .grant(let other)? = older[grant.id], isWhole(other.privileges) else {
        return object
      }
      grant.privileges = without(grant.privileges)
      grant.grantable = without(grant.grantable)
      return .grant(grant)
    case .defaultPrivileges(var grant):
      guard case .defaultPrivileges(let other)? = older[grant.id], isWhole(other.privileges) else {
        return object
      }
      grant.privileges = without(grant.privileges)
      grant.grantable = without(grant.grantable)
      return .defaultPrivileges(grant)
    default: return object
    }
  }
}
