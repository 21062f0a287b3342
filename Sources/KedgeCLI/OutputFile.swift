/// What the extension of an output file says about its format.
enum OutputFile {
  /// The case of a format enum that the extension names; `yml` is `yaml`, `txt` is `text`.
  static func format<Format: RawRepresentable<String>>(_ file: String) -> Format? {
    guard let dot = file.lastIndex(of: ".") else { return nil }
    switch String(file[file.index(after: dot)...]).lowercased() {
    case "yml": return Format(rawValue: "yaml")
    case "mmd": return Format(rawValue: "mermaid")
    case "gv": return Format(rawValue: "dot")
    case "htm": return Format(rawValue: "html")
    case "md": return Format(rawValue: "markdown")
    case "xml": return Format(rawValue: "junit")
    case "txt": return Format(rawValue: "text")
    case let name: return Format(rawValue: name)
    }
  }
}
