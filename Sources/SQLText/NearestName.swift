/// The candidate that a misspelled name most likely means, or nil when none is near.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = lowercased(name)
  // Longer names are not typed by hand, and the distance is quadratic in the length.
  guard !wanted.isEmpty, wanted.count <= 128 else { return nil }
  let limit = max(1, min(wanted.count / 3, 4))
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let bytes = lowercased(candidate)
    guard abs(bytes.count - wanted.count) <= limit else { continue }
    let distance = editDistance(wanted, bytes)
    // A word of two letters is one edit away from every other such word.
    guard distance <= limit, distance < max(wanted.count, bytes.count) - (limit > 1 ? 1 : 0)
    else { continue }
    if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
  }
  return best?.name
}

private func lowercased(_ text: String) -> [UInt8] {
  text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one.
package func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for i in 0..<left.count {
    var current = [i + 1]
    current.reserveCapacity(right.count + 1)
    for j in 0..<right.count {
      var cost = min(
        previous[j + 1] + 1, current[j] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        cost = min(cost, beforePrevious[j - 1] + 1)
      }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[right.count]
}
