// The page of a diff: what differs around the two, the verdict, the table, one metric in full,
// and the two recordings above each other in time.

import { h, fill, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { write, signed } from "./figures.js";
import { forest, forestScale, runs, ecdf, histogram, shift } from "./shapes.js";
import { copyable } from "./copying.js";
import { SIDES, key, switcher, recordings } from "./recordings.js";

/** How much of what a metric opens has to be seen below the table, in pixels, for it not to be turned to. */
const GLIMPSE = 120;

/** Draws `page` into `main` as `state` says. Returns what the keyboard and the end of it need. */
export function diffPage(main, page, state, live) {
  const all = state.get("all") === "1";
  const asTable = state.get("tables") === "1";
  const shown = page.rows.filter((row) => all || row.headline);
  const wanted = state.get("metric");
  const chosen = page.rows.find((row) => row.id === wanted) || telling(page);
  const time = recordings(page, state, { title: "The newest runs, from their start", sides: SIDES });
  fill(
    main,
    surroundings(page, Boolean(live)),
    verdict(page),
    table(page, shown, chosen, all),
    chosen ? detail(page, chosen, asTable) : null,
    time.box,
    again(page),
  );
  return {
    title: `${page.word}: ${page.name}`,
    end: time.end,
    keys: {
      ArrowDown: () => step(shown, chosen, 1),
      ArrowUp: () => step(shown, chosen, -1),
      j: () => step(shown, chosen, 1),
      k: () => step(shown, chosen, -1),
      a: () => amend({ all: all ? null : 1 }),
      t: () => amend({ tables: asTable ? null : 1 }),
      Escape: time.forget,
    },
  };
}

/** The metric that the verdict is about. */
function telling(page) {
  const headlines = page.rows.filter((row) => row.headline);
  return headlines.find((row) => row.judged && row.row.verdict === page.verdict) || headlines[0] || page.rows[0];
}

function surroundings(page, served) {
  const sides = page.sides.map((side) =>
    h(
      "div",
      { class: `side ${side.side}` },
      h("span", { class: "which" }, side.side),
      h("strong", { class: "name", title: side.name }, served ? h("a", { href: address("captures", { show: side.name }) }, side.name) : side.name),
      h("span", null, side.runs),
      h("span", { class: /[C-Z]$/.test(side.trust) ? "doubtful" : null }, side.trust),
      side.commit ? h("code", null, side.commit) : null,
      h("span", null, side.when),
    ),
  );
  const blocking = page.environment.filter((one) => one.blocking);
  const quiet = page.environment.filter((one) => !one.blocking);
  return h(
    "section",
    { class: "surroundings", "aria-label": "What is compared" },
    h("div", { class: "sides" }, sides),
    blocking.length
      ? h("div", { class: "differs" }, h("strong", null, "Not the same machine or subject: nothing is judged"), h("ul", null, blocking.map((one) => h("li", null, `${one.fact}: ${one.base} in base, ${one.head} in head`))))
      : null,
    quiet.length
      ? h("details", { class: "quiet" }, h("summary", null, `also different: ${quiet.map((one) => one.fact).join(", ")}`), h("ul", null, quiet.map((one) => h("li", null, `${one.fact}: ${one.base} in base, ${one.head} in head`))))
      : null,
  );
}

function verdict(page) {
  const counts = page.counts
    .filter(([, , number]) => number > 0)
    .map(([word, mark, number]) => h("li", { class: word.replace(" ", "-") }, h("b", null, `${mark} ${number}`), ` ${word}`));
  return h(
    "section",
    { class: `verdict ${page.verdict}` },
    h("div", { class: "mark", "aria-hidden": "true" }, page.mark),
    h("div", null, h("h1", null, h("span", { class: "word" }, page.word), h("span", { class: "sentence" }, page.told)), h("ul", { class: "counts", "aria-label": "Verdicts of the metrics that count" }, counts)),
  );
}

function table(page, shown, chosen, all) {
  const level = all ? page.level_of_all : page.level;
  const machine = shown.findIndex((row) => row.row.machine);
  const rows = shown.flatMap((row, k) => [
    k === machine ? h("tr", { class: "group" }, h("th", { colspan: 7, scope: "colgroup" }, "of the whole machine")) : null,
    tableRow(page, row, row === chosen, level),
  ]);
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "What changed, metric by metric" },
      h(
        "table",
        { class: "changes" },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "metric", h("span", { class: "of" }, ` of ${page.subject}`)), h("th", { scope: "col", class: "number" }, "base"), h("th", { scope: "col", class: "number" }, "head"), h("th", { scope: "col", class: "number" }, "change"), h("th", { scope: "col", class: "picture", "aria-label": "change and its interval, drawn" }, forestScale(page.extent)), h("th", { scope: "col", class: "number" }, `${level} CI`), h("th", { scope: "col" }, "verdict"))),
        h("tbody", null, rows),
      ),
    ),
    h(
      "p",
      { class: "under" },
      page.hidden ? h("button", { type: "button", class: "link", "aria-expanded": String(all), onclick: () => amend({ all: all ? null : 1 }) }, all ? "show only what counts" : `show ${page.hidden} more, not gated`) : null,
      h("span", { class: "legend" }, "red: head is worse · green: head is better · grey band: what does not matter"),
    ),
    page.only.map(([side, names]) => h("p", { class: "under" }, `only in ${side}: ${names.join(", ")}`)),
  );
}

