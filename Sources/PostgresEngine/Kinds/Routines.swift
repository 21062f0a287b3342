import SQLText
import SchemaModel

enum RoutineKind {
  static let query = CatalogQuery(
    """
    SELECT p.oid, p.pronamespace, p.proname, p.prokind, l.lanname, p.prosrc, p.probin,
      p.provolatile, p.proisstrict, p.prosecdef, p.proleakproof, p.proparallel, p.procost, p.prorows,
      p.proretset, pg_catalog.format_type(p.prorettype, NULL), p.prorettype, p.proconfig,
      p.proargmodes, p.proargnames, a.types, a.names, a.defaults,
      CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_function_sqlbody(p.oid) END,
      NULLIF(p.prosupport::text, '-'),
      CASE WHEN p.prokind = 'a' THEN (
        SELECT pg_catalog.concat_ws(', ',
          'SFUNC = ' || g.aggtransfn, 'STYPE = ' || pg_catalog.format_type(g.aggtranstype, NULL),
          'SSPACE = ' || NULLIF(g.aggtransspace, 0),
          'FINALFUNC = ' || NULLIF(g.aggfinalfn::text, '-'),
          CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
          'FINALFUNC_MODIFY = ' || CASE WHEN g.aggfinalmodify = 's' THEN 'SHAREABLE'
            WHEN g.aggfinalmodify = 'w' AND g.aggkind = 'n' THEN 'READ_WRITE'
            WHEN g.aggfinalmodify = 'r' AND g.aggkind <> 'n' THEN 'READ_ONLY' END,
          'COMBINEFUNC = ' || NULLIF(g.aggcombinefn::text, '-'),
          'SERIALFUNC = ' || NULLIF(g.aggserialfn::text, '-'),
          'DESERIALFUNC = ' || NULLIF(g.aggdeserialfn::text, '-'),
          'INITCOND = ' || pg_catalog.quote_literal(g.agginitval),
          'MSFUNC = ' || NULLIF(g.aggmtransfn::text, '-'),
          'MINVFUNC = ' || NULLIF(g.aggminvtransfn::text, '-'),
          'MSTYPE = ' || pg_catalog.format_type(NULLIF(g.aggmtranstype, 0), NULL),
          'MSSPACE = ' || NULLIF(g.aggmtransspace, 0),
          'MFINALFUNC = ' || NULLIF(g.aggmfinalfn::text, '-'),
          CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
          'MFINALFUNC_MODIFY = ' || CASE WHEN g.aggmtransfn <> 0 THEN
            CASE g.aggmfinalmodify WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END END,
          'MINITCOND = ' || pg_catalog.quote_literal(g.aggminitval),
          'SORTOP = ' || CASE WHEN g.aggsortop <> 0 THEN (
            SELECT pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname)
            FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
            WHERE o.oid = g.aggsortop) END,
          CASE p.proparallel WHEN 's' THEN 'PARALLEL = SAFE'
            WHEN 'r' THEN 'PARALLEL = RESTRICTED' END,
          CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END)
        FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) END,
      CASE WHEN p.protrftypes IS NOT NULL THEN (
        SELECT pg_catalog.array_agg(pg_catalog.format_type(u.type, NULL) ORDER BY u.i)::text
        FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY u(type, i)) END,
      CASE WHEN p.prokind = 'a' THEN (
        SELECT g.aggnumdirectargs FROM pg_catalog.pg_aggregate g
        WHERE g.aggfnoid = p.oid AND g.aggkind <> 'n') END
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    CROSS JOIN LATERAL (
      SELECT pg_catalog.array_agg(u.type ORDER BY u.i)::text AS types,
        pg_catalog.array_agg(pg_catalog.format_type(u.type, NULL) ORDER BY u.i)::text AS names,
        CASE WHEN p.pronargdefaults > 0 THEN pg_catalog.array_agg(
          pg_catalog.pg_get_function_arg_default(p.oid, u.i::int) ORDER BY u.i)::text END AS defaults
      FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
        WITH ORDINALITY u(type, i)) a
    WHERE \(CatalogQuery.isUserNamespace("p.pronamespace"))
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i
                      WHERE i.classid = 1255 AND i.objid = p.oid AND i.deptype = 'i')
    """
  ) { rows, catalog in
    for row in rows { decode(row, &catalog) }
  }

