/**
 * The script of {@linkcode viewPage}. Every row has the same height, and only
 * the rows in sight are in the document, so that the number of lines costs
 * nothing. A text becomes a text node, never markup.
 */
export const VIEW_SCRIPT = String.raw`
"use strict";
const MOST_ROWS = 100000;
const RETRY_MILLISECONDS = 1000;
/** Controls that a terminal obeys and does not show: styles, titles, links. */
const TERMINAL_CONTROLS =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

const byId = (id) => document.getElementById(id);
const [log, content, rowsInSight, empty, follow, count, status] =
  ["log", "content", "rows", "empty", "follow", "count", "status"].map(byId);
const rowHeight = parseFloat(
  getComputedStyle(document.documentElement).getPropertyValue("--row"),
);

/** Finished rows, and those of lines that are not finished yet. */
let rows = [];
let lastRows = [];
let items = 0;
let longest = 0;
let isFollowing = true;
let unseen = 0;
let isRenderingSoon = false;

const address = location.pathname.replace(/\/view$/, "");
const query = new URLSearchParams(location.search);
byId("title").textContent = address;
document.title = address;
connect("");
// With the focus, the keys Home, End, Page Up and Page Down scroll.
log.focus();

log.addEventListener("scroll", () => {
  const below = log.scrollHeight - log.scrollTop - log.clientHeight;
  isFollowing = below < rowHeight;
  if (isFollowing) unseen = 0;
  renderSoon();
}, { passive: true });
follow.addEventListener("click", () => {
  isFollowing = true;
  unseen = 0;
  renderSoon();
  log.focus();
});
new ResizeObserver(renderSoon).observe(log);

function connect(lastEventId) {
  const live = new URLSearchParams({ lastEventId });
  if (query.has("token")) live.set("token", query.get("token"));
  const source = new EventSource(
    address + "/live" + (lastEventId || query.has("token") ? "?" + live : ""),
  );
  let lastId = lastEventId;
  source.addEventListener("open", () => showStatus("live"));
  source.addEventListener("message", (event) => {
    lastId = event.lastEventId;
    addItem(JSON.parse(event.data));
  });
  source.addEventListener("gap", (event) => {
    lastId = event.lastEventId;
    const dropped = Number(event.data);
    items += dropped;
    const lines = dropped === 1 ? " line was" : " lines were";
    addRows([{ kind: "gap", number: "", text: dropped + lines + " dropped here" }]);
  });
  source.addEventListener("clear", (event) => {
    lastId = event.lastEventId;
    rows = [];
    items = longest = unseen = 0;
    renderSoon();
  });
  source.addEventListener("last", (event) => {
    lastRows = JSON.parse(event.data)
      .map((text) => row("last", "", text));
    renderSoon();
  });
  source.addEventListener("error", () => {
    showStatus("reconnecting");
    // The browser connects again by itself, unless the host refused it.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => connect(lastId), RETRY_MILLISECONDS);
  });
}

function addItem(item) {
  const number = String(++items);
  if (typeof item === "string") return addRows([row("line", number, item)]);
  const texts = item.data.length > 0 ? item.data : [""];
  addRows(texts.flatMap((text) => text.split("\n")).map((text, i) =>
    row(item.type, i === 0 ? number : "", text)
  ));
}

function row(kind, number, text) {
  return { kind, number, text: text.replace(TERMINAL_CONTROLS, "") };
}

function addRows(added) {
  for (const one of added) {
    rows.push(one);
    longest = Math.max(longest, one.text.length);
  }
  if (!isFollowing) unseen += added.length;
  const surplus = rows.length - MOST_ROWS;
  // Rarely, as it moves all other rows.
  if (surplus > MOST_ROWS / 10) {
    rows.splice(0, surplus);
    if (!isFollowing) log.scrollTop -= surplus * rowHeight;
  }
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
  const total = rows.length + lastRows.length;
  content.style.height = total * rowHeight + "px";
  content.style.width = "calc(" + (longest + 14) + "ch)";
  if (isFollowing) log.scrollTop = log.scrollHeight;

  const first = Math.max(0, Math.floor(log.scrollTop / rowHeight) - 5);
  const end = Math.min(
    total,
    Math.ceil((log.scrollTop + log.clientHeight) / rowHeight) + 5,
  );
  const elements = [];
  for (let i = first; i < end; i++) {
    elements.push(rowElement(rows[i] ?? lastRows[i - rows.length]));
  }
  rowsInSight.style.transform = "translateY(" + first * rowHeight + "px)";
  rowsInSight.replaceChildren(...elements);

  empty.hidden = total > 0;
  count.textContent = items.toLocaleString("en") + (items === 1 ? " item" : " items");
  follow.hidden = isFollowing;
  follow.textContent = unseen > 0
    ? "\u2193 " + unseen.toLocaleString("en") + " new"
    : "\u2193 Follow";
}

function rowElement({ kind, number, text }) {
  const element = document.createElement("div");
  element.className = "row " + kind;
  const numberElement = document.createElement("span");
  numberElement.className = "number";
  numberElement.textContent = number;
  const textElement = document.createElement("span");
  textElement.className = "text";
  textElement.textContent = text;
  element.append(numberElement, textElement);
  return element;
}

function showStatus(text) {
  status.textContent = text;
  status.className = text;
}
`;
