import SQLText
import SchemaModel
import Testing
import TestSupport

struct TypeNameTests {
  private static let status = ObjectID(.enumType, ["sales", "status"])
  private static let mood = ObjectID(.enumType, ["public", "mood"])
  private static let odd = ObjectID(.enumType, ["public", "Odd.Name"])
  private static let context = TypeContext(
    searchPath: ["public", "sales"], types: [status, mood, odd])

  @Test(arguments: [
    ("timestampz", "timestamptz"), ("varchr(20)", "varchar"), ("jsonbb[]", "jsonb"),
    ("integr", "integer"), ("citext", nil), ("geometry", nil), ("status", nil), ("int5", nil),
    ("sales.numerik", "numeric"), ("vector(3)", nil), ("ltree", nil), ("hstore", nil),
  ])
  func aSlipIsSeen(_ text: String, _ meant: String?) throws {
    let name = try PostgresSyntax().typeName(text, in: Self.context)
    #expect(name.nearlyMissed == meant)
  }

  /// What PostgreSQL 15 answered: a column of the type on the left, `format_type` under an empty
  /// search_path on the right.
  private static let answers = """
    int = integer
    INTEGER = integer
    int4 = integer
    int2 = smallint
    int8 = bigint
    bigint = bigint
    smallint = smallint
    bool = boolean
    boolean = boolean
    float4 = real
    float8 = double precision
    float = double precision
    float(1) = real
    float(24) = real
    float(25) = double precision
    float(53) = double precision
    real = real
    DOUBLE  PRECISION = double precision
    dec = numeric
    decimal = numeric
    decimal(10) = numeric(10,0)
    decimal(10,2) = numeric(10,2)
    numeric = numeric
    numeric(10) = numeric(10,0)
    numeric( 10 , 2 ) = numeric(10,2)
    numeric(3,-2) = numeric(3,-2)
    varchar = character varying
    varchar(20) = character varying(20)
    character varying = character varying
    character varying(20) = character varying(20)
    char varying(3) = character varying(3)
    national character varying(3) = character varying(3)
    national character(3) = character(3)
    national char = character(1)
    nchar(3) = character(3)
    nchar = character(1)
    char = character(1)
    char(5) = character(5)
    character = character(1)
    bpchar = bpchar
    bpchar(5) = character(5)
    "char" = "char"
    text = text
    name = name
    bit = bit(1)
    bit(3) = bit(3)
    bit varying = bit varying
    bit varying(3) = bit varying(3)
    varbit = bit varying
    varbit(3) = bit varying(3)
    time = time without time zone
    time(3) = time(3) without time zone
    time with time zone = time with time zone
    time(3) with time zone = time(3) with time zone
    timetz = time with time zone
    timetz(3) = time(3) with time zone
    timestamp = timestamp without time zone
    timestamp(3) = timestamp(3) without time zone
    timestamptz = timestamp with time zone
    timestamptz(3) = timestamp(3) with time zone
    timestamp(0) with time zone = timestamp(0) with time zone
    timestamp without time zone = timestamp without time zone
    interval = interval
    interval(3) = interval(3)
    interval YEAR = interval year
    interval year to month = interval year to month
    interval day to second(3) = interval day to second(3)
    interval second(3) = interval second(3)
    date = date
    json = json
    jsonb = jsonb
    uuid = uuid
    bytea = bytea
    inet = inet
    macaddr8 = macaddr8
    money = money
    tsvector = tsvector
    xml = xml
    point = point
    int4range = int4range
    tstzmultirange = tstzmultirange
    oid = oid
    regclass = regclass
    int[] = integer[]
    int[][] = integer[]
    int[3] = integer[]
    integer array = integer[]
    integer array[4] = integer[]
    varchar(20)[] = character varying(20)[]
    numeric(10,2)[] = numeric(10,2)[]
    timestamptz[] = timestamp with time zone[]
    timestamp(3) with time zone[] = timestamp(3) with time zone[]
    "char"[] = "char"[]
    pg_catalog.int4 = integer
    pg_catalog.varchar(10) = character varying(10)
    pg_catalog.timestamptz = timestamp with time zone
    pg_catalog."char" = "char"
    pg_catalog.bpchar = bpchar
    "int4" = integer
    "varchar"(10) = character varying(10)
    "text" = text
    "timestamptz" = timestamp with time zone
    "bool"[] = boolean[]
    mood = public.mood
    MOOD = public.mood
    "mood" = public.mood
    public.mood = public.mood
    status = sales.status
    sales.status[] = sales.status[]
    "Odd.Name" = public."Odd.Name"
    "Odd.Name"[] = public."Odd.Name"[]
    """.split(separator: "\n").map { line in
      line.split(separator: " = ", maxSplits: 1).map(String.init)
    }

  @Test(arguments: answers)
  func theSpellingIsThatOfFormatType(_ answer: [String]) throws {
    let type = try PostgresSyntax().typeName(answer[0], in: Self.context)
    #expect(type.canonical.string == answer[1])
    // And the server's own spelling is understood.
    #expect(try PostgresSyntax().typeName(answer[1], in: Self.context).canonical == type.canonical)
  }

  @Test func ownTypesAreKnownBehindTheirArrays() throws {
    for text in ["mood", "mood[]", "public.mood", "\"mood\"[3]"] {
      #expect(try PostgresSyntax().typeName(text, in: Self.context).object == Self.mood)
    }
    #expect(try PostgresSyntax().typeName("text", in: Self.context).object == nil)
    #expect(try PostgresSyntax().typeName("other.mood", in: Self.context).object == nil)
  }

  @Test(arguments: [
    "", "numeric(10,2", "1", "'x'", "int)", "int integer", "a b c", "int,", "()", "sales.", "int[",
    "varchar(", "public.mood zone", "\"char", "timestamp with zone",
  ])
  func whatCannotBeATypeIsRefused(_ text: String) {
    #expect(throws: SyntaxProblem.self) {
      try PostgresSyntax().typeName(text, in: Self.context)
    }
  }

  @Test(arguments: [
    ("VARCHAR ( 10 , 2 )", "varchar(10,2)"), ("  Long   Integer ", "long integer"), ("", ""),
    ("[my type]", "my type"), ("DECIMAL(10,-2)", "decimal(10,-2)"), ("INT", "int"),
  ])
  func sqliteTypesAreFolded(_ text: String, _ expected: String) throws {
    let type = try SQLiteSyntax().typeName(text, in: TypeContext())
    #expect(type.canonical.string == expected)
    #expect(type.text == text.trimmingSpace)
  }
}
