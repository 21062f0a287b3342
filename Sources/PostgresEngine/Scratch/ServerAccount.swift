import Glibc

/// Whom the private server runs as. PostgreSQL refuses root, and what the scratch executes is
/// untrusted, so root steps down to an account that owns nothing.
struct ServerAccount: Sendable {
  let user: uid_t
  let group: gid_t

  /// Nil when the server runs as the present user.
  static func steppingDown() -> ServerAccount? {
    guard geteuid() == 0 else { return nil }
    // Not `postgres` first: that account may sign in to the machine's real servers.
    for name in ["nobody", "postgres"] {
      if let account = getpwnam(name), account.pointee.pw_uid != 0 {
        return ServerAccount(user: account.pointee.pw_uid, group: account.pointee.pw_gid)
      }
    }
    return ServerAccount(user: 65_534, group: 65_534)
  }

  var arguments: [String] { ["--reuid=\(user)", "--regid=\(group)", "--clear-groups"] }
}
