// What the server tells: once when asked, and as it happens.

const MOST_POINTS = 480;

/** The JSON at `path`. Throws an error that says what the server said. */
export async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("Skope does not answer: has it ended?");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.detail || `Skope answers ${answer.status}`);
  return body;
}

/** Text in a path or a query. */
export function quoted(text) {
  return encodeURIComponent(text);
}

/**
 * All that is live, kept up to date. It holds a bounded stretch of the machine's curve and the
 * aggregate's rows; whoever draws listens for a change.
 */
export class Live extends EventTarget {
  constructor() {
    super();
    this.mode = null;
    this.connected = null;
    this.version = "";
    this.tag = null;
    this.time = 0;
    this.machine = null;
    this.points = [];
    this.captures = [];
    this.reports = null;
    this.totals = null;
    this.rows = new Map();
    this.listen();
  }

  listen() {
    this.stream = new EventSource("/api/live");
    this.stream.addEventListener("live", (event) => this.take(JSON.parse(event.data)));
    this.stream.addEventListener("open", () => this.connect(true));
    this.stream.addEventListener("error", () => this.lose());
  }

  take(event) {
    if (event.whole) {
      this.points = [];
      this.rows = new Map();
    }
    this.mode = event.mode;
    this.version = event.version;
    this.tag = event.tag;
    this.time = event.time;
    this.machine = event.machine;
    if (event.machine) {
      this.points.push(...event.machine.points);
      if (this.points.length > MOST_POINTS) this.points.splice(0, this.points.length - MOST_POINTS);
    }
    if (event.captures) this.captures = event.captures;
    if (event.aggregate) {
      this.totals = event.aggregate;
      for (const row of event.aggregate.rows) this.rows.set(row.name, row);
    }
    const stored = this.reports !== null && this.reports !== event.reports;
    this.reports = event.reports;
    this.dispatchEvent(new Event("change"));
    if (stored) this.dispatchEvent(new Event("stored"));
  }

  connect(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("connection"));
  }

  /** The browser tries again by itself, except where it was told no. */
  lose() {
    this.connect(false);
    if (this.stream.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), 3000);
  }
}
