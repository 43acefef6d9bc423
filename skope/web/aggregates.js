// The page of posted records: an aggregate name by name, one name in full, two compared.

import { h, fill, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { quantity, count, plural } from "./figures.js";
import { bars } from "./shapes.js";
import { copyable } from "./copying.js";
import { countedPage } from "./counted.js";
import { ask, quoted } from "./source.js";
import { filterField, fitting, few, unfold } from "./sifting.js";

const COLLECTED = "report_agg";
const REFRESH_MS = 1000;
/** Why a percentile is a dash. */
export const DASH = "- : too few executions to tell";
const COLUMNS = [
  ["name", "name", (row) => row.name],
  ["n", "executions", (row) => count(row.n)],
  ["total_time", "total time", (row) => quantity(row.total_time, "s")],
  ["mean_time", "mean", (row) => quantity(row.mean_time, "s")],
  ["p50", "p50", (row) => quantity(row.p50, "s")],
  ["p95", "p95", (row) => quantity(row.p95, "s")],
  ["p99", "p99", (row) => quantity(row.p99, "s")],
  ["max", "highest", (row) => quantity(row.max, "s")],
  ["mean_memory", "memory, mean", (row) => quantity(row.mean_memory, "MiB")],
];

/** What to ask for. */
export function aggregatesSource(state) {
  const [base, head] = [state.get("base"), state.get("head")];
  if (base && head) return `/api/page/aggregate-diff?base=${quoted(base)}&head=${quoted(head)}`;
  const wanted = ["tag", "name"].filter((key) => state.get(key)).map((key) => `${key}=${quoted(state.get(key))}`);
  return `/api/page/aggregates${wanted.length ? `?${wanted.join("&")}` : ""}`;
}

/** Draws `page` into `main` as `state` says; rows of the one being collected come from `live`. */
export function aggregatesPage(main, page, state, live) {
  if (page.page.startsWith("skope.page.aggregate-diff")) return countedPage(main, page, live);
  const collecting = page.rows === null;
  const list = new Names(state, live.mode);
  const head = page.shown || (collecting ? COLLECTED : null);
  const field = filterField(state);
  const title = collecting ? "Being collected" : page.shown || "Aggregates";
  const rows = () => (collecting ? [...live.rows.values()] : page.rows);
  fill(
    main,
    page.chosen ? nameInFull(page.chosen) : null,
    h("section", { class: "card", "aria-label": "Names" }, h("div", { class: "heading" }, h("h1", { class: "plain" }, title), page.when ? h("span", { class: "said" }, page.when) : null, field, collecting ? h("span", { class: "right" }, keep()) : null), list.box),
    stored(page, head),
  );
  list.draw(rows());
  turnTo(page.chosen?.name, main, list);
  let due = false;
  const refresh = () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      list.draw(rows());
    }, REFRESH_MS);
  };
  if (collecting) live.addEventListener("change", refresh);
  return {
    end() {
      due = true;
      live.removeEventListener("change", refresh);
    },
    keys: { "/": () => field.focus(), Escape: () => amend({ search: null, name: null }) },
  };
}

let told = null; // the name that was in full when this page was last drawn

/** Shows the name that was just opened, far above its row as it may be; or the row of what was closed. */
function turnTo(name, main, list) {
  const before = told;
  told = name || null;
  if (before === told) return;
  const row = told ? null : list.row(before);
  (row || main.firstChild).scrollIntoView({ block: "nearest" });
  if (document.activeElement === document.body) row?.querySelector("button").focus({ preventScroll: true });
}

