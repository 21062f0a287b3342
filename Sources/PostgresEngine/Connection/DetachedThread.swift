import Glibc

/// Work that waits for a server gets a thread of its own: a pool has as many as there are processors, and
/// stands still when all of them wait.
enum DetachedThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Where no thread can be had, the work is done before this returns.
  static func start(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { body in
        if let body { Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if code == 0 {
      pthread_detach(thread)
    } else {
      body.release()
      run()
    }
  }
}
