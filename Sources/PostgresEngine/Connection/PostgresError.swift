/// What can go wrong between Kedge and a PostgreSQL server, as data.
package enum PostgresError: Error, Hashable, Sendable {
  case connection(ConnectionFailure)
  case server(ServerError)
  /// The server sent bytes that are not UTF-8 (a SQL_ASCII database, or a name made in another
  /// database of other encoding). They are reported and never repaired.
  case invalidText(column: String, row: Int)
  /// The connection ended, or libpq could not go on. Carries libpq's words.
  case connectionLost(String)
  /// SQL or a parameter with a NUL byte, which the protocol cannot carry.
  case nulByte
  /// `COPY … FROM STDIN` or `TO STDOUT`, which needs a stream that nobody is there to give.
  case copyNotSupported
  /// The catalogs contradict themselves: they were changed by hand, or by a server that is not known.
  case inconsistentCatalog(String)

  package var message: String {
    switch self {
    case .connection(let failure): failure.message
    case .server(let error): error.message
    case .invalidText(let column, let row):
      "column \"\(column)\" of row \(row + 1) holds bytes that are not UTF-8"
    case .connectionLost(let words): "the connection was lost: \(words)"
    case .nulByte: "a NUL byte cannot be sent to PostgreSQL"
    case .copyNotSupported: "COPY from or to the client cannot be run here"
    case .inconsistentCatalog(let what): "the catalogs do not fit together: \(what)"
    }
  }

  package var nextStep: String? {
    switch self {
    case .connection(let failure): failure.nextStep
    case .server(let error): error.nextStep
    case .invalidText:
      "the database's encoding is probably SQL_ASCII: rename the object, or correct its text"
    case .connectionLost: "see the server's log; then run the command again"
    case .copyNotSupported: "write INSERT statements instead"
    case .nulByte, .inconsistentCatalog: nil
    }
  }

  /// The five-character code, when it was the server that said no.
  package var sqlState: String? {
    switch self {
    case .server(let error): error.sqlState
    case .connection(let failure): failure.sqlState
    default: nil
    }
  }
}

extension PostgresError: CustomStringConvertible {
  package var description: String { message }
}

/// An error that the server raised while it ran a statement.
package struct ServerError: Hashable, Sendable {
  package var severity: String
  package var sqlState: String
  package var message: String
  package var detail: String?
  package var hint: String?
  /// In characters of the statement, from one.
  package var position: Int?
  /// Where an error inside a function or a view came from.
  package var context: String?
  package var schema: String?
  package var table: String?
  package var column: String?
  package var constraint: String?
  /// Which of the statements that were sent together failed, from zero.
  package var statementIndex: Int

  package var nextStep: String? {
    switch sqlState {
    case "55P03": "another session holds a lock on it: try again later, or raise the lock timeout"
    case "57014": "it took longer than the statement timeout allows, or was cancelled"
    case "42501": "connect as a role that may do this, or have the right granted"
    case "25001":
      "in a migration it needs a section of its own, after a line: -- kedge:section N no-transaction"
    case "25006":
      "connect to the primary, as a role for which default_transaction_read_only is off"
    case "53300": "the server has no connection left: try again later, or raise max_connections"
    default: hint
    }
  }
}

/// Why no connection came about.
package struct ConnectionFailure: Hashable, Sendable {
  package enum Reason: String, Hashable, Sendable {
    case wrongPassword, passwordMissing, notInHostBasedAccess, unknownDatabase, unknownRole
    case authenticationMethod
    case hostUnknown, refused, timeout, tls, tooManyConnections, startingUp, permission, other
  }

  package var reason: Reason
  package var sqlState: String?
  package var host: String
  package var port: String
  package var database: String
  package var user: String
  /// libpq's or the server's words, with secrets masked.
  package var detail: String

  package var place: String {
    let where_ = host.utf8.first == UInt8(ascii: "/") ? "the socket in \(host)" : "\(host):\(port)"
    return "database \"\(database)\" on \(where_) as \"\(user)\""
  }

  package var message: String { "cannot connect to \(place): \(detail)" }

  package var nextStep: String? {
    switch reason {
    case .wrongPassword:
      "the password for \"\(user)\" is wrong: check the URL, PGPASSWORD or the .pgpass file"
    case .passwordMissing:
      "the server wants a password: put it into PGPASSWORD or a .pgpass file"
    case .notInHostBasedAccess:
      "the server's pg_hba.conf does not let this user, database and address in"
    case .authenticationMethod:
      "the server signs this user in another way (peer, ident, certificate): connect as the right "
        + "operating-system user, or over TCP with a password"
    case .unknownDatabase:
      "there is no database \"\(database)\" there: check its name, or create it"
    case .unknownRole: "there is no role \"\(user)\" there that may sign in"
    case .hostUnknown: "the name \(host) is unknown: check its spelling and your network"
    case .refused:
      "nothing listens there: is the server running, and is the port \(port) right?"
    case .timeout:
      "no answer in time: check the network and firewalls, or raise connect_timeout in the URL"
    case .tls: "check sslmode, sslrootcert and the server's certificate"
    case .tooManyConnections: "the server has no connection left: try again later"
    case .startingUp: "the server is starting, stopping or recovering: try again in a moment"
    case .permission: "the role may not connect to this database: GRANT CONNECT is missing"
    case .other: nil
    }
  }
}
