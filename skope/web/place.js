// Where the reader is: all of it in the address, so that a link shows what its sender saw.

/** The page and its state: `#/diff?base=a&head=b`. */
export function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { page: path || "", state: new URLSearchParams(query || "") };
}

/** The address of a page in a state; what is null or empty is left out. */
export function address(page, state) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(state || {})) {
    if (value !== null && value !== undefined && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return `#/${page}${text ? `?${text}` : ""}`;
}

/** Changes some of the state of this page; the page is told unless it asked for it quietly. */
export function amend(changes, quietly) {
  const { page, state } = place();
  const next = address(page, { ...Object.fromEntries(state), ...changes });
  if (next === location.hash) return;
  history.replaceState(null, "", next);
  if (!quietly) window.dispatchEvent(new Event("hashchange"));
}
