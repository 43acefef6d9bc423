// Numbers as text, as the terminal writes them. `written` is how Python said a row is written.

const NOTHING = "-";
const KIB = 1024;
const SCALES = {
  s: [
    [1000, "s", 1, 1],
    [0.1, "s", 1, 3],
    [1e-2, "ms", 1e-3, 1],
    [1e-3, "ms", 1e-3, 2],
    [1e-4, "µs", 1e-6, 0],
    [1e-6, "µs", 1e-6, 1],
    [0, "ns", 1e-9, 0],
  ],
  MiB: [
    [1000, "GiB", KIB, 2],
    [1, "MiB", 1, 1],
    [0, "KiB", 1 / KIB, 1],
  ],
  B: [
    [1000 * KIB ** 2, "GiB", KIB ** 3, 2],
    [1000 * KIB, "MiB", KIB ** 2, 1],
    [10000, "KiB", KIB, 1],
    [0, "B", 1, 0],
  ],
  count: [
    [1e10, "G", 1e9, 2],
    [1e7, "M", 1e6, 2],
    [0, "", 1, 0],
  ],
};
const ZERO = { s: ["s", 1, 0], MiB: ["MiB", 1, 1], B: ["B", 1, 0], count: ["", 1, 0] };

/** A number in a row's own manner: `1.42 ms`. */
export function write(value, written) {
  if (value === null || value === undefined) return NOTHING;
  return `${digits(value, written)} ${written.suffix}`.trimEnd();
}

/** The same of a difference, always with a sign; of percentages in points. */
export function signed(value, written) {
  if (value === null || value === undefined) return NOTHING;
  const text = digits(value, written);
  const nought = !/[1-9]/.test(text);
  const shown = nought ? `+${text.replace("-", "")}` : value > 0 ? `+${text}` : text;
  return `${shown} ${written.suffix === "%" ? "pts" : written.suffix}`.trimEnd();
}

/** The number alone. */
export function digits(value, written) {
  const fixed = rounded(value / written.divisor, written.decimals);
  const [whole, rest] = fixed.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const text = rest === undefined ? grouped : `${grouped}.${rest}`;
  return /[1-9]/.test(text) ? text : text.replace("-", "");
}

/** As Python rounds: a value that lies in the middle goes to the even digit. */
function rounded(value, decimals) {
  const exact = Math.abs(value).toFixed(decimals + 40);
  const kept = exact.slice(0, -40).replace(/\.$/, "");
  const even = "02468".includes(kept[kept.length - 1]);
  if (!even || !/^50*$/.test(exact.slice(-40))) return value.toFixed(decimals);
  return value < 0 ? `-${kept}` : kept;
}

/** How numbers of a unit are written where the largest of them is `value`. */
export function scale(value, unit) {
  if (!(unit in SCALES)) return { suffix: unit, divisor: 1, decimals: 1 };
  const size = Math.abs(value || 0);
  const [suffix, divisor, decimals] = size
    ? SCALES[unit].find(([least]) => size >= least * 0.9995).slice(1)
    : ZERO[unit];
  return { suffix, divisor, decimals };
}

/** One number by itself. */
export function quantity(value, unit) {
  return value === null || value === undefined ? NOTHING : write(value, scale(value, unit));
}

/** A whole number: `1,248,031`. */
export function count(value) {
  return digits(value, { divisor: 1, decimals: 0 });
}

/** `1 capture`, `2 captures`. */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;
}

/** How long that is: `4 s`, `3 min 20 s`. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
