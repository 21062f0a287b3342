@testable import Seeding
import Testing

struct PatternTests {
  @Test(arguments: [
    "^[a-z]+$", "^[A-Z]{3}-[0-9]{2,}$", "@", "^(red|green|blue)$", "^\\d{5}(-\\d{4})?$",
    "^[^@ ]+@[^@ ]+\\.[^@ ]+$", "^https?://", "^[[:alpha:]_][[:alnum:]_]*$", "^a|b$", "x.y", "^$",
    "^#[0-9a-fA-F]{6}$", "^[a-z0-9]+(?:-[a-z0-9]+)*$", "^\\+?[1-9][0-9]{7,14}$", "^.{3,8}$",
  ])
  func samplesMatch(_ text: String) throws {
    let pattern = try #require(Pattern(regularExpression: text))
    // Swift's own engine as the judge; it has no POSIX classes outside of brackets either.
    let regex = try Regex(text)
    for n in 1...60 {
      let sample = pattern.sample(n)
      #expect(sample.contains(regex), "\(text): \(sample)")
    }
  }

  @Test func numbersTellSamplesApart() throws {
    let pattern = try #require(Pattern(regularExpression: "^[A-Z]{2}[0-9]{4}$"))
    #expect(Set((1...200).map { pattern.sample($0) }).count == 200)
    let like = Pattern(like: "a%b_", any: "%", one: "_")
    #expect(Set((1...200).map { like.sample($0) }).count == 200)
  }

  @Test(arguments: ["(?=a)b", "(a)\\1", "[z-a]", "a(b", "*"])
  func whatIsNotUnderstoodIsNotSampled(_ text: String) {
    #expect(Pattern(regularExpression: text) == nil)
  }
}
