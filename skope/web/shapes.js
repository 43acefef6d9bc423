// Small pictures in SVG: they draw what they are given and decide nothing.

import { h, s } from "./dom.js";
import { write, signed, digits } from "./figures.js";

const WIDTH = 360;
const HEIGHT = 190;
/** A phone: wide pictures are drawn anew for it. */
export const NARROW = window.matchMedia("(max-width: 700px)");
const ROOM = { left: 58, right: 14, top: 12, bottom: 30 };

/** A point and its interval on a scale of ±`extent` per cent; the band is what does not matter. */
export function forest(shape, extent, verdict, told) {
  const width = 300;
  const x = (value) => width / 2 + (clamp(value, extent) / extent) * (width / 2 - 8);
  const drawing = frame(width, 26, `forest ${verdict}`, told);
  if (shape.band !== null) {
    const half = Math.max(x(shape.band) - x(0), 1);
    drawing.append(s("rect", { class: "band", x: x(0) - half, y: 0, width: 2 * half, height: 26 }));
  }
  drawing.append(s("line", { class: "nought", x1: x(0), x2: x(0), y1: 0, y2: 26 }));
  if (shape.low !== null) {
    const [low, high] = [x(shape.low), x(shape.high)];
    drawing.append(s("line", { class: "interval", x1: low, x2: Math.max(high, low + 1), y1: 13, y2: 13 }));
    drawing.append(end(low, shape.low < -extent, -1), end(high, shape.high > extent, 1));
  }
  const at = x(shape.at);
  drawing.append(
    Math.abs(shape.at) > extent
      ? s("path", { class: "point", d: arrow(at, Math.sign(shape.at)) })
      : s("circle", { class: "point", cx: at, cy: 13, r: 4.5 }),
  );
  return drawing;
}

/** The scale above a column of forests. */
export function forestScale(extent) {
  return h("span", { class: "scale", "aria-hidden": "true" }, [`−${extent} %`, "0", `+${extent} %`].map((text) => h("span", null, text)));
}

/** The runs of both sides as points, in order. */
export function runs(row, told) {
  const all = [...row.base.values, ...row.head.values];
  const y = axis(all, HEIGHT - ROOM.bottom, ROOM.top);
  const drawing = frame(WIDTH, HEIGHT, "shape", told);
  grid(drawing, y, row.written);
  const inner = WIDTH - ROOM.left - ROOM.right;
  for (const [side, start] of [["base", 0], ["head", 0.5]]) {
    const { values, runs: numbers } = row[side];
    const from = ROOM.left + inner * (start + 0.04);
    const step = (inner * 0.42) / Math.max(values.length - 1, 1);
    const middle = median(values);
    if (values.length > 1) {
      const to = from + inner * 0.42;
      drawing.append(s("line", { class: `median ${side}`, x1: from, x2: to, y1: y.at(middle), y2: y.at(middle) }));
    }
    values.forEach((value, k) => {
      const cx = values.length > 1 ? from + k * step : from + inner * 0.21;
      drawing.append(s("circle", { class: `dot ${side}`, cx, cy: y.at(value), r: 4 }, title(`${side} run ${numbers[k]}: ${write(value, row.written)}`)));
    });
    drawing.append(s("text", { class: "axis", x: from + inner * 0.21, y: HEIGHT - 10, "text-anchor": "middle" }, `${side}, run by run`));
  }
  return drawing;
}

/** The share of runs at or below each value. */
export function ecdf(row, told) {
  const x = axis([...row.base.values, ...row.head.values], ROOM.left, WIDTH - ROOM.right);
  const y = (share) => HEIGHT - ROOM.bottom - share * (HEIGHT - ROOM.bottom - ROOM.top);
  const drawing = frame(WIDTH, HEIGHT, "shape", told);
  for (const share of [0, 0.5, 1]) {
    drawing.append(s("line", { class: "grid", x1: ROOM.left, x2: WIDTH - ROOM.right, y1: y(share), y2: y(share) }));
    drawing.append(s("text", { class: "axis", x: ROOM.left - 8, y: y(share) + 4, "text-anchor": "end" }, `${share * 100} %`));
  }
  below(drawing, x, row.written);
  for (const side of ["base", "head"]) {
    const sorted = [...row[side].values].sort((a, b) => a - b);
    if (!sorted.length) continue;
    const steps = sorted.map((value, k) => `H${x.at(value)}V${y((k + 1) / sorted.length)}`);
    const path = `M${ROOM.left},${y(0)}${steps.join("")}H${WIDTH - ROOM.right}`;
    drawing.append(s("path", { class: `line ${side}`, d: path }));
  }
  return drawing;
}

