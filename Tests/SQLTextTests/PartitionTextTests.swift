import SQLText
import Testing

struct PartitionTextTests {
  @Test(arguments: [
    ("for values in (1)", "FOR VALUES IN ('1')"),
    ("FOR VALUES IN ('1', '2')", "FOR VALUES IN ('1', '2')"),
    (
      "for values from (-5, minvalue) to (- 3, 'x')",
      "FOR VALUES FROM ('-5', MINVALUE) TO ('-3', 'x')"
    ),
    ("for values with (modulus 4, remainder 0)", "FOR VALUES WITH (modulus 4, remainder 0)"),
    ("range (at, lower(name))", "RANGE (at, lower(name))"), ("default", "DEFAULT"),
  ])
  func oneSpelling(text: String, canonical: String) {
    #expect(PartitionText.canonical(text) == canonical)
  }
}
