// Recordings in time, of one capture or of two above each other: their curves, a window, its readings.

import { h, labelled } from "./dom.js";
import { amend } from "./place.js";
import { write, signed } from "./figures.js";
import { chart } from "./charts.js";

export const SIDES = ["base", "head"];

/** Which colour is which side. */
export function key() {
  return h("span", { class: "key", "aria-hidden": "true" }, SIDES.map((side) => h("span", { class: side }, side)));
}

/** The switch between pictures and tables. */
export function switcher(asTable) {
  return h("button", { type: "button", class: "small", "aria-pressed": String(asTable), onclick: () => amend({ tables: asTable ? null : 1 }) }, asTable ? "show as pictures" : "show as tables");
}

/**
 * The curves of `page`, as `state` says, of `sides` of it: a `box` to be shown (null: there is
 * nothing), the `end` of it, and `forget`, which lets go of the window.
 */
export function recordings(page, state, { title, sides }) {
  const asTable = state.get("tables") === "1";
  const forget = () => amend({ from: null, to: null });
  const untold = [
    page.missing_curves.map((text) => h("p", { class: "warning" }, text)),
    page.still.length ? h("p", { class: "under" }, `nought throughout, and not drawn: ${page.still.join(", ")}`) : null,
  ];
  if (!page.overlays.length) return { box: page.missing_curves.length ? h("p", { class: "under" }, page.missing_curves.join("; ")) : null, forget, end() {} };
  const window_ = windowOf(state);
  const time = overlays(page, window_, asTable, sides);
  const box = h(
    "section",
    { class: "card time", "aria-label": title },
    h("div", { class: "heading" }, h("h2", null, title), sides.length > 1 ? key() : null, switcher(asTable)),
    untold,
    asTable ? null : h("div", { class: "stack" }, time.boxes),
    h("div", { class: "window" }, bounds(time, window_, forget), readings(page, window_, sides)),
  );
  return { box, forget, end: time.end };
}

function bounds(time, window_, forget) {
  const field = (name, value) =>
    h("label", null, name, h("input", { type: "number", min: 0, step: "any", name, value: value === null ? "" : String(value), placeholder: name === "from" ? "0" : String(shortened(time.longest)), onchange: (event) => amend({ [name]: event.target.value || null }) }), " s");
  return h(
    "form",
    { class: "bounds", onsubmit: (event) => event.preventDefault() },
    h("span", { class: "hint" }, "drag across a curve to choose a window:"),
    field("from", window_ && window_[0]),
    field("to", window_ && window_[1]),
    window_ ? h("button", { type: "button", class: "small", onclick: forget }, "whole run") : null,
  );
}

function readings(page, window_, sides) {
  const [from, to] = window_ || [0, Infinity];
  const headings = sides.length > 1 ? ["", ...sides, "head − base", ...sides.map((side) => `${side}, highest`)] : ["", "mean", "highest"];
  const rows = page.overlays.map((overlay) => {
    const found = sides.map((side) => reading(overlay[side], from, to));
    const words = found.map((one) => write(one.mean, overlay.written));
    if (sides.length > 1) words.push(signed(difference(...found), overlay.written));
    words.push(...found.map((one) => write(one.high, overlay.written)));
    const line = h("tr", { "data-curve": overlay.name }, h("th", { scope: "row" }, overlay.name), words.map((text) => h("td", { class: "number" }, text)));
    return labelled(line, headings);
  });
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Readings of the window" },
    h("table", { class: "readings stacks" }, h("thead", null, h("tr", null, headings.map((text) => h("th", { scope: "col", class: text ? "number" : null }, text)))), h("tbody", null, rows)),
  );
}

function difference(base, head) {
  return base.mean === null || head.mean === null ? null : head.mean - base.mean;
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
function overlays(page, window_, asTable, sides) {
  const longest = Math.max(...page.overlays.flatMap((overlay) => sides.map((side) => (overlay[side] ? overlay[side].t[overlay[side].t.length - 1] || 0 : 0))));
  if (asTable) return { boxes: [], longest, end() {} };
  const charts = page.overlays.map((overlay, k) => {
    const means = sides.map((side) => `${sides.length > 1 ? `${side} ` : ""}${write(reading(overlay[side], 0, Infinity).mean, overlay.written)}`);
    const one = chart({
      told: `${overlay.name} ${overlay.told} in time: ${means.join(", ")} on average`,
      curves: sides.map((side) => ({ name: side, colour: `--${side}` })),
      written: overlay.written,
      fromZero: !overlay.written.suffix.endsWith("iB"),
      height: k === page.overlays.length - 1 ? 142 : 116,
      bare: k < page.overlays.length - 1,
      sync: "recordings",
      span: [0, longest],
      select: (from, to) => amend({ from: shortened(Math.max(from, 0)), to: shortened(Math.min(to, longest)) }),
    });
    one.draw(merged(overlay, sides));
    one.choose(window_);
    one.box.prepend(h("figcaption", null, overlay.name, h("span", { class: "of" }, ` ${overlay.told}`)));
    return one;
  });
  return { boxes: charts.map((one) => one.box), longest, end: () => charts.forEach((one) => one.end()) };
}

/** All sides over the instants of any. */
function merged(overlay, sides) {
  const instants = [...new Set(sides.flatMap((side) => (overlay[side] ? overlay[side].t : [])))].sort((a, b) => a - b);
  const columns = sides.map((side) => {
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

