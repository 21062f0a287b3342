import SchemaModel

/// The keys of each kind that is a name and attributes.
extension DefinedSection {
  static let collations = DefinedSection(
    .collation, "collations", .qualified,
    "Collations: name to a mapping.",
    [
      AttributeKey(
        "provider", .word(["libc", "icu", "builtin"]), "Who compares: libc, icu or builtin.",
        required: true),
      AttributeKey("locale", .text, "LOCALE."),
      AttributeKey("lc_collate", .text, "LC_COLLATE, where it is not LC_CTYPE."),
      AttributeKey("lc_ctype", .text, "LC_CTYPE."),
      AttributeKey("nondeterministic", .flag, "DETERMINISTIC = false."),
      AttributeKey("rules", .text, "RULES (PostgreSQL 16)."),
    ])

  static let rangeTypes = DefinedSection(
    .rangeType, "range_types", .qualified,
    "Range types: name to a mapping.",
    [
      AttributeKey("subtype", .type, "The type that it is ranges of.", required: true),
      AttributeKey("subtype_opclass", .name(.operatorClass), "Another than the default."),
      AttributeKey("collation", .name(.collation), "Another than the subtype's own."),
      AttributeKey("canonical", .name(.function), "The canonicalization function."),
      AttributeKey("subtype_diff", .name(.function), "The function that subtracts."),
      AttributeKey(
        "multirange_type_name", .name(.rangeType), "Another name than PostgreSQL's own."),
    ])

  static let baseTypes = DefinedSection(
    .baseType, "base_types", .qualified,
    "Base types: name to a mapping; without one a shell.",
    [
      AttributeKey("input", .name(.function), "INPUT."),
      AttributeKey("output", .name(.function), "OUTPUT."),
      AttributeKey("receive", .name(.function), "RECEIVE."),
      AttributeKey("send", .name(.function), "SEND."),
      AttributeKey("typmod_in", .name(.function), "TYPMOD_IN."),
      AttributeKey("typmod_out", .name(.function), "TYPMOD_OUT."),
      AttributeKey("analyze", .name(.function), "ANALYZE."),
      AttributeKey("subscript", .name(.function), "SUBSCRIPT."),
      AttributeKey("length", .text, "INTERNALLENGTH: variable."),
      AttributeKey("passed_by_value", .flag, "PASSEDBYVALUE."),
      AttributeKey("alignment", .word(["char", "int2", "double"]), "ALIGNMENT: int4."),
      AttributeKey("storage", .word(["external", "extended", "main"]), "STORAGE: plain."),
      AttributeKey("category", .text, "CATEGORY: U."),
      AttributeKey("preferred", .flag, "PREFERRED."),
      AttributeKey("default", .text, "DEFAULT."),
      AttributeKey("element", .type, "ELEMENT."),
      AttributeKey("delimiter", .text, "DELIMITER: a comma."),
      AttributeKey("collatable", .flag, "COLLATABLE."),
    ])

  static let operators = DefinedSection(
    .operator, "operators", .operands,
    "Operators: 'NAME (LEFT, RIGHT)' to a mapping; LEFT is none of a prefix operator.",
    [
      AttributeKey("function", .name(.function), "What it calls.", required: true),
      AttributeKey("commutator", .name(.operator), "COMMUTATOR."),
      AttributeKey("negator", .name(.operator), "NEGATOR."),
      AttributeKey("restrict", .name(.function), "The estimator of a restriction."),
      AttributeKey("join", .name(.function), "The estimator of a join."),
      AttributeKey("hashes", .flag, "HASHES."),
      AttributeKey("merges", .flag, "MERGES."),
    ])

  static let operatorFamilies = DefinedSection(
    .operatorFamily, "operator_families", .method,
    "Operator families: 'NAME using METHOD' to nothing, or to a mapping.",
    [AttributeKey("members", .members, "What belongs to the family and to none of its classes.")])

  static let operatorClasses = DefinedSection(
    .operatorClass, "operator_classes", .method,
    "Operator classes: 'NAME using METHOD' to a mapping.",
    [
      AttributeKey("type", .type, "The type that it is for.", required: true),
      AttributeKey("default", .flag, "DEFAULT."),
      AttributeKey(
        "family", .name(.operatorFamily), "The operator family: the one of the same name."),
      AttributeKey("storage", .type, "STORAGE."),
      AttributeKey("members", .members, "OPERATOR … and FUNCTION …, one by one."),
    ])

  static let casts = DefinedSection(
    .cast, "casts", .cast, "Casts: 'SOURCE as TARGET' to a mapping.",
    [
      AttributeKey(
        "function", .sql(examples: ["to_cents(money)"]), "WITH FUNCTION name(argument types)."),
      AttributeKey("method", .word(["inout", "binary"]), "WITH INOUT, or WITHOUT FUNCTION."),
      AttributeKey("context", .word(["assignment", "implicit"]), "AS ASSIGNMENT, AS IMPLICIT."),
    ])

  static let conversions = DefinedSection(
    .conversion, "conversions", .qualified,
    "Conversions between encodings: name to a mapping.",
    [
      AttributeKey("for", .text, "The source encoding.", required: true),
      AttributeKey("to", .text, "The destination encoding.", required: true),
      AttributeKey("function", .name(.function), "What converts.", required: true),
      AttributeKey("default", .flag, "DEFAULT."),
    ])

