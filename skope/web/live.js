// The page of what happens now: the machine, the open captures, the aggregate as it grows.

import { h, fill, say, labelled } from "./dom.js";
import { address, amend } from "./place.js";
import { focusedMetric, refocus } from "./keys.js";
import { quantity, scale, write, count, span, plural } from "./figures.js";
import { chart, timeOfDay } from "./charts.js";
import { ask, quoted } from "./source.js";
import { diffAddress } from "./diff.js";
import { DASH, firstRecord } from "./aggregates.js";

const MOST_ROWS = 12;
const MOST_TIMES = 12;
const TOTALS = ["", "executions", "total", "mean", "p99"];

/** Draws what `live` holds into `main`, and again whenever it changes. */
export function livePage(main, live, state) {
  const asTable = state.get("tables") === "1";
  const turn = () => amend({ tables: asTable ? null : 1 });
  const cpu = chart({
    told: "Processor use of the machine",
    curves: [
      { name: "highest", colour: "--head", quiet: true },
      { name: "mean", colour: "--head", filled: true },
    ],
    written: { suffix: "%", divisor: 1, decimals: 0 },
    height: 190,
    sync: "live",
    clock: true,
    top: 100,
  });
  const memory = chart({
    told: "Used memory of the machine",
    curves: [{ name: "used", colour: "--head", filled: true }],
    written: { suffix: "GiB", divisor: 1024, decimals: 2 },
    height: 190,
    sync: "live",
    clock: true,
    fromZero: true,
  });
  const times = new Times();
  const tiles = new Tiles();
  const captures = new Captures(live);
  const totals = new Totals();
  const switcher = () => h("button", { type: "button", class: "small", "aria-pressed": String(asTable), onclick: turn }, asTable ? "show as pictures" : "show as table");
  const curves = asTable
    ? card("the machine, newest first", switcher(), times.box)
    : h("div", { class: "pair" }, card("cpu, % of all processors; the faint line is the highest", null, cpu.box), card("used memory", switcher(), memory.box));
  const idle = h("section", { class: "card" }, h("p", { class: "empty" }, "Nothing is measured here: these are stored reports. ", h("code", null, "skope server"), " or ", h("code", null, "skope agg"), " shows what happens as it does."), h("p", null, h("a", { href: address("captures") }, "see the captures")));
  fill(main, h("h1", { class: "skip" }, "Live"), tiles.box, idle, curves, captures.box, totals.box);

  function draw() {
    curves.hidden = !live.machine;
    idle.hidden = live.mode !== "ui";
    tiles.box.hidden = live.mode === "ui";
    tiles.draw(live);
    captures.draw();
    totals.draw(live);
    const [when, mean, highest, used] = [0, 1, 2, 3].map((k) => live.points.map((point) => point[k]));
    if (asTable) times.draw(live.points);
    cpu.draw([when, highest, mean]);
    memory.draw([when, used]);
    const last = live.points[live.points.length - 1];
    if (last) {
      cpu.tell(`Processor use of the machine, now ${quantity(last[1], "%")}`);
      memory.tell(`Used memory of the machine, now ${quantity(last[3], "MiB")}`);
    }
  }

  let frame = 0;
  /** Once a frame, however many events came; a hidden page has no frames. */
  function soon() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  }

  live.addEventListener("change", soon);
  if (live.mode) draw();
  return {
    end() {
      live.removeEventListener("change", soon);
      cancelAnimationFrame(frame);
      captures.end();
      cpu.end();
      memory.end();
    },
    keys: { t: turn, s: () => captures.focus(), "/": () => captures.focus() },
  };
}

function card(title, button, content) {
  return h("section", { class: "card", "aria-label": title }, h("div", { class: "title" }, h("span", null, title), button), content);
}

/** The machine's newest figures as a table. */
class Times {
  constructor() {
    this.body = h("tbody");
    this.box = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The machine in time" }, h("table", null, h("thead", null, h("tr", null, ["time", "cpu, mean", "cpu, highest", "used memory"].map((text, k) => h("th", { scope: "col", class: k ? "number" : null }, text)))), this.body));
  }

