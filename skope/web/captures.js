// The page of stored reports: what there is, how it went over time, and two to compare.

import { h, fill, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { spark } from "./shapes.js";
import { diffAddress } from "./diff.js";
import { recordings } from "./recordings.js";
import { copyable } from "./copying.js";
import { quoted } from "./source.js";
import { filterField, fitting, few, unfold } from "./sifting.js";

const LABELS = ["", "", "runs", "exec_time", "cpu_time", "memory_peak", "trust", "when", "exec_time over time"];

/** What to ask for: all of them, or one in full. */
export function capturesSource(state) {
  return state.get("show") ? `/api/page/capture?tag=${quoted(state.get("show"))}` : "/api/page/captures";
}

/** Draws `page` into `main` as `state` says. */
export function capturesPage(main, page, state) {
  if (page.page.startsWith("skope.page.capture/")) return inFull(main, page, state);
  const open = state.get("open");
  const [base, head] = [state.get("base"), state.get("head")];
  const found = fitting(page.captures, state, (group) => group.newest.address);
  const field = filterField(state);
  const rows = few(found, state).flatMap((group) => {
    const unfolded = open === group.newest.address;
    return [captureRow(group.newest, group, unfolded, base, head), ...(unfolded ? group.earlier.map((row) => captureRow(row, null, false, base, head)) : [])];
  });
  const borrowed = rows.some((row) => row.textContent.includes("*"));
  const under = [unfold(found, state), borrowed ? h("span", null, "* of the whole machine") : null].filter(Boolean);
  fill(
    main,
    h(
      "section",
      { class: "card", "aria-label": "Captures" },
      h("div", { class: base || head ? "heading stays" : "heading" }, h("h1", { class: "plain" }, "Captures"), field, h("span", { class: "right" }, page.captures.length ? compareButton(base, head) : null)),
      rows.length
        ? h(
            "div",
            { class: "scroll", tabindex: 0, role: "region", "aria-label": "Captures" },
            h("table", { class: "captures stacks" }, h("thead", null, h("tr", null, ["tag", "compare", ...LABELS.slice(2)].map((text, k) => h("th", { scope: "col", class: k >= 2 && k <= 5 ? "number" : null }, text)))), h("tbody", null, rows)),
          )
        : h("p", { class: "empty" }, page.captures.length ? "No capture is called so." : ["No capture yet: ", h("code", { class: "command" }, "skope runner --script S --tag T"), " makes one."]),
      under.length ? h("p", { class: "under" }, under) : null,
    ),
    page.diffs.length ? diffs(page.diffs) : null,
    page.failed.length ? h("p", { class: "under" }, "failed: ", page.failed.map((row, k) => [k ? ", " : null, h("a", { href: address("captures", { show: row.address }) }, row.address)])) : null,
    page.unreadable.length ? h("p", { class: "under" }, `not reports: ${page.unreadable.join(", ")}`) : null,
  );
  return { end() {}, keys: { "/": () => field.focus(), Enter: () => base && head && (location.hash = diffAddress(base, head)), Escape: () => amend({ search: null, base: null, head: null }) } };
}

/** One capture: the words of the terminal, and its curves. */
function inFull(main, page, state) {
  const time = recordings(page, state, { title: "The newest run, from its start", sides: ["head"] });
  fill(
    main,
    h("section", { class: "card", "aria-label": page.address }, h("div", { class: "heading" }, h("h1", { class: "plain name" }, page.address), h("span", { class: "right" }, h("a", { href: address("captures") }, "all captures"))), h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The report" }, h("pre", null, page.text))),
    time.box,
    h("section", { class: "again", "aria-label": "The same in a terminal" }, copyable(page.command)),
  );
  const asTable = state.get("tables") === "1";
  return { title: page.address, end: time.end, keys: { t: () => amend({ tables: asTable ? null : 1 }), Escape: time.forget } };
}

function captureRow(row, group, unfolded, base, head) {
  const choose = (side, chosen) =>
    h("button", { type: "button", class: side, "aria-pressed": String(chosen === row.address), "aria-label": `${row.address} as ${side}`, disabled: !row.usable, onclick: () => amend({ [side]: chosen === row.address ? null : row.address }) }, side);
  const more = group?.earlier.length
    ? h("button", { type: "button", class: "link", "aria-expanded": String(unfolded), onclick: () => amend({ open: unfolded ? null : row.address }) }, unfolded ? "fold" : `${group.earlier.length} earlier`)
    : null;
  const line = h(
    "tr",
    { class: group ? null : "earlier", "data-capture": row.address },
    h("th", { scope: "row", class: "wrap" }, h("strong", null, h("a", { class: "name", href: address("captures", { show: row.address }) }, row.address))),
    h("td", null, h("span", { class: "chooser" }, choose("base", base), choose("head", head))),
    h("td", { class: "number" }, row.runs),
    h("td", { class: "number" }, row.exec_time),
    h("td", { class: "number" }, row.cpu_time),
    h("td", { class: "number" }, row.memory_peak),
    h("td", { class: /[C-Z]/.test(row.trust) ? "doubtful" : null }, row.trust),
    h("td", null, row.when),
    h("td", null, group ? trail(group, more) : null),
  );
  return labelled(line, group?.earlier.length ? LABELS : LABELS.slice(0, -1));
}

function trail(group, more) {
  if (!group.earlier.length) return h("span", { class: "said" }, "no earlier report");
  return h("div", { class: "trail" }, spark(group.trail, group.told), more);
}

function compareButton(base, head) {
  if (base && head) return h("a", { class: "button main", href: diffAddress(base, head), title: `${base} with ${head}` }, `compare ${base} with ${head}`);
  const missing = base ? "a head" : head ? "a base" : "a base and a head";
  return h("span", { class: "said" }, `choose ${missing} to compare`);
}

function diffs(found) {
  return h(
    "section",
    { class: "card", "aria-label": "Diffs" },
    h("div", { class: "heading" }, h("h2", null, "Kept diffs")),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Kept diffs" }, h("table", { class: "stacks" }, h("tbody", null, found.map((one) => h("tr", null, h("td", { class: `verdict-word ${one.verdict}` }, `${one.mark} ${one.verdict.replace("-", " ")}`), h("th", { scope: "row", class: "wrap" }, h("a", { class: "name", href: address(one.page, { base: one.base, head: one.head }) }, one.name)), h("td", null, one.when)))))),
  );
}
