import { h, fill } from "./dom.js";
export function aggregatesSource() { return null; }
export function aggregatesPage(main) { fill(main, h("p", null, "soon")); return { end() {}, keys: {} }; }
