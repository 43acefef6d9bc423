// A command line to take along.

import { h } from "./dom.js";

/**
 * A command with a button that copies it. The selection is what is copied: that works in a file and
 * over plain HTTP too, and where it is not allowed the text is selected for the reader's own keys.
 */
export function copyable(command) {
  const text = h("code", { class: "command" }, command);
  const said = h("span", { class: "copied", role: "status" });
  const copy = () => {
    getSelection().selectAllChildren(text);
    said.textContent = document.execCommand("copy") ? "copied" : "selected: copy it with Ctrl+C";
  };
  return h("p", null, text, h("button", { type: "button", class: "small", onclick: copy }, "copy"), said);
}
