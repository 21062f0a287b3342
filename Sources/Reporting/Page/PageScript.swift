/// The script of the page: filters, copying, and moving around in the diagram. Without it everything is there
/// all the same.
enum PageScript {
  static let text = filter + anchors + diagram

  private static let filter = #"""

    "use strict";
    (() => {
      const $ = (id) => document.getElementById(id);

      // The filter is kept in the address: #q=users&change=drop can be sent to somebody.
      const form = $("filter");
      if (form) {
        const items = [...document.querySelectorAll("#differences article")].map((element) => ({
          element, kind: element.dataset.kind, change: element.dataset.change,
          group: element.closest(".group"), text: null,
        }));
        const groups = [...document.querySelectorAll("#differences .group")];
        const boxes = [...form.querySelectorAll("input[name=change]")];
        const apply = () => {
          const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
          const kind = $("kind").value;
          const changes = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
          let shown = 0;
          const alive = new Set();
          for (const item of items) {
            let fits = changes.has(item.change) && (!kind || item.kind === kind);
            if (fits && words.length) {
              if (item.text === null) {
                const title = item.group ? item.group.querySelector("h3") : null;
                item.text = ((title ? title.textContent : "") + " " + item.element.textContent).toLowerCase();
              }
              fits = words.every((word) => item.text.includes(word));
            }
            item.element.hidden = !fits;
            if (fits) { shown += 1; if (item.group) alive.add(item.group); }
          }
          for (const group of groups) group.hidden = !alive.has(group);
          $("count").textContent = shown === items.length
            ? `${items.length} shown` : `${shown} of ${items.length} shown`;
        };
        const remember = () => {
          const state = new URLSearchParams();
          if ($("q").value) state.set("q", $("q").value);
          if ($("kind").value) state.set("kind", $("kind").value);
          if (boxes.some((box) => !box.checked)) {
            state.set("change", boxes.filter((box) => box.checked).map((box) => box.value).join(","));
          }
          const text = state.toString();
          try { history.replaceState(null, "", text ? "#" + text : location.pathname + location.search); } catch { }
        };
        const recall = () => {
          const hash = location.hash.slice(1);
          if (!hash.includes("=")) return;
          const state = new URLSearchParams(hash);
          $("q").value = state.get("q") || "";
          $("kind").value = state.get("kind") || "";
          const changes = state.get("change");
          for (const box of boxes) box.checked = changes === null || changes.split(",").includes(box.value);
          apply();
        };
        form.addEventListener("input", () => { apply(); remember(); });
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
        addEventListener("hashchange", recall);
        // What a link leads to must not be hidden.
        document.addEventListener("click", (event) => {
          const link = event.target.closest ? event.target.closest("a") : null;
          const href = link ? link.getAttribute("href") || "" : "";
          const goal = /^#[gdu]\d/.test(href) ? $(href.slice(1)) : null;
          if (goal && (goal.hidden || goal.querySelector("[hidden]"))) { form.reset(); }
        });
        form.hidden = false;
        apply();
        recall();
      }

      for (const button of document.querySelectorAll("button.copy")) {
        button.hidden = false;
        button.addEventListener("click", async () => {
          const source = $(button.dataset.copy);
          const status = button.parentElement.querySelector(".copied");
          try {
            await navigator.clipboard.writeText(source.textContent);
            status.textContent = "copied";
          } catch {
            const range = document.createRange();
            range.selectNodeContents(source);
            const selection = getSelection();
            selection.removeAllRanges();
            selection.addRange(range);
            status.textContent = document.execCommand("copy") ? "copied" : "selected: copy it with Ctrl and C";
          }
        });
      }
    })();

    """#

  /// What is not on the screen has an estimated height: where an anchor is, is known once it has been gone to.
  private static let anchors = #"""
    (() => {
      const settle = () => {
        const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (!target) return;
        let tries = 0;
        const again = () => {
          const before = scrollY;
          target.scrollIntoView();
          if ((scrollY !== before || tries < 2) && tries++ < 30) requestAnimationFrame(again);
        };
        again();
      };
      addEventListener("load", settle);
      document.addEventListener("click", (event) => {
        if (event.target.closest && event.target.closest("a[href^='#']")) setTimeout(settle);
      });
    })();

