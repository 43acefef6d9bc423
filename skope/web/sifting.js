// What of a long list is shown: whatever is called so, and of that a few at first.

import { h } from "./dom.js";
import { amend } from "./place.js";
import { count } from "./figures.js";

const FEW = 50;

/** The field to filter by name. A word that is still being composed is not looked for yet. */
export function filterField(state) {
  const look = (event) => event.isComposing || amend({ search: event.target.value });
  return h("input", { name: "search", type: "search", value: state.get("search") || "", placeholder: "filter by name", "aria-label": "Filter by name", oninput: look, oncompositionend: look });
}

/** Those of `list` whose `name` fits the filter. */
export function fitting(list, state, name) {
  const search = (state.get("search") || "").toLowerCase();
  return list.filter((one) => name(one).toLowerCase().includes(search));
}

/** As many of `list` as are shown. */
export function few(list, state) {
  return unfolded(state) ? list : list.slice(0, FEW);
}

/** The button that shows the rest; null where all there is are a few. */
export function unfold(list, state) {
  if (list.length <= FEW) return null;
  const all = unfolded(state);
  return h("button", { type: "button", class: "link", "aria-expanded": String(all), onclick: () => amend({ all: all ? null : 1 }) }, all ? `show only ${FEW}` : `show ${count(list.length - FEW)} more`);
}

function unfolded(state) {
  return state.get("all") === "1";
}
