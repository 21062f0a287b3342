import CLibPQ
import Dispatch
import Synchronization

enum PipelineEvent: @unchecked Sendable {
  // Unchecked: a result belongs to whoever takes it.
  case result(OpaquePointer)
  /// The end of one statement's results.
  case end
  /// The connection broke; nothing more comes.
  case lost
}

/// Receives the results of a pipeline, which must end with a sync.
struct PipelineResults {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  /// Waits for the next event; nil after the last.
  func next() -> PipelineEvent? {
    guard waitForResult() else { return .lost }
    guard let result = PQgetResult(handle) else {
      return PQstatus(handle) == CONNECTION_BAD ? .lost : .end
    }
    if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
      PQclear(result)
      return nil
    }
    return .result(result)
  }

  /// Writes what is still unsent and reads what has come, both at once: a server that waits for us
  /// to read stops reading itself.
  private func waitForResult() -> Bool {
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else { return false }
      if PQisBusy(handle) == 0 { return true }
      let ready = waitForSocket(PQsocket(handle), writing: unsent == 1, timeout: nil)
      guard ready != .failed else { return false }
      if ready == .readable, PQconsumeInput(handle) == 0 { return false }
    }
  }
}

/// Receives the results of a pipeline on a thread of its own, so that the server is never held up by
/// whoever works on what has come. Nobody else may touch the connection until `next` has answered nil.
final class PipelineReader: @unchecked Sendable {
  // Unchecked: the handle is the reading thread's alone until that is done.
  private let handle: OpaquePointer

  private struct State {
    var events: [PipelineEvent] = []
    var taken = 0
  }

  private let state = Mutex(State())
  /// Signalled for each event, and once when there are no more.
  private let arrival = DispatchSemaphore(value: 0)

  /// The pipeline must end with a sync.
  init(_ handle: OpaquePointer) {
    self.handle = handle
    DetachedThread.start {
      self.read()
      self.arrival.signal()
    }
  }

  deinit {
    state.withLock { state in
      for case .result(let result) in state.events[state.taken...] { PQclear(result) }
    }
  }

  /// Waits for the next event; nil after the last, and only once.
  func next() -> PipelineEvent? {
    arrival.wait()
    return state.withLock { state in
      guard state.taken < state.events.count else { return nil }
      state.taken += 1
      return state.events[state.taken - 1]
    }
  }

  private func read() {
    let results = PipelineResults(handle)
    while let event = results.next() {
      state.withLock { $0.events.append(event) }
      arrival.signal()
      if case .lost = event { return }
    }
  }
}
