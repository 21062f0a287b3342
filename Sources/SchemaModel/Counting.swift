extension BinaryInteger {
  /// `1 table`, `2 tables`.
  package func counting(_ noun: String) -> String { "\(self) \(noun)" + (self == 1 ? "" : "s") }
}
