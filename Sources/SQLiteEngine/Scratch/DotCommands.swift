import SQLText
import SchemaModel

/// Lines for the sqlite3 shell in a script.
enum DotCommands {
  /// Where the next statement starts, after white space, comments and commands that only concern what the
  /// shell prints. Others would change what the script means, so they are errors.
  static func skip(_ bytes: [UInt8], from start: Int) throws(SQLiteError) -> Int {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09...0x0D, UInt8(ascii: ";"): position += 1
      case UInt8(ascii: "-") where startsLineComment(bytes, position):
        position = endOfLine(bytes, position)
      case UInt8(ascii: ".") where position == 0 || bytes[position - 1] == 0x0A:
        let end = endOfLine(bytes, position)
        try check(bytes[position..<end], at: position)
        position = end
      default: return position
      }
    }
    return position
  }

  private static func startsLineComment(_ bytes: [UInt8], _ position: Int) -> Bool {
    position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "-")
  }

  private static func endOfLine(_ bytes: [UInt8], _ position: Int) -> Int {
    bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
  }

  private static func check(_ line: ArraySlice<UInt8>, at offset: Int) throws(SQLiteError) {
    let command = String(decoding: line, as: UTF8.self)
    guard !ShellCommand.isHarmless(command, engine: .sqlite) else { return }
    throw SQLiteError(
      reason: .statement,
      message: "the shell command .\(ShellCommand.name(of: command)) cannot be followed here; "
        + "write what it does as SQL",
      offset: offset)
  }
}
