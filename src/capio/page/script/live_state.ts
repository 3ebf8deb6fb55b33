/** What the live updates have brought so far, and whether they still come. */
export const LIVE_STATE_SCRIPT = String.raw`
const RETRY_MILLISECONDS = 1000;

let head;
let timeline = "";
const steps = new Map();
const files = new Map();
/** The path of a file to how fast it grew lately. */
const rates = new Map();
/** The clock of the server less that of the browser. */
let clockLead = 0;
let link = "connecting";
let latest = 0;

function connect() {
  const source = new EventSource("live");
  source.addEventListener("open", () => showLink("live"));
  source.addEventListener("page", (event) => {
    steps.clear();
    files.clear();
    rates.clear();
    take(JSON.parse(event.data));
  });
  source.addEventListener("update", (event) => take(JSON.parse(event.data)));
  source.addEventListener("end", () => {
    source.close();
    showLink("over");
  });
  source.addEventListener("error", () => {
    if (link === "over") return;
    showLink("lost");
    // The browser connects again by itself, unless the server refused it.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, RETRY_MILLISECONDS);
  });
}

function take(update) {
  clockLead = update.now - Date.now();
  latest = update.now;
  head = update.head ?? head;
  timeline = update.timeline ?? timeline;
  for (const name of update.goneSteps ?? []) steps.delete(name);
  for (const step of update.steps ?? []) steps.set(step.name, step);
  for (const path of update.goneFiles ?? []) files.delete(path);
  for (const file of update.files ?? []) {
    noteRate(files.get(file.path), file, update.now);
    files.set(file.path, file);
  }
  renderSoon();
}

function noteRate(before, file, now) {
  const known = rates.get(file.path);
  if (file.phase !== "open") return rates.delete(file.path);
  if (before === undefined || !known) {
    return rates.set(file.path, { size: file.size, time: now, rate: undefined });
  }
  const seconds = (now - known.time) / 1000;
  if (seconds < 0.3 || !(file.size > known.size)) return;
  const present = (file.size - known.size) / seconds;
  const rate = known.rate === undefined ? present : (known.rate + present) / 2;
  rates.set(file.path, { size: file.size, time: now, rate });
}

function isOver() {
  return head?.ended !== undefined;
}

/** The time at which the page is true. */
function now() {
  if (isOver()) return head.ended;
  return link === "lost" ? latest : Date.now() + clockLead;
}

function showLink(state) {
  link = state;
  renderSoon();
}
`;
