// The frame around the pages: which one is shown, the way between them, the keyboard.

import { h, fill, say } from "./dom.js";
import { NARROW } from "./shapes.js";
import { place, address } from "./place.js";
import { press, focusedMetric, refocus } from "./keys.js";
import { ask, quoted, Live } from "./source.js";
import { livePage } from "./live.js";
import { capturesPage, capturesSource } from "./captures.js";
import { diffPage } from "./diff.js";
import { aggregatesPage, aggregatesSource } from "./aggregates.js";

const PAGES = [
  ["live", "Live", null, livePage],
  ["captures", "Captures", capturesSource, capturesPage],
  ["diff", "Diff", (state) => `/api/page/diff${state.get("base") ? `?base=${quoted(state.get("base"))}&head=${quoted(state.get("head") || "")}` : ""}`, diffPage],
  ["aggregates", "Aggregates", aggregatesSource, aggregatesPage],
];
const KEYS = [
  ["1 2 3 4", "the pages"],
  ["/", "filter, or name a capture"],
  ["j k, ↓ ↑", "next and previous metric (Diff)"],
  ["a", "all metrics (Diff)"],
  ["t", "tables instead of pictures (Live, Diff, one capture)"],
  ["Enter", "compare the two that are chosen (Captures)"],
  ["Esc", "forget the window, the filter, the choice"],
  ["?", "these keys"],
];

const live = new Live();
const main = h("main", { class: "page", id: "main", tabindex: -1 });
const links = PAGES.map(([name, title]) => h("a", { href: address(name), "data-page": name }, title));
const status = h("span", { class: "status", role: "status" }, "connecting");
const help = h("dialog", { "aria-label": "Keys" }, h("h2", null, "Keys"), h("dl", null, KEYS.map(([key, does]) => [h("dt", null, h("kbd", null, key)), h("dd", null, does)])), h("button", { type: "button", class: "small", onclick: () => help.close() }, "close"));
let shown = null;
let current = null; // the page that is shown, which at the bare address the server chose
let source = { path: null, body: null };
let turn = 0;
const heights = new Map(); // how far down the reader was, by address

fill(
  document.getElementById("app"),
  h("a", { class: "skip", href: "#main", onclick: (event) => { event.preventDefault(); main.focus(); } }, "to the content"),
  h("header", { class: "bar-top" }, h("a", { class: "brand", href: address("") }, "Skope"), h("nav", { "aria-label": "Pages" }, links), status),
  main,
  help,
);

/** Draws the page the address names; what it shows is asked for when that changed. */
async function show(again) {
  const mine = (turn += 1);
  const { page, state } = place();
  const [name, title, path, draw] = PAGES.find(([known]) => known === page) || PAGES[live.mode === "ui" ? 1 : 0];
  current = name;
  for (const link of links) {
    if (link.dataset.page === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  try {
    const wanted = path ? path(state, live) : null;
    const body = wanted === null || (wanted === source.path && !again) ? source.body : await ask(wanted);
    if (mine !== turn) return;
    if (wanted !== null) source = { path: wanted, body };
    const focused = focusedMetric();
    shown?.end();
    shown = draw(main, path ? body : live, state, live);
    document.title = `${shown.title || title} · Skope`;
    refocus(focused);
  } catch (error) {
    if (mine !== turn) return;
    shown?.end();
    shown = null;
    source = { path: null, body: null };
    document.title = `${title} · Skope`;
    fill(main, h("div", { class: "trouble", role: "alert" }, h("p", null, error.message), name === "captures" && !state.get("show") ? null : h("p", null, h("a", { href: address("captures") }, "see the captures there are"))));
  }
}

function connection() {
  status.className = `status ${live.connected ? "on" : "off"}`;
  const what = live.mode === "ui" ? "stored reports" : [live.mode, live.tag].filter(Boolean).join(" ");
  say(status, live.connected ? [what, live.version].filter(Boolean).join(", ") || "connected" : "not connected, trying again");
}

function pageKey(event) {
  const number = Number(event.key);
  if (number >= 1 && number <= PAGES.length) return () => (location.hash = address(PAGES[number - 1][0]));
  return event.key === "?" ? () => help.showModal() : null;
}

/** Another page begins at its top, and one that was left goes on where it was. */
async function travel(event) {
  if (!event.isTrusted) return show(); // the same page in another state
  heights.set(new URL(event.oldURL).hash, window.scrollY);
  await show();
  window.scrollTo(0, heights.get(location.hash) || 0);
}

history.scrollRestoration = "manual";
window.addEventListener("hashchange", travel);
NARROW.addEventListener("change", () => show());
window.addEventListener("keydown", (event) => {
  if (help.open) return;
  const own = pageKey(event);
  press(event, own ? { [event.key]: own } : shown?.keys);
});
live.addEventListener("connection", connection);
live.addEventListener("stored", () => current !== "live" && show(true));
live.addEventListener("change", connection);
live.addEventListener("change", () => place().page === "" && show(), { once: true });
show();
