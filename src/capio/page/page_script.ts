/**
 * The script of the page. It shows what the live updates bring; each text
 * becomes a text node, never markup.
 */
export const PAGE_SCRIPT = String.raw`
const RETRY_MILLISECONDS = 1000;
const RATE_MILLISECONDS = 2000;
const MOST_BARS = 3;
/** With fewer rows there is nothing to look for. */
const ROWS_WITHOUT_TOOLS = 8;

const byId = (id) => document.getElementById(id);

let head;
let timeline = "";
let isTimelineShown = true;
const steps = new Map();
const files = new Map();
/** The path of a file to how fast it grew lately. */
const rates = new Map();
/** The clock of the server less that of the browser. */
let clockLead = 0;
let selected;
let link = "connecting";
let latest = 0;
let isRenderingSoon = false;

const STEP_STATES = [
  ["failed", "failed", ["failed", "lost"]],
  ["waiting", "waiting", ["waiting"]],
  ["running", "running", ["running"]],
  ["ended", "ended", ["ended", "stopped"]],
  ["absent", "not joined", ["absent"]],
];
const FILE_PHASES = [
  ["lost", "lost", ["lost"]],
  ["open", "being written", ["open"]],
  ["committed", "finished", ["committed"]],
];
const FILE_RANK = { lost: 0, open: 1, committed: 2 };
const FILE_WORDS = { open: "being written", committed: "finished", lost: "lost" };

const stepChoice = choiceOf("steps", STEP_STATES);
const fileChoice = choiceOf("files", FILE_PHASES);

const stepList = new RowList(byId("steps"), {
  keyOf: (step) => step.name,
  create(element) {
    const name = added(element, "button", "step-name");
    name.type = "button";
    name.setAttribute("aria-controls", "output");
    const row = {
      name,
      state: added(element, "span", "state"),
      printed: added(element, "span", "printed"),
      process: added(element, "span", "process faint"),
    };
    name.addEventListener("click", () => {
      selected = selected === row.key ? undefined : row.key;
      renderSoon();
    });
    return row;
  },
  update(row, step) {
    row.key = step.name;
    setClass(row.element, "row step " + step.state);
    setText(row.name, step.name);
    setAttribute(row.name, "aria-expanded", String(selected === step.name));
    setText(row.state, step.text + stepTime(step));
    setAttribute(row.state, "title", step.text);
    const last = step.printed.at(-1);
    setClass(row.printed, last === undefined ? "activity faint" : "printed");
    setText(row.printed, last ?? step.activity);
    setText(row.process, step.processes);
  },
});

const fileList = new RowList(byId("files"), {
  keyOf: (file) => file.path,
  create(element) {
    const path = added(element, "span", "path");
    const bars = added(element, "span", "bars");
    bars.setAttribute("aria-hidden", "true");
    const [size, phase, notes, readers] =
      ["size", "phase", "notes faint", "readers faint"]
        .map((name) => added(element, "span", name));
    return {
      folder: added(path, "span", "folder"),
      base: added(path, "span", "base"),
      written: added(bars, "span", "written"),
      reads: Array.from({ length: MOST_BARS }, () =>
        added(added(bars, "span", "read"), "span", "part")
      ),
      path,
      size,
      phase,
      notes,
      readers,
    };
  },
  update(row, file) {
    setClass(row.element, "row file " + file.phase);
    const cut = file.path.lastIndexOf("/") + 1;
    setText(row.folder, file.path.slice(0, cut));
    setText(row.base, file.path.slice(cut));
    setAttribute(row.path, "title", file.path);
    setText(row.size, sizeOf(file));
    setText(row.phase, FILE_WORDS[file.phase]);
    const written = file.writers.length > 0
      ? ["written by " + file.writers.join(", ")]
      : [];
    setText(row.notes, [...written, ...file.notes].join(" · "));
    setAttribute(row.notes, "title", row.notes.textContent);
    setText(row.readers, readersOf(file));
    setAttribute(row.readers, "title", row.readers.textContent);
    row.reads.forEach((part, i) => {
      const share = shareOf(file.readers[i], file);
      part.parentElement.hidden = share === undefined;
      if (share !== undefined) part.style.width = share + "%";
    });
  },
});

new IntersectionObserver(([{ isIntersecting }]) => {
  isTimelineShown = isIntersecting;
  renderSoon();
}).observe(byId("timeline"));
setInterval(() => head && !isOver() && renderSoon(), 1000);
connect();

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

function renderSoon() {
  if (isRenderingSoon) return;
  isRenderingSoon = true;
  requestAnimationFrame(() => {
    isRenderingSoon = false;
    render();
  });
}

function render() {
  renderLink();
  if (!head) return;
  renderHead();
  renderTrouble();
  renderWarnings();
  renderWaits();
  renderSteps();
  renderFiles();
  renderTimeline();
}

function renderLink() {
  const texts = {
    connecting: "connecting",
    live: "live",
    lost: "no connection, trying again" +
      (latest ? "; as of " + clock(latest) : ""),
    over: "has ended; this page keeps its last state",
  };
  setClass(byId("link"), link);
  setText(byId("link"), texts[link]);
}

const MARKS = {
  running: "\u25b6",
  well: "\u2714",
  careful: "\u26a0",
  failed: "\u2716",
  interrupted: "\u25a0",
};

function renderHead() {
  const { workflow, directory, begun, outcome, fileCounts, bytes } = head;
  document.title = MARKS[outcome.kind] + " " + (workflow || "Workflow");
  setText(byId("name"), workflow || "Workflow");
  setAttribute(byId("name"), "title", workflow);
  setAttribute(byId("facts"), "title", directory);
  setClass(byId("outcome"), outcome.kind);
  setText(byId("outcome-text"), outcome.text);
  const elapsed = begun === undefined ? "" : duration(now() - begun);
  const word = isOver() ? "after " : "for ";
  setText(byId("elapsed"), elapsed && word + elapsed);
  const counts = Object.values(fileCounts).reduce((sum, one) => sum + one, 0);
  setText(
    byId("facts"),
    [
      directory,
      begun && "since " + clock(begun),
      counted(steps.size, "step"),
      counted(counts, "file"),
      bytesText(bytes) + " written",
    ].filter(Boolean).join("  \u00b7  "),
  );
}

function renderTrouble() {
  const { trouble } = head;
  byId("trouble").hidden = trouble === undefined;
  if (trouble === undefined) return;
  setText(byId("trouble-text"), trouble.text);
  const after = head.begun === undefined
    ? ""
    : ", " + duration(trouble.time - head.begun) + " after the start";
  setText(byId("trouble-time"), "at " + clock(trouble.time) + after);
  byId("trouble-printed").hidden = trouble.printed.length === 0;
  setText(byId("trouble-printed"), trouble.printed.join("\n"));
  byId("trouble-lost").hidden = trouble.lost.length === 0;
  const more = trouble.moreLost > 0 ? ", and " + trouble.moreLost + " more" : "";
  setText(byId("trouble-lost"), "Lost: " + trouble.lost.join(", ") + more);
}

function renderWarnings() {
  const { warnings, moreWarnings } = head;
  byId("warnings").hidden = warnings.length === 0;
  const more = moreWarnings > 0 ? ["and " + moreWarnings + " more"] : [];
  showItems(byId("warnings-list"), [...warnings, ...more], (item, text) =>
    setText(item, text)
  );
}

function renderWaits() {
  const { waits, moreWaits } = head;
  byId("waits").hidden = waits.length === 0;
  const more = moreWaits > 0 ? [{ text: "and " + moreWaits + " more" }] : [];
  showItems(byId("waits-list"), [...waits, ...more], (item, wait) => {
    if (item.childElementCount === 0) {
      const what = added(item, "span", "what");
      for (const name of ["who", "for", "path"]) added(what, "span", name);
      for (const name of ["why", "time"]) added(item, "span", name);
    }
    const [what, why, time] = item.children;
    const [who, word, path] = what.children;
    setText(who, wait.text ?? wait.step);
    setText(word, wait.text ? "" : " waits for ");
    setText(path, wait.path ?? "");
    setText(why, wait.why ?? "");
    setText(time, wait.text ? "" : duration(now() - wait.since));
  });
}

function renderSteps() {
  const all = [...steps.values()];
  const shown = stepChoice.of(all, (it) => it.state, (it) => it.name);
  setText(byId("steps-count"), countOf(shown.length, all.length));
  showEmpty("steps", shown, all, "No step has joined yet");
  stepList.show(shown);
  const step = steps.get(selected);
  byId("output").hidden = step === undefined;
  if (step === undefined) return;
  setText(byId("output-title"), step.printed.length > 0
    ? "What " + step.name + " printed last"
    : "What " + step.name + " prints is not known here");
  const facts = [step.text, step.activity].filter(Boolean);
  setText(byId("output-activity"), facts.join(" \u00b7 "));
  byId("output-lines").hidden = step.printed.length === 0;
  setText(byId("output-lines"), step.printed.join("\n"));
}

function renderFiles() {
  const all = [...files.values()].sort((one, other) =>
    FILE_RANK[one.phase] - FILE_RANK[other.phase] ||
    (other.ended ?? 0) - (one.ended ?? 0) || one.created - other.created
  );
  const shown = fileChoice.of(all, (it) => it.phase, (it) =>
    [it.path, ...it.writers, ...it.readers.map(({ step }) => step)].join("\n")
  );
  setText(byId("files-count"), countOf(shown.length, all.length));
  showEmpty("files", shown, all, "No files yet");
  fileList.show(shown);
  const { moreFiles } = head;
  byId("files-more").hidden = moreFiles === 0;
  setText(byId("files-more"), "and " + counted(moreFiles, "more file") + " that are not listed");
}

let drawnTimeline = "";

function renderTimeline() {
  if (timeline === drawnTimeline || !isTimelineShown || timeline === "") return;
  drawnTimeline = timeline;
  const parsed = new DOMParser().parseFromString(timeline, "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  byId("timeline").replaceChildren(svg);
}

/** The search field and the buttons with which rows are chosen. */
function choiceOf(name, groups) {
  const search = byId(name + "-search");
  const chips = new Map([["all", "all", undefined], ...groups].map(
    ([key, word, states]) => {
      const label = added(byId(name + "-chips"), "label", "chip " + key);
      const input = added(label, "input", "");
      input.type = "radio";
      input.name = name;
      input.value = key;
      input.checked = key === "all";
      input.addEventListener("change", renderSoon);
      return [key, { label, input, word, states, text: added(label, "span", "") }];
    },
  ));
  search.addEventListener("input", renderSoon);
  return {
    of(all, stateOf, textOf) {
      const counts = new Map();
      for (const item of all) {
        const state = stateOf(item);
        counts.set(state, (counts.get(state) ?? 0) + 1);
      }
      let states;
      for (const chip of chips.values()) {
        const count = chip.states === undefined
          ? all.length
          : chip.states.reduce((sum, it) => sum + (counts.get(it) ?? 0), 0);
        chip.label.hidden = count === 0 && !chip.input.checked;
        setText(chip.text, chip.word + " " + count.toLocaleString("en"));
        if (chip.input.checked) states = chip.states;
      }
      const wanted = search.value.trim().toLowerCase();
      const isUsed = wanted !== "" || states !== undefined;
      byId(name + "-tools").hidden = all.length <= ROWS_WITHOUT_TOOLS && !isUsed;
      if (!isUsed) return all;
      return all.filter((item) =>
        (states === undefined || states.includes(stateOf(item))) &&
        textOf(item).toLowerCase().includes(wanted)
      );
    },
  };
}

function showEmpty(name, shown, all, text) {
  byId(name + "-empty").hidden = shown.length > 0;
  setText(byId(name + "-empty"), all.length === 0 ? text : "None of them matches");
}

function countOf(shown, all) {
  if (all === 0) return "";
  const number = all.toLocaleString("en");
  return shown === all ? number : shown.toLocaleString("en") + " of " + number;
}

function stepTime({ since, begun, ended }) {
  if (since !== undefined) return ", " + duration(now() - since);
  if (begun === undefined || ended === undefined) return "";
  return " after " + duration(ended - begun);
}

function sizeOf({ path, phase, size }) {
  if (size === undefined) return "size unknown";
  const known = rates.get(path);
  const isGrowing = phase === "open" && known?.rate !== undefined &&
    now() - known.time < RATE_MILLISECONDS && !isOver();
  return bytesText(size) + (isGrowing ? "  +" + bytesText(known.rate) + "/s" : "");
}

function readersOf({ readers, size, phase }) {
  const texts = readers.map(({ step, bytes }) => {
    if (bytes === undefined) return step;
    const share = shareOf({ bytes }, { size });
    return step + " " + (share === undefined ? bytesText(bytes) : Math.floor(share) + " %");
  });
  return texts.length > 0 ? "read by " + texts.join(" \u00b7 ") : "";
}

/** The percentage of a file that a reader has read. */
function shareOf(reader, { size }) {
  if (reader?.bytes === undefined || !size) return undefined;
  return Math.min(100, 100 * reader.bytes / size);
}

/** Shows one element of a list for each item. */
function showItems(list, items, update) {
  while (list.childElementCount > items.length) list.lastElementChild.remove();
  while (list.childElementCount < items.length) added(list, "li", "");
  items.forEach((item, i) => update(list.children[i], item));
}

function added(parent, tag, className) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  parent.append(element);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setClass(element, name) {
  if (element.className !== name) element.className = name;
}

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function counted(number, word) {
  return number.toLocaleString("en") + " " + word + (number === 1 ? "" : "s");
}

function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 999.95 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return (unit === 0 ? Math.round(bytes) : bytes.toFixed(1)) + " " + units[unit];
}

function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 100) return Math.floor(seconds) + " s";
  const minutes = Math.floor(seconds / 60);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (minutes < 60) return minutes + " min " + two(seconds % 60) + " s";
  return Math.floor(minutes / 60) + " h " + two(minutes % 60) + " min";
}

function clock(time) {
  return new Date(time).toTimeString().slice(0, 8);
}
`;
