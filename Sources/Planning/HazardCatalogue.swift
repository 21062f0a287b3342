/// What is known of each rule beside the sentence on the object at hand.
enum HazardCatalogue {
  static func severity(of code: String) -> Hazard.Severity {
    if errors.contains(code) { return .error }
    return information.contains(code) ? .information : .warning
  }

  /// What to do instead, or before; nil where there is nothing better.
  static func alternative(to code: String) -> String? { alternatives[code] }

  private static let errors: Set<String> = [
    "LK01", "LK04", "LK05", "LK07", "LK08", "LK09", "LK11", "LK13", "LK14", "LK15", "LK16", "LK17",
    "LK23", "LK24", "LK33", "LK39", "LK40", "DL01", "DL02", "DL03", "DL07", "DL08", "DL10", "BC01",
    "BC02", "BC04", "BC05", "DD03", "DD06", "DD07",
  ]
  private static let information: Set<String> = ["BC10", "BF07", "LK43", "LK44", "ST14"]

  private static let alternatives: [String: String] = [
    "LK01": "build it with CREATE INDEX CONCURRENTLY",
    "LK02": "drop it with DROP INDEX CONCURRENTLY",
    "LK04": "build a unique index concurrently, then ADD CONSTRAINT … USING INDEX",
    "LK05": "build a unique index concurrently, then ADD CONSTRAINT … USING INDEX",
    "LK07": "there is no online form: a new table that the rows are copied to, or a trigger",
    "LK08": "add it NOT VALID, and VALIDATE it in a later transaction",
    "LK09": "add it NOT VALID, and VALIDATE it in a later transaction",
    "LK11": "prove it with a CHECK that is validated first",
    "LK13": "add the column, set the default, and fill the rows in portions",
    "LK14": "add the column, fill it in portions, and make it an identity afterwards",
    "LK15": "an ordinary column that a trigger keeps, filled in portions",
    "LK16": "a column of the base type, with a CHECK of the table",
    "LK17":
      "a new column beside the old one, kept in step by a trigger, filled in portions, and switched to",
    "LK23": "a new table that the rows are copied to, and switched to",
    "LK24": "a new table that the rows are copied to, and switched to",
    "LK33": "a validated CHECK that says what the bound says",
    "LK37": "detach it CONCURRENTLY",
    "LK39": "an index on the parent alone, those of the partitions concurrently, then ATTACH",
    "DL01": "put it into a schema of its own for a while, and drop it later",
    "DL02": "let programs ignore it first, and drop it later",
    "DL07": "say with 'using' how the values are to be kept",
    "DL08": "map the rows that have it to another value before",
    "BC01": "add the new column, keep both in step, and drop the old one when no program uses it",
    "BC02": "leave a view under the old name until no program uses it",
    "BC04": "add the new value, move the rows, and drop the old one later",
    "BC06": "deploy programs that can read NULL first",
    "BC07": "deploy programs that write it first",
    "BC09": "deploy programs that can read both types first",
    "DD01": "make the rows differ before",
    "DD02": "say with 'backfill' what fills them",
    "DD03": "give it a default, or say with 'backfill' what the rows get",
    "DD04": "mend the rows before",
    "DD07": "mend the rows before",
    "BF06": "disable the triggers in the session that fills, if they need not know",
  ]
}
