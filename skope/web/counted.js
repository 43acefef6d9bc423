// Two aggregates compared, name by name.

import { h, fill, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { plural } from "./figures.js";
import { forest, forestScale } from "./shapes.js";
import { copyable } from "./copying.js";

const LEVEL = "95 % CI";

/** Draws `page` into `main`; without `live` it is a file of its own, and leads nowhere. */
export function countedPage(main, page, live) {
  const rows = page.rows.map((row) =>
    labelled(h(
      "tr",
      { class: row.gated ? row.verdict : "unjudged", "data-name": row.name },
      h("th", { scope: "row", class: row.mean ? "wrap" : "part" }, h("span", { class: "mark" }, row.gated ? `${row.mark} ` : ""), h("span", { class: "name" }, row.label)),
      h("td", { class: "number" }, row.count),
      h("td", { class: "number" }, row.base),
      h("td", { class: "number" }, row.head),
      h("td", { class: "number change" }, row.change),
      h("td", { class: "picture" }, row.forest ? forest(row.forest, page.extent, row.gated ? row.verdict : "unjudged", `${row.label}: ${row.change}`) : null),
      h("td", { class: "number" }, row.interval),
      h("td", null, row.word),
    ), ["", "count", "base", "head", "", "", row.interval && LEVEL]),
  );
  const headings = ["mean time", "count", "base", "head", "change", forestScale(page.extent), LEVEL, "verdict"];
  fill(
    main,
    h("div", { class: "sides" }, page.sides.map(([side, name, counted, when]) => h("div", { class: `side ${side}` }, h("span", { class: "which" }, side), h("strong", { class: "name", title: name }, name), h("span", null, counted), h("span", null, when)))),
    h("section", { class: `verdict ${page.verdict}` }, h("div", { class: "mark", "aria-hidden": "true" }, page.mark), h("div", null, h("h1", null, h("span", { class: "word" }, page.word), h("span", { class: "sentence" }, page.told)))),
    h("section", { class: "card" }, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "What changed, name by name" }, h("table", { class: "changes counted" }, h("thead", null, h("tr", null, headings.map((text, k) => h("th", { scope: "col", class: k === 5 ? "picture" : k > 0 && k < 7 ? "number" : null }, text)))), h("tbody", null, rows))), h("p", { class: "under" }, h("span", null, page.more ? `${plural(page.more, "more name")}, which changed least` : ""), h("span", null, page.assumes))),
    page.only.map(([side, names]) => h("p", { class: "under" }, `only in ${side}: ${names.join(", ")}`)),
    h("div", { class: "again" }, copyable(page.command), live ? h("p", null, h("a", { href: address("aggregates", { tag: page.sides[1][1] }) }, "all names of head")) : null),
  );
  return { title: `${page.word}: ${page.sides[0][1]}-${page.sides[1][1]}`, end() {}, keys: live ? { Escape: () => amend({ base: null, head: null }) } : {} };
}