  private static func decode(_ row: PostgresRow, _ catalog: inout Catalog) {
    let oid = row.oid(0)
    guard let namespace = catalog.namespaces[row.oid(1)],
      !catalog.isExtensionMember(CatalogID.procedure, oid)
    else { return }
    let arguments = arguments(row, &catalog)
    let isProcedure = row.code(3) == UInt8(ascii: "p")
    let hasTable = arguments.contains { $0.mode == .table }
    let returns = TypeName(row.text(15), object: catalog.types[row.oid(16)]?.object)
    let language = row.text(4)
    var routine = Routine(
      id: Routine.id(
        schema: namespace, name: Identifier(row.text(2)), arguments: arguments),
      isProcedure: isProcedure, arguments: arguments,
      returns: isProcedure || hasTable ? nil : returns, returnsSet: row.bool(14),
      language: Identifier(language), body: body(row, &catalog))
    routine.isWindow = row.code(3) == UInt8(ascii: "w")
    routine.volatility =
      switch row.code(7) {
      case UInt8(ascii: "i"): .immutable
      case UInt8(ascii: "s"): .stable
      default: .volatile
      }
    routine.parallel =
      switch row.code(11) {
      case UInt8(ascii: "s"): .safe
      case UInt8(ascii: "r"): .restricted
      default: .unsafe
      }
    routine.isStrict = row.bool(8)
    routine.isSecurityDefiner = row.bool(9)
    routine.isLeakproof = row.bool(10)
    let usualCost = language == "c" || language == "internal" ? "1" : "100"
    if row.text(12) != usualCost { routine.cost = ExactText(row.text(12)) }
    if row.text(13) != (routine.returnsSet ? "1000" : "0") {
      routine.rows = ExactText(row.text(13))
    }
    routine.directArguments = row.optionalInteger(27).map { Int64($0) }
    routine.support = row.optionalText(24).map { ExactText($0) }
    if !row.isNull(26) { routine.transforms = row.texts(26).map { TypeName($0) } }
    routine.settings = Catalog.options(row.texts(17))
    routine.settingOrder = row.texts(17).map { ExactText($0) }
    // The rest is said in the definition, or is the functions' own.
    if case .aggregate = routine.body {
      routine.parallel = .unsafe
      routine.volatility = .volatile
      routine.cost = nil
    }
    catalog.add(.function(routine), at: CatalogAddress(CatalogID.procedure, oid))
  }

  private static func arguments(
    _ row: PostgresRow, _ catalog: inout Catalog
  ) -> [Routine.Argument] {
    let types = row.integers(20)
    let names = row.texts(21)
    // `"char"[]`: one letter each.
    let modes = row.texts(18)
    let labels = row.array(19)
    let defaults = row.array(22)
    return types.indices.map { index in
      let type = UInt32(truncatingIfNeeded: types[index])
      let name = index < labels.count ? labels[index] ?? "" : ""
      let value = index < defaults.count ? defaults[index] : nil
      return Routine.Argument(
        mode: mode(index < modes.count ? modes[index] : "i"),
        name: name.isEmpty ? nil : Identifier(name),
        type: TypeName(
          index < names.count ? names[index] : "", object: catalog.types[type]?.object),
        defaultValue: value.map { catalog.expression($0) })
    }
  }

  private static func mode(_ letter: String) -> Routine.Argument.Mode {
    switch letter {
    case "o": .output
    case "b": .both
    case "v": .variadic
    case "t": .table
    default: .input
    }
  }

  private static func body(_ row: PostgresRow, _ catalog: inout Catalog) -> Routine.Body {
    if let definition = row.optionalText(25) { return .aggregate(ExactText(definition)) }
    if let text = row.optionalText(23) { return .standard(catalog.expression(text)) }
    if let file = row.optionalText(6) {
      return .library(file: ExactText(file), symbol: ExactText(row.text(5)))
    }
    return .text(ExactText(row.text(5)))
  }
}
