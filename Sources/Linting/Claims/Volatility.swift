import SQLText

/// Whether a default gives every old row a value of its own, so that the table must be rewritten.
package enum Volatility: Hashable, Sendable {
  case constant
  /// One value for all: `now()`.
  case stable
  case volatile
  /// Calls a function that is not built in.
  case unknown

  package static func of(_ expression: Fragment) -> Volatility {
    var answer = Volatility.constant
    for call in expression.calls {
      if volatileFunctions.contains(call) { return .volatile }
      if stableFunctions.contains(call) {
        if answer == .constant { answer = .stable }
      } else if !immutableFunctions.contains(call) {
        answer = .unknown
      }
    }
    guard answer == .constant else { return answer }
    return expression.tokens.contains { token in stableWords.contains { token.isWord($0) } }
      ? .stable : .constant
  }

  private static let volatileFunctions: Set<String> = [
    "clock_timestamp", "gen_random_uuid", "gen_random_bytes", "nextval", "random",
    "random_normal", "setval", "currval", "lastval", "timeofday",
    "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7",
    "txid_current", "pg_current_xact_id", "pg_sleep", "gen_salt",
  ]

  private static let stableFunctions: Set<String> = [
    "now", "transaction_timestamp", "statement_timestamp", "current_setting", "current_schema",
    "current_schemas", "to_char", "to_timestamp", "to_date", "timezone", "version", "age",
    "current_database", "current_timestamp", "localtimestamp", "current_time", "localtime",
    "row_to_json", "to_json", "to_jsonb", "concat", "concat_ws", "format", "json_build_object",
    "jsonb_build_object", "json_build_array", "jsonb_build_array", "date_trunc", "date_part",
    "to_tsvector", "inet_client_addr", "pg_backend_pid", "txid_current_if_assigned",
  ]

  private static let stableWords: [String] = [
    "current_timestamp", "current_date", "current_time", "localtimestamp", "localtime",
    "current_user", "session_user", "current_role", "user", "current_catalog", "current_schema",
  ]

  private static let immutableFunctions: Set<String> = [
    "abs", "array", "array_append", "array_cat", "array_fill", "array_length", "ascii", "btrim",
    "cast", "ceil", "ceiling", "chr", "coalesce", "decode", "digest", "encode", "exp", "extract",
    "floor", "greatest", "initcap", "int4range", "int8range", "left", "least", "length", "ln",
    "lower", "lpad", "ltrim", "make_date", "make_interval", "make_time", "make_timestamp", "md5",
    "mod", "nullif", "numrange", "daterange", "tsrange", "tstzrange", "position", "power", "repeat",
    "replace", "reverse", "right", "round", "row", "rpad", "rtrim", "sha256", "sign", "split_part",
    "sqrt", "strpos", "substr", "substring", "trim", "trunc", "upper", "interval", "numeric",
    "varchar", "char", "decimal", "timestamp", "time", "timestamptz", "bit", "date", "uuid_nil",
    "uuid_ns_url", "uuid_ns_dns", "hstore", "box", "point", "circle", "polygon", "inet", "not",
    "in",
    "and", "or", "values",
  ]
}