  static let transforms = DefinedSection(
    .transform, "transforms", .transform, "Transforms: 'TYPE language NAME' to a mapping.",
    [
      AttributeKey("from_sql", .sql(examples: []), "FROM SQL WITH FUNCTION name(types)."),
      AttributeKey("to_sql", .sql(examples: []), "TO SQL WITH FUNCTION name(types)."),
    ])

  static let languages = DefinedSection(
    .language, "languages", .global,
    "Languages that no extension brings along: name to a mapping.",
    [
      AttributeKey("handler", .name(.function), "HANDLER.", required: true),
      AttributeKey("inline", .name(.function), "INLINE."),
      AttributeKey("validator", .name(.function), "VALIDATOR."),
      AttributeKey("trusted", .flag, "TRUSTED."),
    ])

  static let accessMethods = DefinedSection(
    .accessMethod, "access_methods", .global, "Access methods: name to a mapping.",
    [
      AttributeKey("type", .word(["index", "table"]), "index or table.", required: true),
      AttributeKey("handler", .name(.function), "HANDLER.", required: true),
    ])

  static let textSearchParsers = DefinedSection(
    .textSearchParser, "text_search_parsers", .qualified,
    "Text search parsers: name to a mapping.",
    [
      AttributeKey("start", .name(.function), "START.", required: true),
      AttributeKey("gettoken", .name(.function), "GETTOKEN.", required: true),
      AttributeKey("end", .name(.function), "END.", required: true),
      AttributeKey("lextypes", .name(.function), "LEXTYPES.", required: true),
      AttributeKey("headline", .name(.function), "HEADLINE."),
    ])

  static let textSearchTemplates = DefinedSection(
    .textSearchTemplate, "text_search_templates", .qualified,
    "Text search templates: name to a mapping.",
    [
      AttributeKey("lexize", .name(.function), "LEXIZE.", required: true),
      AttributeKey("init", .name(.function), "INIT."),
    ])

  static let textSearchDictionaries = DefinedSection(
    .textSearchDictionary, "text_search_dictionaries", .qualified,
    "Text search dictionaries: name to a mapping.",
    [
      AttributeKey(
        "template", .name(.textSearchTemplate), "The template: simple, snowball, ispell …",
        required: true),
      AttributeKey(
        "options", .options(.text, keepsOrder: true), "The options of the template, in order."),
    ])

  static let textSearchConfigurations = DefinedSection(
    .textSearchConfiguration, "text_search_configurations", .qualified,
    "Text search configurations: name to a mapping.",
    [
      AttributeKey("parser", .name(.textSearchParser), "The parser: default.", required: true),
      AttributeKey(
        "mappings", .options(.list(.name(.textSearchDictionary))),
        "Kind of token to its dictionaries, in order."),
    ])

  private static let secrets = AttributeKey(
    "secrets", .set,
    "Names of options that hold secrets; their values are nobody's business.")
  private static let options = AttributeKey("options", .options(.text), "OPTIONS.")

  static let foreignDataWrappers = DefinedSection(
    .foreignDataWrapper, "foreign_data_wrappers", .global,
    "Foreign-data wrappers that no extension brings along: name to a mapping.",
    [
      AttributeKey("handler", .name(.function), "HANDLER."),
      AttributeKey("validator", .name(.function), "VALIDATOR."), options, secrets,
    ])

  static let servers = DefinedSection(
    .server, "servers", .global, "Foreign servers: name to a mapping.",
    [
      AttributeKey("wrapper", .name(.foreignDataWrapper), "The wrapper.", required: true),
      AttributeKey("type", .text, "TYPE."), AttributeKey("version", .text, "VERSION."), options,
      secrets,
    ])

  static let userMappings = DefinedSection(
    .userMapping, "user_mappings", .mapping,
    "User mappings: 'USER server NAME' to nothing, or to a mapping; USER may be public.",
    [options, secrets])

  static let subscriptions = DefinedSection(
    .subscription, "subscriptions", .global,
    "Subscriptions, without their connection: name to a mapping.",
    [
      AttributeKey(
        "publications", .list(.name(.publication)), "What is subscribed to.", required: true),
      AttributeKey("enabled", .flag, "Whether it runs."),
      AttributeKey("slot_name", .text, "Another slot than the one of its name; none for none."),
      AttributeKey("synchronous_commit", .text, "synchronous_commit: off."),
      AttributeKey("binary", .flag, "binary."),
      AttributeKey("streaming", .word(["on", "parallel"]), "streaming."),
      AttributeKey("two_phase", .flag, "two_phase."),
      AttributeKey("disable_on_error", .flag, "disable_on_error."),
      AttributeKey("origin", .text, "origin: any."),
      AttributeKey("password_not_required", .flag, "password_required = false."),
      AttributeKey("run_as_owner", .flag, "run_as_owner."),
      AttributeKey("failover", .flag, "failover."),
    ])

  static let eventTriggers = DefinedSection(
    .eventTrigger, "event_triggers", .global, "Event triggers: name to a mapping.",
    [
      AttributeKey("event", .text, "ddl_command_start, ddl_command_end …", required: true),
      AttributeKey(
        "function", .name(.function), "The function, without arguments.", required: true),
      AttributeKey("tags", .set, "The commands that it fires on: all."),
      AttributeKey(
        "enabled", .word(["disabled", "replica", "always"]), "In which sessions it fires."),
    ])
}