/** The sortable table of names. */
class Names {
  constructor(state, mode) {
    this.mode = mode;
    this.state = state;
    this.key = COLUMNS.some(([key]) => key === state.get("sort")) ? state.get("sort") : "total_time";
    this.down = state.get("order") ? state.get("order") === "down" : this.key !== "name";
    this.chosen = state.get("name");
    this.body = h("tbody");
    this.under = h("p", { class: "under" });
    this.box = h("div", null, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Names" }, h("table", { class: "names stacks" }, h("thead", null, h("tr", null, COLUMNS.map((column) => this.heading(column)))), this.body)), this.under);
  }

  heading([key, words]) {
    const current = key === this.key;
    const order = current ? (this.down ? "descending" : "ascending") : null;
    const sign = current ? (this.down ? " ▾" : " ▴") : "";
    const press = () => amend({ sort: key, order: current && this.down ? "up" : current || key !== "name" ? "down" : "up" });
    return h("th", { scope: "col", class: key === "name" ? null : "number", "aria-sort": order }, h("button", { type: "button", onclick: press }, words + sign));
  }

  draw(all) {
    const found = fitting(all, this.state, (row) => row.name).sort((a, b) => this.compare(a, b));
    const shown = few(found, this.state);
    this.box.firstChild.hidden = !shown.length;
    fill(
      this.body,
      shown.map((row) =>
        labelled(
          h(
            "tr",
            { "data-name": row.name, class: row.name === this.chosen ? "chosen" : null },
            COLUMNS.map(([key, , words]) => (key === "name" ? h("th", { scope: "row", class: "wrap" }, this.link(row.name)) : h("td", { class: "number" }, words(row)))),
          ),
          COLUMNS.map(([key, label]) => (key === "name" ? "" : label)),
        ),
      ),
    );
    fill(this.under, this.told(all, found, shown));
  }

  row(name) {
    return [...this.body.rows].find((row) => row.dataset.name === name);
  }

  /** What stands under the table: how much of it there is, what a dash means, how to get a first row. */
  told(all, found, shown) {
    if (!all.length) return this.mode === "agg" ? firstRecord() : h("p", { class: "empty" }, "No aggregate yet: skope agg collects one.");
    if (!shown.length) return h("p", { class: "empty" }, `None of ${plural(all.length, "name")} is called so.`);
    return [
      h("span", null, found.length < all.length ? `${count(found.length)} of ${plural(all.length, "name")}` : plural(all.length, "name")),
      unfold(found, this.state),
      h("span", null, shown.some((row) => row.p99 === null) ? DASH : ""),
    ];
  }

  compare(a, b) {
    const [x, y] = [a[this.key], b[this.key]];
    const known = (x === null) - (y === null);
    const order = x < y ? -1 : x > y ? 1 : 0;
    return known || (this.down ? -order : order) || (a.name < b.name ? -1 : 1);
  }

  link(name) {
    return h("button", { type: "button", class: "link name", onclick: () => amend({ name: name === this.chosen ? null : name }) }, name);
  }
}

function nameInFull(chosen) {
  return h(
    "section",
    { class: "card", "aria-label": `${chosen.name} in full` },
    h("div", { class: "heading" }, h("h2", { class: "name" }, chosen.name), h("button", { type: "button", class: "small", onclick: () => amend({ name: null }) }, "close")),
    chosen.bars.length ? [h("figcaption", null, "exec_time, executions by how long they took (each bar the same ratio)"), bars(chosen.bars, chosen.written, `Histogram of ${chosen.name}: ${chosen.quantiles.map(([what, value]) => `${what} ${value}`).join(", ")}`)] : h("p", { class: "empty" }, "Only its sums were kept."),
    chosen.quantiles.length ? h("table", { class: "values" }, h("thead", null, h("tr", null, ["quantile", "estimate", "95 % CI"].map((text) => h("th", { scope: "col", class: "number" }, text)))), h("tbody", null, chosen.quantiles.map(([what, value, interval]) => h("tr", null, h("th", { scope: "row" }, what), h("td", { class: "number" }, value), h("td", { class: "number" }, interval))))) : null,
  );
}

/** How a first record is sent. */
export function firstRecord() {
  return [h("span", null, "No record yet. The first, from anywhere on this machine:"), copyable(`curl -d '{"name":"chat","exec_time":0.1}' ${location.origin}`)];
}

// The file that a press keeps has the page drawn anew: what was typed and answered outlives that.
const baseline = { name: "baseline", answer: null, said: null };

/** Keeps what was collected so far as a baseline. */
function keep() {
  const said = (baseline.said = h("span", { class: "said", role: "status" }, baseline.answer?.()));
  const name = h("input", { name: "baseline", value: baseline.name, "aria-label": "Name of the baseline", maxlength: 200, oninput: () => (baseline.name = name.value) });
  const save = async (event) => {
    event.preventDefault();
    try {
      const kept = await ask(`/api/agg/save?name=${quoted(name.value.trim())}`, { method: "POST" });
      baseline.answer = () => [`${kept.name} ${kept.status}: `, h("a", { href: address("aggregates", { base: kept.name, head: COLLECTED }) }, "compare with it")];
    } catch (error) {
      baseline.answer = () => [error.message];
    }
    fill(baseline.said, baseline.answer());
  };
  return h("form", { class: "chosen-bar", onsubmit: save }, said, name, h("button", { type: "submit", class: "small" }, "keep as baseline"));
}

function stored(page, head) {
  if (!page.stored.length) return null;
  const rows = page.stored.map((one) =>
    labelled(h(
      "tr",
      { "data-aggregate": one.address },
      h("th", { scope: "row", class: "wrap" }, h("a", { class: "name", href: address("aggregates", { tag: one.address }) }, one.address)),
      [one.names, one.executions, one.total].map((text) => h("td", { class: "number" }, text)),
      h("td", null, one.when),
      h("td", null, head && head !== one.address ? h("a", { href: address("aggregates", { base: one.address, head }) }, `compare ${head} with it`) : null),
    ), ["", "names", "executions", "total time", "when"]),
  );
  return h("section", { class: "card", "aria-label": "Stored aggregates" }, h("div", { class: "heading" }, h("h2", null, "Stored aggregates")), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Stored aggregates" }, h("table", { class: "stacks" }, h("thead", null, h("tr", null, ["tag", "names", "executions", "total time", "when", ""].map((text, k) => h("th", { scope: "col", class: k > 0 && k < 4 ? "number" : null }, text)))), h("tbody", null, rows))));
}