/** Two histograms over the same bins, side by side in each. */
export function histogram(row, told) {
  const { edges, base, head } = row.bins;
  const shares = [shared(base), shared(head)];
  const most = Math.max(...shares.flat());
  const x = axis([edges[0], edges[edges.length - 1]], ROOM.left, WIDTH - ROOM.right, true);
  const y = (share) => HEIGHT - ROOM.bottom - (share / most) * (HEIGHT - ROOM.bottom - ROOM.top);
  const drawing = frame(WIDTH, HEIGHT, "shape", told);
  for (const share of [0, most]) {
    drawing.append(s("line", { class: "grid", x1: ROOM.left, x2: WIDTH - ROOM.right, y1: y(share), y2: y(share) }));
    drawing.append(s("text", { class: "axis", x: ROOM.left - 8, y: y(share) + 4, "text-anchor": "end" }, `${Math.round(share * 100)} %`));
  }
  below(drawing, x, row.written);
  const wide = (WIDTH - ROOM.left - ROOM.right) / base.length;
  ["base", "head"].forEach((side, which) => {
    shares[which].forEach((share, k) => {
      if (!share) return;
      const left = ROOM.left + k * wide + which * (wide / 2) + 0.5;
      const counted = row.bins[side][k];
      const between = `${write(edges[k], row.written)} to ${write(edges[k + 1], row.written)}`;
      drawing.append(s("rect", { class: `bar ${side}`, x: left, width: Math.max(wide / 2 - 1, 1), y: y(share), height: y(0) - y(share) }, title(`${side}, ${between}: ${counted} of ${row[side].values.length}`)));
    });
  });
  return drawing;
}

/** head - base at each percentile, with its band. */
export function shift(row, told) {
  const known = row.shifts.flatMap((one) => [one.shift, one.low, one.high]).filter((value) => value !== null);
  const y = axis([0, ...known], HEIGHT - ROOM.bottom, ROOM.top);
  const x = (percentile) => ROOM.left + (percentile / 100) * (WIDTH - ROOM.left - ROOM.right);
  const drawing = frame(WIDTH, HEIGHT, "shape", told);
  grid(drawing, y, row.written, signed);
  const banded = row.shifts.filter((one) => one.low !== null);
  if (banded.length) {
    const up = banded.map((one) => `${x(one.percentile)},${y.at(one.high)}`);
    const down = banded.map((one) => `${x(one.percentile)},${y.at(one.low)}`).reverse();
    drawing.append(s("polygon", { class: "belt", points: [...up, ...down].join(" ") }));
  }
  drawing.append(s("line", { class: "nought", x1: ROOM.left, x2: WIDTH - ROOM.right, y1: y.at(0), y2: y.at(0) }));
  drawing.append(s("polyline", { class: "line head", points: row.shifts.map((one) => `${x(one.percentile)},${y.at(one.shift)}`).join(" ") }));
  for (const one of row.shifts) {
    const words = `percentile ${one.percentile}: ${signed(one.shift, row.written)}`;
    drawing.append(s("circle", { class: "dot head", cx: x(one.percentile), cy: y.at(one.shift), r: 3.5 }, title(words)));
  }
  for (const percentile of [10, 50, 90]) {
    drawing.append(s("text", { class: "axis", x: x(percentile), y: HEIGHT - 10, "text-anchor": "middle" }, percentile === 50 ? "median" : `p${percentile}`));
  }
  return drawing;
}

