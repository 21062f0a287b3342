import Planning
import SQLText
import SchemaModel

/// Owner and grants of what is made again, where the schema that the plan starts from does not tell them, as that
/// of a folder of migrations: the plan keeps those of the database that it runs on.
enum CarriedRights {
  static func steps(_ context: PlanContext, remade: Set<ObjectID>) -> [Step] {
    if context.from.scope.management ?? .everything == .everything { return [] }
    let targets = remade.filter { context.from.contains($0) && context.to.contains($0) }
    return targets.sorted().compactMap { Place($0, context) }.enumerated().flatMap { index, place in
      steps(place, setting: "kedge.rights_\(index + 1)")
    }
  }

  /// Between them nothing is committed.
  private static func steps(_ place: Place, setting: String) -> [Step] {
    let kept = ObjectID.milestone("rights", of: place.target)
    return [
      Step(
        .alter, place.target, destroys: [kept], releases: [place.target],
        statements: [Statement(place.remembering(setting))]),
      Step(
        .alter, place.target, produces: [kept, .owner(of: place.target)], consumes: [place.target],
        statements: [Statement(restoring(setting))]),
    ]
  }

  private static func restoring(_ setting: String) -> SQL {
    """
    DO $kedge$
    DECLARE words text;
    BEGIN
      FOREACH words IN ARRAY pg_catalog.current_setting(\(literal: setting))::text[] LOOP
        -- A column of which something was granted may be gone.
        BEGIN EXECUTE words; EXCEPTION WHEN undefined_column THEN NULL; END;
      END LOOP;
    END $kedge$
    """
  }

  /// Where the catalog has an object's owner and grants.
  private struct Place {
    let target: ObjectID
    /// As `ALTER` calls it, and `GRANT`.
    private let name: SQL
    private let grantName: SQL
    private let catalog: SQL
    private let prefix: SQL
    private let identifier: SQL
    private let hasColumns: Bool
    /// The letter for `acldefault`, where nothing said means something granted.
    private var defaults: String?

    /// Nil for what has no grants of its own.
    init?(_ target: ObjectID, _ context: PlanContext) {
      self.target = target
      let path: SQL = "\(path: target.path)"
      hasColumns = Privileges.letter(of: target.kind) == "r"
      switch Privileges.letter(of: target.kind) {
      case "r", "s":
        name = CommentSteps.name(target)
        grantName = target.kind == .sequence ? name : "TABLE \(path)"
        (catalog, prefix) = ("pg_class", "rel")
        identifier = "\(literal: path.text)::pg_catalog.regclass"
      case "T":
        (name, grantName) = (CommentSteps.name(target), "TYPE \(path)")
        (catalog, prefix) = ("pg_type", "typ")
        defaults = "T"
        identifier = "\(literal: path.text)::pg_catalog.regtype"
      case "f":
        // The arguments of an aggregate are not always those of a name.
        guard case .function(let routine)? = context.from[target] else { return nil }
        if case .aggregate = routine.body { return nil }
        (name, grantName) = (CommentSteps.name(target), CommentSteps.name(target))
        (catalog, prefix) = ("pg_proc", "pro")
        defaults = "f"
        identifier = "\(literal: RoutineSteps.signature(target).text)::pg_catalog.regprocedure"
      default: return nil
      }
    }

    /// Everybody may do something with a new routine or type, unless the defaults say otherwise.
    func remembering(_ setting: String) -> SQL {
      var parts: [SQL] = [
        "ARRAY[\(literal: "ALTER \(name.text) OWNER TO ") || o.\(prefix)owner::pg_catalog.regrole]"
      ]
      var list: SQL = "o.\(prefix)acl"
      if let letter = defaults {
        parts.append("ARRAY[\(literal: "REVOKE ALL ON \(grantName.text) FROM PUBLIC")]")
        list = "COALESCE(\(list), pg_catalog.acldefault(\(literal: letter), o.\(prefix)owner))"
      }
      parts.append(
        """
        ARRAY(SELECT 'GRANT ' || a.privilege_type || \(grant(" "))
            FROM pg_catalog.aclexplode(\(list)) a)
        """)
      if hasColumns {
        parts.append(
          """
          ARRAY(SELECT 'GRANT ' || a.privilege_type || ' (' || pg_catalog.quote_ident(c.attname) || \(grant(") "))
              FROM pg_catalog.pg_attribute c, pg_catalog.aclexplode(c.attacl) a WHERE c.attrelid = o.oid)
          """)
      }
      return """
        SELECT pg_catalog.set_config(\(literal: setting), (
          -- Owner and grants as this database has them: given again below.
          \(parts.joined("\n  || ")))::text, false)
        FROM pg_catalog.\(catalog) o WHERE o.oid = \(identifier)
        """
    }

    private func grant(_ opening: String) -> SQL {
      """
      \(literal: "\(opening)ON \(grantName.text) TO ")
            || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
            || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
      """
    }
  }
}