  draw(points) {
    const newest = points.slice(-MOST_TIMES).reverse();
    const words = newest.map(([when, mean, highest, used]) => [timeOfDay(when), quantity(mean, "%"), quantity(highest, "%"), quantity(used, "MiB")]);
    fill(this.body, words.map(([when, ...cells]) => h("tr", null, h("th", { scope: "row" }, when), cells.map((text) => h("td", { class: "number" }, text)))));
  }
}

/** Numbers in large letters. */
class Tiles {
  constructor() {
    this.box = h("div", { class: "tiles" });
    this.tiles = new Map();
  }

  draw(live) {
    const last = live.points[live.points.length - 1];
    if (live.machine && last) {
      this.set("cpu", quantity(last[1], "%"), `of ${plural(live.machine.processors, "processor")}`);
      this.set("memory", quantity(last[3], "MiB"), `used of ${quantity(live.machine.memory_total, "MiB")}`);
    }
    if (live.mode === "agg" && live.totals) {
      this.set("records", count(live.totals.records), `of ${plural(live.totals.names, "name")}`);
      this.set("rejected", count(live.totals.rejected), "refused");
    } else if (live.mode !== "ui") {
      this.set("open captures", count(live.captures.length), live.captures.length ? "recording" : "nothing is being recorded");
    }
  }

  set(label, value, more) {
    if (!this.tiles.has(label)) {
      const tile = { value: h("div", { class: "value" }), more: h("div", { class: "more" }) };
      this.tiles.set(label, tile);
      this.box.append(h("div", { class: "tile", "data-tile": label }, h("div", { class: "label" }, label), tile.value, tile.more));
    }
    const tile = this.tiles.get(label);
    say(tile.value, value);
    say(tile.more, more);
  }
}

/** The open captures with buttons, and a field that starts one. */
class Captures {
  constructor(live) {
    this.live = live;
    this.shown = null;
    this.clocks = [];
    this.name = h("input", { name: "name", placeholder: "name of the capture", "aria-label": "Name of the capture", maxlength: 200, autocomplete: "off" });
    this.said = h("p", { class: "said", role: "status" });
    this.list = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Open captures" });
    this.box = h(
      "section",
      { class: "card", "aria-label": "Captures" },
      h("div", { class: "heading" }, h("h2", null, "Open captures")),
      h("form", { class: "starter", onsubmit: (event) => this.start(event) }, this.name, h("button", { type: "submit", class: "button main" }, "start"), this.said),
      this.list,
    );
    this.timer = setInterval(() => this.tick(), 1000);
  }

  end() {
    clearInterval(this.timer);
  }

  focus() {
    this.name.focus();
  }

  draw() {
    this.box.hidden = this.live.mode === "agg" || this.live.mode === "ui";
    if (this.box.hidden || this.shown === this.live.captures) return;
    this.shown = this.live.captures;
    this.clocks = [];
    const focused = this.list.contains(document.activeElement) ? focusedMetric() : null;
    this.drawRows();
    refocus(focused);
    if (focused && document.activeElement === document.body) this.name.focus({ preventScroll: true });
  }

  drawRows() {
    if (!this.shown.length) {
      fill(this.list, h("p", { class: "empty" }, "None is open. Start one here, or ask for /start?name=NAME from anywhere."));
      return;
    }
    const rows = this.shown.map((capture) => {
      const clock = h("td", { class: "number" });
      this.clocks.push([clock, capture.started]);
      const line = h(
        "tr",
        { "data-capture": capture.name },
        h("th", { scope: "row", class: "wrap" }, h("span", { class: "name" }, capture.name)),
        h("td", { class: capture.module ? "wrap" : null }, capture.module || ""),
        clock,
        h("td", null, h("span", { class: "chooser" }, this.button("stop", capture.name), this.button("cancel", capture.name))),
      );
      return labelled(line, ["", capture.module && "module", "for"]);
    });
    fill(this.list, h("table", { class: "stacks" }, h("thead", null, h("tr", null, h("th", { scope: "col" }, "name"), h("th", { scope: "col" }, "module"), h("th", { scope: "col", class: "number" }, "for"), h("th", { scope: "col" }, ""))), h("tbody", null, rows)));
    this.tick();
  }

