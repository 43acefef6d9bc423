// The keyboard: single keys that act unless the reader is typing, and focus that survives drawing.

/** Acts on a key. */
export function press(event, keys) {
  const typing = event.target.closest?.("input, textarea, select");
  if (typing && event.key !== "Escape") return;
  if (event.key === "Enter" && event.target.closest?.("button, a, summary")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || !keys || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
}

/** What has the focus, in words that find it again after the page was drawn anew. */
export function focusedMetric() {
  const active = document.activeElement;
  if (!active || active === document.body) return null;
  const row = active.closest("[data-metric]");
  if (row) return ["metric", row.dataset.metric];
  const form = active.getAttribute("name");
  if (form) return ["name", form, [active.selectionStart, active.selectionEnd]];
  return active.tagName === "BUTTON" ? ["button", called(active)] : null;
}

function called(button) {
  return button.getAttribute("aria-label") || button.textContent;
}

/** Gives the focus back. */
export function refocus(found) {
  if (!found) return;
  const [kind, value, caret] = found;
  const among = { metric: "[data-metric]", name: "[name]", button: "button" }[kind];
  const same = { metric: (one) => one.dataset.metric, name: (one) => one.getAttribute("name"), button: called }[kind];
  const element = [...document.querySelectorAll(among)].find((one) => same(one) === value);
  (kind === "metric" ? element?.querySelector("button") : element)?.focus({ preventScroll: true });
  // A new field has its caret before the text, where the next letter would go. A number's has none to set.
  if (element && Number.isInteger(caret?.[0])) element.setSelectionRange(...caret);
}
