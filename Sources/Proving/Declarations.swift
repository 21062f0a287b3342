import Migrations
import SQLText
import SchemaModel

/// What the comments of a file say of its statements: that they lose data, that rows can be in their way.
struct Declarations {
  /// The comments above some statements, and those statements.
  private struct Block {
    var text = ""
    var losesData = false
    var mayFail = false
  }

  private var blocks: [Block] = []
  /// Whether the file says that there is no way back.
  let isIrreversible: Bool

  init(_ script: MigrationScript?) {
    isIrreversible = script?.irreversible != nil
    guard let script else { return }
    var wasComment = false
    for line in script.text.split(whereSeparator: \.isNewline) {
      let text = String(line).trimmingSpace
      let isComment = text.hasPrefix("--")
      if isComment, !wasComment || blocks.isEmpty { blocks.append(Block()) }
      wasComment = isComment
      if blocks.isEmpty { blocks.append(Block()) }
      blocks[blocks.count - 1].text += text.asciiLowercased + "\n"
      guard isComment else { continue }
      let words = Self.withoutDirective(String(text.dropFirst(2)).trimmingSpace)
      if Self.saysLoss(words) { blocks[blocks.count - 1].losesData = true }
      if Self.saysMayFail(words) { blocks[blocks.count - 1].mayFail = true }
    }
  }

  private static func withoutDirective(_ text: String) -> String {
    for prefix in ["kedge:hazard ", "kedge:allow "] where text.hasPrefix(prefix) {
      return String(text.dropFirst(prefix.count))
    }
    return text
  }

  /// SL13 fills what is empty with the default, SL15 converts what is there.
  private static func saysLoss(_ text: String) -> Bool {
    hasCode("DL", text) || ["BC19", "SL13", "SL15", "lossy:"].contains(where: text.hasPrefix)
      || text.hasPrefix("cannot be undone") || text.hasPrefix("kedge:irreversible")
  }

  /// Data-dependent hazards, and those of SQLite's tables.
  private static func saysMayFail(_ text: String) -> Bool {
    hasCode("DD", text) || hasCode("SL", text) || hasCode("DL", text)
      || text.hasPrefix("the way back holds only")
  }

  /// `DL02`, `DL02: …`.
  private static func hasCode(_ letters: String, _ text: String) -> Bool {
    let code = text.utf8.prefix(4)
    return text.hasPrefix(letters) && code.count == 4
      && code.dropFirst(2).allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  /// Whether a loss is announced: by a comment that, with its statements, names the table or the column.
  func announceLoss(of table: ObjectID, _ column: Identifier?) -> Bool {
    let names = [table.name, column].compactMap { $0?.raw.asciiLowercased }
    return blocks.contains { block in
      block.losesData && names.contains { block.text.contains($0) }
    }
  }

  /// The codes by which the file says that rows can be in its way.
  var announceRefusal: Bool { blocks.contains(where: \.mayFail) }
}