  button(verb, name) {
    return h("button", { type: "button", class: "small", "aria-label": `${verb} ${name}`, onclick: () => this.obey(verb, name) }, verb);
  }

  tick() {
    const now = Date.now() / 1000;
    for (const [clock, started] of this.clocks) say(clock, span(now - started));
  }

  async start(event) {
    event.preventDefault();
    await this.obey("start", this.name.value.trim());
  }

  async obey(verb, name) {
    try {
      const answer = await ask(`/${verb}${name ? `?name=${quoted(name)}` : ""}`, { method: "POST" });
      this.said.classList.remove("bad");
      if (verb === "stop") await this.stopped(answer);
      else say(this.said, `${answer.name} ${answer.status}`);
      if (verb === "start") this.name.value = "";
    } catch (error) {
      this.said.classList.add("bad");
      say(this.said, error.message);
    }
  }

  /** What a stop measured, and where to see it; beside the report before, where there was one. */
  async stopped(answer) {
    const kept = await ask(`/api/reports/${quoted(answer.report)}`).catch(() => null);
    const before = Number.isInteger(kept?.replaced) ? [" or ", h("a", { href: diffAddress(`${answer.report}@1`, answer.report) }, "compare with the report before")] : null;
    fill(this.said, h("bdi", null, answer.name), `: ${quantity(answer.exec_time, "s")}, run ${answer.run}. `, h("a", { href: address("captures", { show: answer.report }) }, "see it"), before);
  }
}

/** The aggregate's heaviest names. */
class Totals {
  constructor() {
    this.body = h("tbody");
    this.more = h("div", { class: "under" });
    this.rows = new Map();
    this.table = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Names by total time" }, h("table", { class: "stacks" }, h("thead", null, h("tr", null, ["name", ...TOTALS.slice(1)].map((text, k) => h("th", { scope: "col", class: k ? "number" : null }, text)), h("th", { scope: "col" }, "share"))), this.body));
    this.box = h(
      "section",
      { class: "card", "aria-label": "Aggregate" },
      h("div", { class: "heading" }, h("h2", null, "Where the time goes"), h("a", { class: "right", href: address("aggregates") }, "all names")),
      this.table,
      this.more,
    );
  }

  draw(live) {
    this.box.hidden = live.mode !== "agg";
    if (this.box.hidden) return;
    const all = [...live.rows.values()].sort((a, b) => b.total_time - a.total_time || (a.name < b.name ? -1 : 1));
    const top = all.slice(0, MOST_ROWS);
    const sum = all.reduce((total, row) => total + row.total_time, 0) || 1;
    const written = scale(top.length ? top[0].total_time : 0, "s");
    const drawn = top.map((row) => this.row(row, written, row.total_time / sum));
    if (drawn.some((row, k) => this.body.children[k] !== row) || this.body.children.length !== drawn.length) this.body.replaceChildren(...drawn);
    for (const name of this.rows.keys()) if (!top.some((row) => row.name === name)) this.rows.delete(name);
    this.table.hidden = !all.length;
    if (!all.length) {
      if (!this.more.firstChild) fill(this.more, firstRecord());
      return;
    }
    say(this.more, [all.length > MOST_ROWS ? plural(all.length - MOST_ROWS, "more name") : "", top.some((row) => row.p99 === null) ? DASH : ""].filter(Boolean).join("; "));
  }

  row(row, written, share) {
    if (!this.rows.has(row.name)) {
      const cells = ["n", "total", "mean", "p99"].map(() => h("td", { class: "number" }));
      const bar = h("i");
      const line = h("tr", { "data-name": row.name }, h("th", { scope: "row", class: "wrap" }, h("a", { class: "name", href: address("aggregates", { name: row.name }) }, row.name)), cells, h("td", null, h("div", { class: "share", "aria-hidden": "true" }, bar)));
      labelled(line, TOTALS);
      this.rows.set(row.name, { line, cells, bar });
    }
    const { line, cells, bar } = this.rows.get(row.name);
    const words = [count(row.n), write(row.total_time, written), quantity(row.mean_time, "s"), quantity(row.p99, "s")];
    words.forEach((text, k) => say(cells[k], text));
    bar.style.width = `${Math.max(share * 100, 0.5)}%`;
    return line;
  }
}