function tableRow(page, row, current, level) {
  const { row: words } = row;
  const choose = () => {
    amend({ metric: row.id });
    const opened = document.querySelector(".detail");
    if (opened.getBoundingClientRect().top > window.innerHeight - GLIMPSE) opened.scrollIntoView();
  };
  const tone = row.judged || words.mark.trim() ? words.verdict : "unjudged";
  const interval = words.low === null ? "" : `${words.low} to ${words.high}`;
  const told = `${words.metric}: ${words.change}${interval ? `, interval ${interval}` : ""}`;
  const line = h(
    "tr",
    { class: `${tone}${current ? " chosen" : ""}`, onclick: choose, "data-metric": row.id },
    h("th", { scope: "row" }, h("button", { type: "button", class: "metric", "aria-pressed": String(current) }, h("span", { class: "mark" }, words.mark), words.metric)),
    h("td", { class: "number" }, words.base),
    h("td", { class: "number" }, words.head),
    h("td", { class: "number change" }, words.change),
    h("td", { class: "picture" }, row.forest ? forest(row.forest, page.extent, tone, told) : null),
    h("td", { class: "number" }, interval),
    h("td", null, row.judged || words.mark.trim() ? words.word : "", row.weight ? h("span", { class: "weight" }, row.weight) : null),
  );
  return labelled(line, ["", "base", "head", "", "", interval && level + " CI"]);
}

function detail(page, row, asTable) {
  const name = row.row.machine ? `${row.row.metric} of the whole machine` : row.row.metric;
  const told = (what) => `${what} of ${name}: base ${row.row.base}, head ${row.row.head}`;
  const shapes = [
    ["Runs", runs(row, told("The runs"))],
    row.base.values.length > 1 && row.head.values.length > 1 ? ["Share of runs at or below", ecdf(row, told("Distribution"))] : null,
    row.bins ? ["Histogram", histogram(row, told("Histogram"))] : null,
    row.shifts.length ? ["Shift by percentile, head − base", shift(row, told("Shift by percentile"))] : null,
  ].filter(Boolean);
  return h(
    "section",
    { class: "card detail", "aria-label": name },
    h("div", { class: "heading" }, h("h2", null, h("span", { class: `mark ${row.row.verdict}` }, row.row.mark), name), key(), switcher(asTable)),
    h("p", { class: "reason" }, row.row.details[0]),
    row.row.details.slice(1).map((text) => h("p", { class: "warning" }, text)),
    asTable ? valuesTable(row) : h("div", { class: "shapes" }, shapes.map(([title, drawing]) => h("figure", null, h("figcaption", null, title), drawing))),
    h("dl", { class: "figures" }, row.figures.map(([term, value]) => h("div", null, h("dt", null, term), h("dd", null, value)))),
  );
}

function valuesTable(row) {
  const most = Math.max(row.base.values.length, row.head.values.length);
  const cell = (side, k) => (k < row[side].values.length ? `${write(row[side].values[k], row.written)}` : "");
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "The values" },
    h(
      "table",
      { class: "values" },
      h("thead", null, h("tr", null, ["", "base", "head"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
      h("tbody", null, Array.from({ length: most }, (_, k) => h("tr", null, h("th", { scope: "row" }, `run ${k + 1}`), SIDES.map((side) => h("td", { class: "number" }, cell(side, k)))))),
    ),
    row.shifts.length
      ? h(
          "table",
          { class: "values" },
          h("thead", null, h("tr", null, ["percentile", "base", "head", "shift"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
          h("tbody", null, row.shifts.map((one) => h("tr", null, h("th", { scope: "row" }, `p${one.percentile}`), h("td", { class: "number" }, write(one.base, row.written)), h("td", { class: "number" }, write(one.head, row.written)), h("td", { class: "number" }, signed(one.shift, row.written))))),
        )
      : null,
  );
}

function again(page) {
  return h(
    "section",
    { class: "again", "aria-label": "The same in a terminal" },
    page.hints.length ? h("p", null, "to settle it: ", page.hints.map((hint, k) => [k ? " or " : "", h("code", null, hint)])) : null,
    copyable(page.command),
  );
}

function step(shown, chosen, way) {
  const next = shown[shown.indexOf(chosen) + way];
  if (next) amend({ metric: next.id });
}

/** The address of the diff of two reports. */
export function diffAddress(base, head) {
  return address("diff", { base, head });
}
