import Dispatch
import Synchronization

/// Work on large arrays that is shared among the processors.
package enum Parallel {
  /// Below this it is not worth a thread.
  private static let smallest = 500
  /// More parts than most machines have processors, since parts differ in size.
  private static let most = 8

  /// The answers for consecutive parts of the items, in order. The first error in order is thrown.
  package static func map<Item: Sendable, Answer: Sendable, Failure: Error>(
    _ items: [Item], _ body: @Sendable (ArraySlice<Item>) throws(Failure) -> Answer
  ) throws(Failure) -> [Answer] {
    try each(split(items), body)
  }

  /// The answers of some pieces of work, in order, each large enough for a thread.
  package static func each<Work: Sendable, Answer: Sendable, Failure: Error>(
    _ works: [Work], _ body: @Sendable (Work) throws(Failure) -> Answer
  ) throws(Failure) -> [Answer] {
    guard works.count > 1 else {
      var answers: [Answer] = []
      for work in works { answers.append(try body(work)) }
      return answers
    }
    let answers = Mutex([Result<Answer, Failure>?](repeating: nil, count: works.count))
    DispatchQueue.concurrentPerform(iterations: works.count) { index in
      let answer: Result<Answer, Failure>
      do throws(Failure) {
        answer = .success(try body(works[index]))
      } catch {
        answer = .failure(error)
      }
      answers.withLock { $0[index] = answer }
    }
    var all: [Answer] = []
    for answer in answers.withLock(\.self) {
      if let answer { all.append(try answer.get()) }
    }
    return all
  }

  private static func split<Item>(_ items: [Item]) -> [ArraySlice<Item>] {
    let count = min(most, items.count / smallest)
    guard count > 1 else { return [items[...]] }
    return (0..<count).map { part in
      items[items.count * part / count..<items.count * (part + 1) / count]
    }
  }
}