    """#

  private static let diagram = #"""
    (() => {
      const svg = document.getElementById("erd");
      if (!svg) return;
      const frame = document.getElementById("frame");
      const tools = document.getElementById("tools");
      const whole = svg.viewBox.baseVal;
      const full = { x: whole.x, y: whole.y, w: whole.width, h: whole.height };
      let view = { ...full };
      const show = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
      const zoom = (factor, cx = view.x + view.w / 2, cy = view.y + view.h / 2) => {
        const w = Math.min(full.w * 1.5, Math.max(120, view.w * factor));
        const real = w / view.w;
        view = { x: cx - (cx - view.x) * real, y: cy - (cy - view.y) * real, w, h: view.h * real };
        show();
      };
      const move = (dx, dy) => { view.x += dx * view.w; view.y += dy * view.h; show(); };
      const actions = {
        in: () => zoom(0.75), out: () => zoom(1 / 0.75), fit: () => { view = { ...full }; show(); },
        left: () => move(-0.15, 0), right: () => move(0.15, 0), up: () => move(0, -0.15), down: () => move(0, 0.15),
      };
      const keys = { "+": "in", "=": "in", "-": "out", "0": "fit", ArrowLeft: "left", ArrowRight: "right",
        ArrowUp: "up", ArrowDown: "down" };
      tools.hidden = false;
      document.querySelector("#diagram .hint").hidden = false;
      tools.addEventListener("click", (event) => {
        const name = event.target.dataset.zoom;
        if (name) actions[name]();
      });
      frame.addEventListener("keydown", (event) => {
        const name = keys[event.key];
        if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        actions[name]();
      });
      const point = (event) => {
        const place = new DOMPoint(event.clientX, event.clientY);
        return place.matrixTransform(svg.getScreenCTM().inverse());
      };
      frame.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey && document.activeElement !== frame) return;
        event.preventDefault();
        const place = point(event);
        zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, place.x, place.y);
      }, { passive: false });
      let grip = null;
      svg.addEventListener("pointerdown", (event) => {
        if (event.button === 0) grip = { x: event.clientX, y: event.clientY, view: { ...view }, moved: false };
      });
      svg.addEventListener("pointermove", (event) => {
        if (!grip) return;
        const dx = event.clientX - grip.x, dy = event.clientY - grip.y;
        if (!grip.moved && Math.hypot(dx, dy) < 4) return;
        if (!grip.moved) { grip.moved = true; svg.setPointerCapture(event.pointerId); svg.classList.add("drag"); }
        const scale = svg.getScreenCTM();
        view.x = grip.view.x - dx / scale.a;
        view.y = grip.view.y - dy / scale.d;
        show();
      });
      const drop = () => { setTimeout(() => { grip = null; }); svg.classList.remove("drag"); };
      svg.addEventListener("pointerup", drop);
      svg.addEventListener("pointercancel", drop);
      svg.addEventListener("dragstart", (event) => event.preventDefault());
      svg.addEventListener("click", (event) => { if (grip && grip.moved) event.preventDefault(); }, true);

      const tables = [...svg.querySelectorAll(".table")];
      const lines = [...svg.querySelectorAll(".line")];
      if (tables.length > 160) svg.classList.add("dense");
      const near = (table, on) => {
        const number = table.dataset.t;
        for (const line of lines) {
          if (line.dataset.f !== number && line.dataset.t !== number) continue;
          line.classList.toggle("near", on);
          const other = line.dataset.f === number ? line.dataset.t : line.dataset.f;
          if (tables[other]) tables[other].classList.toggle("near", on);
        }
      };
      for (const table of tables) {
        table.addEventListener("pointerenter", () => near(table, true));
        table.addEventListener("pointerleave", () => near(table, false));
      }

      const find = document.getElementById("find");
      const names = tables.map((table) => table.querySelector("title").textContent.replace(/ \([a-z]+\)$/, "").toLowerCase());
      find.addEventListener("input", () => {
        const text = find.value.trim().toLowerCase();
        const hits = text ? tables.filter((_, index) => names[index].includes(text)) : [];
        for (const table of tables) table.classList.toggle("hit", hits.includes(table));
        document.getElementById("found").textContent = text ? `${hits.length} found` : "";
        const exact = tables[names.indexOf(text)] || hits[0];
        if (!exact) { if (!text) actions.fit(); return; }
        const box = exact.getBBox();
        const base = exact.transform.baseVal.consolidate().matrix;
        const w = Math.min(full.w, Math.max(700, box.width * 5));
        const h = w * full.h / full.w;
        view = { x: base.e + box.width / 2 - w / 2, y: base.f + box.height / 2 - h / 2, w, h };
        show();
      });
    })();

    """#
}
