// Elements from values. Text is always a text node, so no name can become markup.

const SVG = svgNamespace();

/** An HTML element. An attribute that is null or false is left out; `onclick` and the like listen. */
export function h(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function s(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** Puts `children` in the place of what `parent` holds. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return parent;
}

/** A table's row whose cells know the headings of their columns: where it is narrow, they say them. */
export function labelled(row, labels) {
  labels.forEach((label, k) => label && row.cells[k]?.setAttribute("data-label", label));
  return row;
}

/** Changes a text only when it differs: nothing is laid out anew for the same words. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svgNamespace() {
  const holder = document.createElement("template");
  holder.innerHTML = "<svg></svg>";
  return holder.content.firstChild.namespaceURI;
}
