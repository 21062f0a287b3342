import SchemaDiff
import SchemaModel
import Testing
import TestSupport

struct FieldValueTests {
  private let one = FieldValue.expression(Make.expression("a > 0"))
  private let other = FieldValue.expression(Make.expression("0 < a"))

  @Test func onlyTextsDiffer() {
    #expect(one.differsOnlyInExpressions(from: other))
    #expect(
      FieldValue.list([.text("x"), one]).differsOnlyInExpressions(
        from: .list([.text("x"), other])))
    #expect(
      FieldValue.record([Field("a", true), Field("b", one)]).differsOnlyInExpressions(
        from: .record([Field("a", true), Field("b", other)])))
  }

  @Test func somethingElseDiffersToo() {
    #expect(!one.differsOnlyInExpressions(from: .absent))
    #expect(!FieldValue.absent.differsOnlyInExpressions(from: one))
    #expect(
      !FieldValue.list([.text("x"), one]).differsOnlyInExpressions(
        from: .list([.text("y"), other])))
    #expect(!FieldValue.list([one]).differsOnlyInExpressions(from: .list([one, one])))
    #expect(
      !FieldValue.record([Field("a", true), Field("b", one)]).differsOnlyInExpressions(
        from: .record([Field("a", false), Field("b", other)])))
    #expect(!FieldValue.flag(true).differsOnlyInExpressions(from: .flag(false)))
  }
}
