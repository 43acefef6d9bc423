// Curves over time, drawn by uPlot in the colours of the style sheet.

import { h } from "./dom.js";
import { write, digits } from "./figures.js";

const SCHEME = window.matchMedia("screen and (prefers-color-scheme: dark)");
const FONT = "12px system-ui, sans-serif";

/**
 * A chart of curves that share x. `curves` are `{name, colour, filled, quiet}`, `colour` the name of
 * a custom property; `written` says how y is written. It grows with its container; a `bare` one
 * leaves the words of its x axis to the one below it. Its y axis ends at `top`, or begins `fromZero`,
 * or shows what there is.
 */
export function chart({ told, curves, written, height, sync, clock, top, fromZero, bare, span, select }) {
  const canvas = h("div", { class: "canvas", role: "img", "aria-label": told });
  const box = h("figure", { class: "chart" }, canvas);
  canvas.style.minHeight = `${height}px`; // its place is kept before it is drawn
  const data = [[], ...curves.map(() => [])];
  const watched = new AbortController();
  let plot = null;
  let chosen = null;

  function build() {
    plot?.destroy();
    plot = new uPlot(settings(), data, canvas);
  }

  function settings() {
    return {
      width: Math.max(canvas.clientWidth, 160),
      height,
      legend: { show: false },
      padding: [8, 32, 0, 0], // room for half a label, or the last is cut; the same in all, or they do not align
      cursor: {
        sync: sync ? { key: sync, setSeries: false } : undefined,
        drag: { x: Boolean(select), y: false, setScale: false },
        points: { size: 7 },
        y: false,
      },
      scales: {
        x: { time: Boolean(clock), range: span ? () => span : undefined },
        y: { range: (_, low, high) => (top ? [0, top] : ranged(low, high, fromZero)) },
      },
      axes: [ruler({ size: bare ? 4 : 28, space: clock ? 84 : 60, values: (_, at) => at.map((value) => (bare ? "" : clock ? timeOfDay(value) : `${value} s`)) }), ruler({ size: 76, values: (_, at) => at.map((value) => write(value, rounder(written, at))) })],
      series: [{}, ...curves.map(series)],
      hooks: { ready: [ready], setSelect: [selected] },
    };
  }

  function ready(u) {
    plot = u;
    choose(chosen);
  }

  /** What is dragged in one chart is marked in all that share its cursor; only that one tells. */
  function selected(u) {
    const { left, width } = u.select;
    if (select && u.cursor.event && width > 2) select(u.posToVal(left, "x"), u.posToVal(left + width, "x"));
  }

  /** Marks a stretch of x, or none. */
  function choose(range) {
    chosen = range;
    if (!plot) return;
    if (!range) {
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      return;
    }
    const right = plot.valToPos(Math.min(range[1], plot.scales.x.max), "x");
    const left = plot.valToPos(range[0], "x");
    plot.setSelect({ left, top: 0, width: Math.max(right - left, 1), height: plot.bbox.height / devicePixelRatio }, false);
  }

  const resized = new ResizeObserver(() => {
    if (!canvas.clientWidth) return;
    if (!plot) build();
    else if (plot.width !== canvas.clientWidth) {
      plot.setSize({ width: canvas.clientWidth, height });
      queueMicrotask(() => choose(chosen)); // its new scales are in force after a microtask of its own
    }
  });
  resized.observe(canvas);
  SCHEME.addEventListener("change", build, { signal: watched.signal });
  return {
    box,
    choose,
    /** Draws `columns`: x, then a column a curve. */
    draw(columns) {
      columns.forEach((column, k) => (data[k] = column));
      plot?.setData(data);
    },
    /** Says something else to who cannot see it. */
    tell(text) {
      canvas.setAttribute("aria-label", text);
    },
    /** Lets go of everything. */
    end() {
      watched.abort();
      resized.disconnect();
      plot?.destroy();
      plot = null;
    },
  };
}

function series({ name, colour, filled, quiet }) {
  const stroke = () => colourOf(colour, quiet ? 0.45 : 1);
  return {
    label: name,
    stroke,
    width: quiet ? 1 : 1.8,
    fill: filled ? () => colourOf(colour, 0.14) : undefined,
    spanGaps: true,
    points: { show: (u, k) => u.data[k].filter((value) => typeof value === "number").length === 1, size: 6 },
  };
}

function ruler(more) {
  return {
    font: FONT,
    stroke: () => colourOf("--quiet", 1),
    grid: { stroke: () => colourOf("--line", 1), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

function colourOf(property, alpha) {
  const colour = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  return alpha === 1 ? colour : `color-mix(in srgb, ${colour} ${alpha * 100}%, transparent)`;
}

function ranged(low, high, fromZero) {
  if (low === null || high === null) return [0, 1];
  if (low >= 0 && (fromZero || low < high / 2)) return [0, high * 1.1 || 1];
  const air = (high - low || Math.abs(high) || 1) * 0.1;
  return [low >= 0 ? Math.max(low - air, 0) : low - air, high + air];
}

/** `14:03:59` of Unix seconds. */
export function timeOfDay(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

/** As many decimals as tell neighbouring ticks apart. */
function rounder(written, at) {
  for (let decimals = 0; decimals < written.decimals + 3; decimals += 1) {
    const texts = at.map((value) => digits(value, { ...written, decimals }));
    if (new Set(texts).size === texts.length) return { ...written, decimals };
  }
  return written;
}
