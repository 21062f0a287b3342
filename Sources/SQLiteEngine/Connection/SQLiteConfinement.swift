internal import CSQLite3
internal import Glibc

/// What declared text, which may come from anybody, cannot do on a scratch database.
enum SQLiteConfinement {
  static func apply(to handle: OpaquePointer) {
    for (option, value) in [
      (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0), (SQLITE_DBCONFIG_DEFENSIVE, 1),
      (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
    ] {
      _ = kedge_sqlite3_db_config_flag(handle, option, Int32(value))
    }
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 100_000_000)
    sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
    sqlite3_set_authorizer(
      handle,
      { _, action, first, _, _, _ in
        guard action == SQLITE_ATTACH else { return SQLITE_OK }
        // VACUUM attaches a nameless temporary database of its own.
        guard let first else { return SQLITE_DENY }
        return first.pointee == 0 || strcmp(first, ":memory:") == 0 ? SQLITE_OK : SQLITE_DENY
      }, nil)
    // An endless recursive query is the one way to spend time without bound. The deadline travels
    // as the number that the callback gets for a pointer.
    sqlite3_progress_handler(
      handle, 1_000_000,
      { deadline in monotonicSeconds() > Int(bitPattern: deadline) ? 1 : 0 },
      UnsafeMutableRawPointer(bitPattern: monotonicSeconds() + 600))
    // A collation that only the application knows still sorts, by bytes: the text is what counts.
    sqlite3_collation_needed(handle, nil) { _, handle, _, name in
      sqlite3_create_collation_v2(
        handle, name, SQLITE_UTF8, nil,
        { _, leftCount, left, rightCount, right in
          guard let left, let right else { return leftCount - rightCount }
          let order = memcmp(left, right, Int(min(leftCount, rightCount)))
          return order != 0 ? order : leftCount - rightCount
        }, nil)
    }
  }
}

private func monotonicSeconds() -> Int {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return now.tv_sec
}
