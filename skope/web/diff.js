// The page of a diff: what differs around the two, the verdict, the table, one metric in full,
// and the two recordings above each other in time.

import { h, fill, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { write, signed } from "./figures.js";
import { forest, forestScale, runs, ecdf, histogram, shift } from "./shapes.js";
import { chart } from "./charts.js";
import { copyable } from "./copying.js";

const SIDES = ["base", "head"];
const READINGS = ["", "base", "head", "head − base", "base, highest", "head, highest"];

/** Draws `page` into `main` as `state` says. Returns what the keyboard and the end of it need. */
export function diffPage(main, page, state, live) {
  const all = state.get("all") === "1";
  const asTable = state.get("tables") === "1";
  const shown = page.rows.filter((row) => all || row.headline);
  const wanted = state.get("metric");
  const chosen = page.rows.find((row) => row.id === wanted) || telling(page);
  const window_ = windowOf(state);
  const time = page.overlays.length ? overlays(page, window_, asTable) : null;
  fill(
    main,
    surroundings(page, Boolean(live)),
    verdict(page),
    table(page, shown, chosen, all),
    chosen ? detail(page, chosen, asTable) : null,
    recordings(page, time, window_, asTable),
    again(page),
  );
  return {
    title: `${page.word}: ${page.name}`,
    end: () => time?.end(),
    keys: {
      ArrowDown: () => step(shown, chosen, 1),
      ArrowUp: () => step(shown, chosen, -1),
      j: () => step(shown, chosen, 1),
      k: () => step(shown, chosen, -1),
      a: () => amend({ all: all ? null : 1 }),
      t: () => amend({ tables: asTable ? null : 1 }),
      Escape: () => amend({ from: null, to: null }),
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
      h("strong", { class: "name", title: side.name }, served ? h("a", { href: address("captures", { search: side.name.replace(/@\d+$/, "") }) }, side.name) : side.name),
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
  const machine = shown.findIndex((row) => row.row.machine);
  const rows = shown.flatMap((row, k) => [
    k === machine ? h("tr", { class: "group" }, h("th", { colspan: 7, scope: "colgroup" }, "of the whole machine")) : null,
    tableRow(page, row, row === chosen),
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
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "metric", h("span", { class: "of" }, ` of ${page.subject}`)), h("th", { scope: "col", class: "number" }, "base"), h("th", { scope: "col", class: "number" }, "head"), h("th", { scope: "col", class: "number" }, "change"), h("th", { scope: "col", class: "picture", "aria-label": "change and its interval, drawn" }, forestScale(page.extent)), h("th", { scope: "col", class: "number" }, `${page.level} CI`), h("th", { scope: "col" }, "verdict"))),
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

function tableRow(page, row, current) {
  const { row: words } = row;
  const choose = () => amend({ metric: row.id });
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
    h("td", null, row.judged || words.mark.trim() ? row.word : "", row.weight ? h("span", { class: "weight" }, row.weight) : null),
  );
  return labelled(line, ["", "base", "head", "", "", interval && page.level + " CI"]);
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

function key() {
  return h("span", { class: "key", "aria-hidden": "true" }, SIDES.map((side) => h("span", { class: side }, side)));
}

function switcher(asTable) {
  return h("button", { type: "button", class: "small", "aria-pressed": String(asTable), onclick: () => amend({ tables: asTable ? null : 1 }) }, asTable ? "show as pictures" : "show as tables");
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

function recordings(page, time, window_, asTable) {
  if (!time) return page.missing_curves.length ? h("p", { class: "under" }, page.missing_curves.join("; ")) : null;
  return h(
    "section",
    { class: "card time", "aria-label": "The newest run of each side, in time" },
    h("div", { class: "heading" }, h("h2", null, "The newest runs, from their start"), key(), switcher(asTable)),
    page.missing_curves.map((text) => h("p", { class: "warning" }, text)),
    page.still.length ? h("p", { class: "under" }, `nought throughout, and not drawn: ${page.still.join(", ")}`) : null,
    asTable ? null : h("div", { class: "stack" }, time.boxes),
    h("div", { class: "window" }, bounds(time, window_), readings(page, time, window_)),
  );
}

function bounds(time, window_) {
  const field = (name, value) =>
    h("label", null, name, h("input", { type: "number", min: 0, step: "any", name, value: value === null ? "" : String(value), placeholder: name === "from" ? "0" : String(shortened(time.longest)), onchange: (event) => amend({ [name]: event.target.value || null }) }), " s");
  return h(
    "form",
    { class: "bounds", onsubmit: (event) => event.preventDefault() },
    h("span", { class: "hint" }, "drag across a curve to choose a window:"),
    field("from", window_ && window_[0]),
    field("to", window_ && window_[1]),
    window_ ? h("button", { type: "button", class: "small", onclick: () => amend({ from: null, to: null }) }, "whole run") : null,
  );
}

function readings(page, time, window_) {
  const [from, to] = window_ || [0, Infinity];
  const rows = page.overlays.map((overlay) => {
    const [base, head] = SIDES.map((side) => reading(overlay[side], from, to));
    const change = base.mean === null || head.mean === null ? null : head.mean - base.mean;
    return labelled(h("tr", { "data-curve": overlay.name }, h("th", { scope: "row" }, overlay.name), [base.mean, head.mean].map((value) => h("td", { class: "number" }, write(value, overlay.written))), h("td", { class: "number" }, signed(change, overlay.written)), [base.high, head.high].map((value) => h("td", { class: "number" }, write(value, overlay.written)))), READINGS);
  });
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Readings of the window" },
    h("table", { class: "readings stacks" }, h("thead", null, h("tr", null, READINGS.map((text) => h("th", { scope: "col", class: text ? "number" : null }, text)))), h("tbody", null, rows)),
  );
}

/** The mean over a stretch, weighted by time, and the highest; null where nothing is known. */
function reading(recording, from, to) {
  let [sum, weight, high] = [0, 0, null];
  (recording ? recording.t : []).forEach((end, k) => {
    const begin = k ? recording.t[k - 1] : 0;
    const held = Math.min(end, to) - Math.max(begin, from);
    if (held <= 0 || recording.mean[k] === null) return;
    sum += recording.mean[k] * held;
    weight += held;
    high = high === null ? recording.high[k] : Math.max(high, recording.high[k]);
  });
  return { mean: weight ? sum / weight : null, high };
}

/** The charts of all curves, one above the other, their cursors and their windows one. */
function overlays(page, window_, asTable) {
  const longest = Math.max(...page.overlays.flatMap((overlay) => SIDES.map((side) => (overlay[side] ? overlay[side].t[overlay[side].t.length - 1] || 0 : 0))));
  if (asTable) return { boxes: [], longest, end() {} };
  const charts = page.overlays.map((overlay, k) => {
    const means = SIDES.map((side) => reading(overlay[side], 0, Infinity).mean);
    const one = chart({
      told: `${overlay.name} ${overlay.told} in time: base ${write(means[0], overlay.written)}, head ${write(means[1], overlay.written)} on average`,
      curves: SIDES.map((side) => ({ name: side, colour: `--${side}` })),
      written: overlay.written,
      fromZero: !overlay.written.suffix.endsWith("iB"),
      height: k === page.overlays.length - 1 ? 142 : 116,
      bare: k < page.overlays.length - 1,
      sync: "recordings",
      span: [0, longest],
      select: (from, to) => amend({ from: shortened(Math.max(from, 0)), to: shortened(Math.min(to, longest)) }),
    });
    one.draw(merged(overlay));
    one.choose(window_);
    one.box.prepend(h("figcaption", null, overlay.name, h("span", { class: "of" }, ` ${overlay.told}`)));
    return one;
  });
  return { boxes: charts.map((one) => one.box), longest, end: () => charts.forEach((one) => one.end()) };
}

/** Both sides over the instants of either. */
function merged(overlay) {
  const instants = [...new Set(SIDES.flatMap((side) => (overlay[side] ? overlay[side].t : [])))].sort((a, b) => a - b);
  const columns = SIDES.map((side) => {
    const recording = overlay[side];
    const known = new Map(recording ? recording.t.map((instant, k) => [instant, recording.mean[k]]) : []);
    return instants.map((instant) => (known.has(instant) ? known.get(instant) : undefined));
  });
  return [instants, ...columns];
}

function windowOf(state) {
  const [from, to] = ["from", "to"].map((name) => Number.parseFloat(state.get(name)));
  if (Number.isNaN(from) && Number.isNaN(to)) return null;
  const bounds_ = [Number.isNaN(from) ? 0 : from, Number.isNaN(to) ? Infinity : to];
  return bounds_[1] > bounds_[0] ? bounds_ : null;
}

function shortened(seconds) {
  return Number(seconds.toPrecision(4));
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
