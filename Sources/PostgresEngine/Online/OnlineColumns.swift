import Planning
import SQLText
import SchemaModel

/// How NOT NULL is proven before it is said, so that nobody waits for the reading.
struct NotNullProof {
  /// Of the constraint that is validated.
  let name: Identifier
  let addition: Statement
  /// What makes NOT NULL of it.
  let conclusion: [Statement]
}

extension Online {
  /// Nil where it has to be said outright; the table is not read if a check says the same.
  func proof(of column: Column) -> NotNullProof? {
    guard let table = standing(column.id), !isProven(column) else { return nil }
    let notNull = column.notNull
    if notNull.isNotValid { return nil }
    let isFamily = context.newChildren[table] != nil
    if context.serverVersion >= 180_000, !isFamily || notNull != .usual {
      var unproven = column
      unproven.notNull.name = ColumnSteps.notNullName(column)
      unproven.notNull.isNotValid = true
      return NotNullProof(
        name: ColumnSteps.notNullName(column), addition: ColumnSteps.addingNotNull(unproven),
        conclusion: [])
    }
    guard notNull == .usual else { return nil }
    let name = PostgresNames.make(table.name.raw, column.id.name.raw, "not_null__kedge")
    func alter(_ clause: SQL) -> Statement {
      Statement("ALTER TABLE \(path: table.path) \(clause)", lock: .accessExclusive, on: [table])
    }
    return NotNullProof(
      name: name,
      addition: alter("ADD CONSTRAINT \(name) CHECK (\(column.id.name) IS NOT NULL) NOT VALID"),
      conclusion: [
        alter("ALTER COLUMN \(column.id.name) SET NOT NULL"), alter("DROP CONSTRAINT \(name)"),
      ])
  }

  /// Whether a check that stays says that no row is without a value.
  func isProven(_ column: Column) -> Bool {
    context.from.objects(of: .check, under: column.id.table.path).contains { object in
      guard case .check(let check) = object, !check.isNotValid, !check.isNotEnforced,
        context.change[check.id] == nil, !rebuilt.contains(check.id),
        let tokens = try? Lexer.tokens(of: check.expression.text, rules: .postgresql),
        tokens.count == 4
      else { return false }
      return PostgresSyntax().identifier(tokens[0]) == column.id.name && tokens[1].isWord("is")
        && tokens[2].isWord("not") && tokens[3].isWord("null")
    }
  }

  /// A column whose rows have to be filled: it is added empty, filled in portions, and then NOT NULL.
  func add(_ column: Column) -> [Step]? {
    guard let table = standing(column.id), column.generation == nil, !column.isInherited,
      column.notNull == .usual, !isConstrainedDomain(column.type)
    else { return nil }
    if let identity = column.identity {
      return hasMovingPartitions(table) ? nil : add(column, identity, to: table)
    }
    let filling: SQL
    if let backfill = context.conversion(of: column.id)?.backfill {
      filling = "\(backfill)"
    } else if let value = column.defaultValue, Volatility.isVolatile(value) {
      filling = "\(value)"
    } else {
      return nil
    }
    var bare = column
    bare.defaultValue = nil
    bare.isNullable = true
    var step = ColumnSteps.bare(bare, context)
    step.consumes = context.needs(.column(column), in: context.to)
    if let value = column.defaultValue {
      step.statements.insert(
        Statement(
          "ALTER TABLE \(path: table.path) ALTER COLUMN \(column.id.name) SET DEFAULT \(value)",
          lock: .accessExclusive), at: 1)
    }
    let fill = fill(column.id, with: filling)
    guard !column.isNullable else { return [step, fill] }
    return [step, fill] + proving(column, after: fill.produces, finally: [])
  }

  /// An identity column, numbered by a sequence of its own until every row has its number.
  private func add(_ column: Column, _ identity: Identity, to table: ObjectID) -> [Step] {
    let numbering = IdentitySteps.numbering(column, identity, context)
    var bare = column
    bare.identity = nil
    bare.isNullable = true
    var step = ColumnSteps.bare(bare, context)
    step.consumes = context.needs(.column(column), in: context.to)
    step.statements += [
      numbering.sequence,
      Statement(
        "ALTER TABLE \(path: table.path) ALTER COLUMN \(column.id.name) SET DEFAULT \(numbering.next)",
        lock: .accessExclusive, on: [table]),
    ]
    let fill = fill(column.id, with: numbering.next)
    return [step, fill]
      + proving(column, after: fill.produces, finally: numbering.conclusion)
  }

  /// Writes the rows that have no value, in portions.
  func fill(_ column: ObjectID, with value: SQL) -> Step {
    let table = column.table
    return Step(
      .alter, column, produces: [.milestone("filled", of: column)], consumes: [column],
      statements: holders(of: table).map { Backfill.statement(column.name, value, of: $0) },
      hazards: [
        Hazard("BF06", "Triggers of table \(table.name) fire for every row that is filled.")
      ], stage: .late)
  }

  /// Where the rows are: of a family each table is gone through by its own pages.
  private func holders(of table: ObjectID) -> [ObjectID] {
    if isPartitioned(table) { return leaves(of: table) }
    var family = [table]
    var position = 0
    while position < family.count {
      let children = (context.newChildren[family[position]] ?? []).filter { standing($0) != nil }
      family += children.filter { !family.contains($0) }
      position += 1
    }
    return family
  }

