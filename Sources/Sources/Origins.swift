import PostgresEngine
package import SchemaModel

/// When objects of a live database were last changed, and by whom, as far as somebody kept a record.
package struct Origins: Sendable {
  /// `2026-11-28 22:10:00 UTC`.
  package internal(set) var times: [ObjectID: String] = [:]
  package internal(set) var records: [ObjectID: LedgerEntry] = [:]
  /// What a reader must know of them: mostly, why they are missing.
  package internal(set) var notes: [String] = []
}

extension EngineRegistry {
  /// Never fails: what cannot be found out is said.
  package func origins(
    of ids: Set<ObjectID>, _ engine: EngineName, at address: String, label: String
  ) -> Origins {
    var origins = Origins()
    guard engine == .postgresql else {
      origins.notes = ["\(label): when and by whom is unknown: SQLite keeps no record of it."]
      return origins
    }
    do {
      try EngineProblem.translating {
        let connection = try PostgresConnection(ConnectionString(address))
        try read(&origins, of: ids, on: connection, label: label)
      }
    } catch let problem as SourceProblem {
      origins.notes.append("\(label): when and by whom is unknown: \(problem.message).")
    } catch {
      origins.notes.append("\(label): when and by whom is unknown.")
    }
    return origins
  }

  private func read(
    _ origins: inout Origins, of ids: Set<ObjectID>, on connection: borrowing PostgresConnection,
    label: String
  ) throws {
    if let times = try CommitTimes.read(of: ids, on: connection) {
      origins.times = times
      origins.notes.append(
        "\(label): times are those at which the rows of the catalog were last written; an object without "
          + "one was last changed before the server began to keep them.")
    } else {
      origins.notes.append(
        "\(label): when is unknown: the server keeps no commit times (track_commit_timestamp is off)."
      )
    }
    let state = try connection.query(DDLLedger.state).first
    guard state?.bool(0) ?? false else {
      origins.notes.append(
        "\(label): by whom is unknown: there is no ledger (kedge ledger install sets one up).")
      return
    }
    guard state?.bool(2) ?? false else {
      origins.notes.append("\(label): by whom is unknown: this role may not read the ledger.")
      return
    }
    let rows = try connection.query(DDLLedger.lastOfEach)
    let entries = rows.map { row in
      LedgerEntry((0..<rows.columnCount).map { row.optionalText($0) })
    }
    let index = LedgerIndex(entries)
    for id in ids { origins.records[id] = index.newest(about: id) }
    if state?.integer(1) != 2 {
      origins.notes.append("\(label): the ledger has been stopped: newer changes are not in it.")
    }
  }
}

/// Finds what the ledger says of an object: about itself, or about the relation that it is in.
struct LedgerIndex {
  private var entries: [String: LedgerEntry] = [:]

  init(_ all: [LedgerEntry]) {
    for entry in all {
      guard let object = entry.object else { continue }
      let key = Self.plain(object)
      if let known = entries[key], known.id > entry.id { continue }
      entries[key] = entry
    }
  }

  func newest(about id: ObjectID) -> LedgerEntry? {
    let target = id.attachmentTarget ?? id
    let own = Self.names(of: target).compactMap { entries[Self.plain($0)] }.max { $0.id < $1.id }
    guard own == nil, target.kind.isPartOfRelation else { return own }
    return entries[Self.plain(target.relationPath.map(\.raw).joined(separator: "."))]
  }

  private static func names(of id: ObjectID) -> [String] {
    let path = id.path.map(\.raw)
    let whole = path.joined(separator: ".")
    if id.kind.hasSignature, path.count == 3 { return ["\(path[0]).\(path[1])(\(path[2]))"] }
    guard id.kind.isPartOfRelation else { return [whole] }
    let relation = id.relationPath.map(\.raw).joined(separator: ".")
    return [
      whole, "\(id.name.raw) on \(relation)",
      // An index is called by its schema alone.
      (path.first ?? "") + "." + id.name.raw,
    ]
  }

  /// Without quotes, spaces after commas, and the schema of the server's own types.
  private static func plain(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 where byte != UInt8(ascii: "\"") {
      if byte == 0x20, bytes.last == UInt8(ascii: ",") { continue }
      bytes.append(byte)
    }
    let catalog = Array("pg_catalog.".utf8)
    while let place = bytes.indices.first(where: { bytes[$0...].starts(with: catalog) }) {
      bytes.removeSubrange(place..<(place + catalog.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