/** A line of values without axes. */
export function spark(values, told) {
  const [width, height] = [120, 26];
  const drawing = frame(width, height, "spark", told);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = (value) => (high > low ? height - 5 - ((value - low) / (high - low)) * (height - 10) : height / 2);
  const x = (k) => (values.length > 1 ? 5 + (k * (width - 10)) / (values.length - 1) : width - 5);
  if (values.length > 1) drawing.append(s("polyline", { class: "line head", points: values.map((value, k) => `${x(k)},${y(value)}`).join(" ") }));
  drawing.append(s("circle", { class: "dot head", cx: x(values.length - 1), cy: y(values[values.length - 1]), r: 3 }));
  return drawing;
}

/** Bars of one distribution: `[from, to, count]`. */
export function bars(bins, written, told) {
  const [width, height] = NARROW.matches ? [WIDTH, HEIGHT] : [1000, 230];
  const most = Math.max(...bins.map((bin) => bin[2]));
  const drawing = frame(width, height, "shape wide", told);
  const wide = (width - ROOM.left - ROOM.right) / bins.length;
  const y = (value) => height - ROOM.bottom - (value / most) * (height - ROOM.bottom - ROOM.top);
  for (const value of [0, most]) {
    drawing.append(s("line", { class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: y(value), y2: y(value) }));
    drawing.append(s("text", { class: "axis", x: ROOM.left - 8, y: y(value) + 4, "text-anchor": "end" }, digits(value, { divisor: 1, decimals: 0 })));
  }
  bins.forEach(([from, to, counted], k) => {
    const words = `${write(from, written)} to ${write(to, written)}: ${counted}`;
    drawing.append(s("rect", { class: "bar head", x: ROOM.left + k * wide + 0.5, width: Math.max(wide - 1, 0.5), y: y(counted), height: y(0) - y(counted) }, title(words)));
  });
  [0, Math.floor(bins.length / 2), bins.length].forEach((k, which) => {
    const value = k < bins.length ? bins[k][0] : bins[k - 1][1];
    const anchor = ["start", "middle", "end"][which];
    drawing.append(s("text", { class: "axis", x: ROOM.left + k * wide, y: height - 10, "text-anchor": anchor }, write(value, written)));
  });
  return drawing;
}

function frame(width, height, kind, told) {
  const named = told === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": told };
  return s("svg", { class: kind, viewBox: `0 0 ${width} ${height}`, ...named });
}

function title(text) {
  return s("title", null, text);
}

function end(at, beyond, way) {
  if (beyond) return s("path", { class: "interval", d: `M${at - way * 6},8 L${at},13 L${at - way * 6},18` });
  return s("line", { class: "interval", x1: at, x2: at, y1: 9, y2: 17 });
}

function arrow(at, way) {
  return `M${at - way * 7},8 L${at + way * 2},13 L${at - way * 7},18 Z`;
}

function clamp(value, extent) {
  return Math.max(-extent, Math.min(extent, value));
}

/** A scale over values with a little air; with `exact` without, and by ratio when all are positive. */
function axis(values, from, to, exact) {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (exact && low > 0) {
    const [a, b] = [Math.log(low), Math.log(high)];
    return { low, high, at: (value) => from + ((Math.log(value) - a) / (b - a || 1)) * (to - from) };
  }
  const air = (high - low || Math.abs(high) || 1) * 0.08;
  low -= air;
  high += air;
  return { low: low + air, high: high - air, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

function grid(drawing, y, written, text = write) {
  for (const value of [y.low, (y.low + y.high) / 2, y.high]) {
    drawing.append(s("line", { class: "grid", x1: ROOM.left, x2: WIDTH - ROOM.right, y1: y.at(value), y2: y.at(value) }));
    drawing.append(s("text", { class: "axis", x: ROOM.left - 6, y: y.at(value) + 4, "text-anchor": "end" }, text(value, written)));
    if (y.low === y.high) break;
  }
}

function below(drawing, x, written) {
  for (const [value, anchor] of [[x.low, "start"], [x.high, "end"]]) {
    drawing.append(s("text", { class: "axis", x: x.at(value), y: HEIGHT - 10, "text-anchor": anchor }, write(value, written)));
  }
}

function shared(counts) {
  const all = counts.reduce((sum, value) => sum + value, 0) || 1;
  return counts.map((value) => value / all);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