  /// The steps from a column without NULLs to NOT NULL.
  func proving(_ column: Column, after: [ObjectID], finally last: [Statement]) -> [Step] {
    let done = ObjectID.milestone("not null", of: column.id)
    guard let proof = proof(of: column) else {
      return [
        Step(
          .alter, column.id, produces: [done], consumes: after,
          statements: [
            Statement(
              "ALTER TABLE \(path: column.id.relationPath) ALTER COLUMN \(column.id.name) SET NOT NULL",
              lock: .accessExclusive)
          ] + last)
      ]
    }
    let begun = ObjectID.milestone("unproven", of: column.id)
    let add = Step(
      .alter, column.id, produces: [begun], consumes: after, statements: [proof.addition])
    return [add] + concluding(proof, column, after: [begun], finally: last)
  }

  func concluding(
    _ proof: NotNullProof, _ column: Column, after: [ObjectID], finally last: [Statement]
  ) -> [Step] {
    let done = ObjectID.milestone("not null", of: column.id)
    var validate = Online.validation(
      of: proof.name, on: column.id.table, subject: column.id, after: after)
    let conclusion = proof.conclusion + last
    guard !conclusion.isEmpty else {
      validate.produces.append(done)
      return [validate]
    }
    return [
      validate,
      Step(
        .alter, column.id, produces: [done], consumes: validate.produces,
        statements: conclusion),
    ]
  }

  /// PostgreSQL rewrites the table for a column whose domain has something to say, even without a default.
  func isConstrainedDomain(_ type: TypeName) -> Bool {
    guard let id = type.object, case .domain(let domain)? = context.to[id] else { return false }
    return !domain.checks.isEmpty || !domain.isNullable
  }
}

/// Fills a column of the rows that are there, some pages at a time, each in a transaction of its own.
enum Backfill {
  /// What one transaction writes.
  private static let pages: Int64 = 64

  /// `ONLY` does no harm where there are no children; the pages are those of this table.
  static func statement(_ column: Identifier, _ value: SQL, of table: ObjectID) -> Statement {
    let name = SQL.verbatim(Quoting.literal(Quoting.path(table.path)))
    let quote = Quoting.dollars(around: value)
    let sql: SQL = """
      DO \(quote)
      DECLARE
        page bigint := 0;
        pages bigint := pg_catalog.pg_relation_size(\(name)::pg_catalog.regclass)
          / pg_catalog.current_setting('block_size')::bigint;
      BEGIN
        WHILE page <= pages LOOP
          UPDATE ONLY \(path: table.path) SET \(column) = \(value)
          WHERE \(column) IS NULL AND ctid >= pg_catalog.format('(%s,0)', page)::pg_catalog.tid
            AND ctid < pg_catalog.format('(%s,0)', page + \(pages))::pg_catalog.tid;
          COMMIT;
          page := page + \(pages);
        END LOOP;
        -- Rows that others moved to other pages meanwhile.
        UPDATE ONLY \(path: table.path) SET \(column) = \(value) WHERE \(column) IS NULL;
      END \(quote)
      """
    return Statement(
      sql, lock: .rowExclusive, on: [table], work: .rewrite, isTransactional: false)
  }
}

/// Whether a default gives each row a value of its own, so that adding it to a table writes every row.
enum Volatility {
  /// Functions and types that may stand before a parenthesis; what is not known is taken for volatile.
  private static let steady: Set<String> = [
    "now", "statement_timestamp", "transaction_timestamp", "timezone", "date_trunc", "date_part",
    "extract", "to_char", "to_date", "to_timestamp", "to_number", "lower", "upper", "initcap",
    "coalesce", "nullif", "greatest", "least", "md5", "length", "concat", "concat_ws", "format",
    "current_setting", "current_schema", "current_database", "current_user", "session_user",
    "make_interval", "make_date", "make_timestamp", "make_timestamptz", "make_time",
    "jsonb_build_object", "json_build_object", "jsonb_build_array", "json_build_array",
    "to_json", "to_jsonb", "abs", "round", "floor", "ceil", "ceiling", "trunc", "mod", "power",
    "sqrt", "cast", "row", "age", "substring", "substr", "trim", "btrim", "ltrim", "rtrim",
    "replace", "left", "right", "lpad", "rpad", "repeat", "reverse", "decode", "encode",
    "array_fill", "string_to_array", "int4range", "int8range", "numrange", "daterange", "tsrange",
    "tstzrange", "uuid_nil", "numeric", "decimal", "varchar", "varying", "character", "char",
    "bit", "timestamp", "timestamptz", "time", "timetz", "interval", "current_time",
    "current_timestamp", "localtime", "localtimestamp", "array", "point", "box", "circle",
  ]

  static func isVolatile(_ value: Expression) -> Bool {
    guard let tokens = try? Lexer.tokens(of: value.text, rules: .postgresql) else { return true }
    return tokens.enumerated().contains { index, token in
      guard index + 1 < tokens.count, tokens[index + 1].isSymbol("("),
        token.kind == .word || token.kind == .quotedName
      else { return false }
      if index > 1, tokens[index - 1].isSymbol("."), !tokens[index - 2].isWord("pg_catalog") {
        return true
      }
      return !steady.contains(token.text.asciiLowercased)
    }
  }
}
