import Foundation
import SchemaModel
import TestSupport
import Testing

@testable import Reporting

/// What only a browser can tell: whether everything can be read, and fits.
@Suite(.serialized, .enabled(if: Browser.isThere, "Chromium is not installed"))
struct PageLooksTests {
  /// The page with a script that measures it; its own policy would refuse that.
  private func measured(
    _ schemas: (from: Schema, to: Schema), hash: String = "", flags: [String] = []
  ) throws -> [String: String] {
    let page = try Pages.page(schemas.from, schemas.to).render()
      .replacing(/script-src &#39;[^&]*&#39;/, with: "script-src &#39;unsafe-inline&#39;")
      .replacing("</body>", with: "<script>\(Self.measure)</script></body>")
    let url = FileManager.default.temporaryDirectory.appending(
      path: "kedge-page-\(UUID().uuidString).html")
    try Data(page.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let answer = try Browser.open(url, hash: hash, flags: flags)
    #expect(answer.console == [])
    var values: [String: String] = [:]
    for match in answer.text.matches(of: /data-measured-([a-z]+)="([^"]*)"/) {
      values[String(match.1)] = String(match.2)
    }
    return values
  }

  private func schemas(_ tables: Int) throws -> (from: Schema, to: Schema) {
    let to = try DiagramTests.chain(tables, schemas: 3)
    let long = Make.table(
      "a_name_as_long_as_names_can_be_which_is_sixty_three_letters_or_so", "id", "note")
    let from = try to.replacing(
      objects: long
        + to.objects.map {
          guard case .column(var column) = $0, column.id.name.raw == "name",
            column.id.relationPath.last?.raw.hasSuffix("7") ?? false
          else { return $0 }
          column.type = TypeName("character varying(100)")
          return .column(column)
        })
    return (from, to)
  }

  /// Four and a half to one is what the guidelines for accessible pages ask of text.
  @Test(arguments: ["dark", "light"])
  func everyTextStandsOut(_ scheme: String) throws {
    let values = try measured(
      schemas(60), flags: ["--blink-settings=preferredColorScheme=\(scheme == "dark" ? 0 : 1)"])
    #expect(values["scheme"] == scheme)
    let worst = try #require(values["contrast"].flatMap(Double.init))
    #expect(worst >= 4.5, "\(values["where"] ?? "")")
  }

  @Test(arguments: ["400,900", "1280,900"])
  func nothingIsWiderThanTheWindow(_ size: String) throws {
    let values = try measured(schemas(200), flags: ["--window-size=\(size)"])
    #expect(values["overflow"] == "0", "\(values["wide"] ?? "")")
  }

  /// The heights of hundreds of differences above are estimated as long as nobody has seen them.
  @Test func anAnchorIsWhereItLeads() throws {
    let values = try measured(schemas(900), hash: "#diagram")
    #expect(values["differences"].flatMap(Int.init).map { $0 > 80 } ?? false)
    let top = try #require(values["top"].flatMap(Double.init))
    #expect(abs(top) < 60, "\(top)")
  }

  private static let measure = #"""
    (() => {
      const numbers = (text) => (text.match(/[\d.]+/g) || []).map(Number);
      const light = (color) => {
        const [r, g, b] = color.map((x) => x / 255).map((x) => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
      };
      const ratio = (a, b) => {
        const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
        return (high + .05) / (low + .05);
      };
      const behind = (element) => {
        const box = element.closest(".table");
        if (box) return numbers(getComputedStyle(box.querySelector("rect")).fill);
        for (let at = element; at; at = at.parentElement) {
          const color = numbers(getComputedStyle(at).backgroundColor);
          if (color.length === 3 || color[3] > 0) return color;
        }
        return [255, 255, 255];
      };
      let worst = 21, where = "";
      for (const element of document.querySelectorAll("body *")) {
        if (element.matches("script, title, option, svg title")) continue;
        if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        const style = getComputedStyle(element);
        const value = ratio(numbers(element.closest("svg") ? style.fill : style.color), behind(element));
        if (value < worst) [worst, where] = [value, element.outerHTML.slice(0, 100).replace(/["<>]/g, " ")];
      }
      const root = document.documentElement;
      const wide = [...document.querySelectorAll("body *")].filter((element) => !element.closest("svg, .scroll, pre")
        && element.getBoundingClientRect().right > root.clientWidth + 1);
      const say = (name, value) => root.setAttribute("data-measured-" + name, value);
      setTimeout(() => {
        say("differences", document.querySelectorAll("article").length);
        say("top", document.getElementById("diagram").getBoundingClientRect().top);
      }, 2000);
      say("scheme", matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      say("contrast", worst.toFixed(2));
      say("where", where);
      say("overflow", Math.max(0, root.scrollWidth - root.clientWidth));
      say("wide", wide.map((element) => element.outerHTML.slice(0, 80).replace(/["<>]/g, " ")).slice(0, 3).join("; "));
    })();
    """#
}
