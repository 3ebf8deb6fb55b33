import { ANSI_PARSER_SCRIPT } from "./ansi_parser.ts";
import { LIVE_LINES_SCRIPT } from "./live_lines.ts";
import { SHOWN_ROWS_SCRIPT } from "./shown_rows.ts";
import { STYLED_TEXT_SCRIPT } from "./styled_text.ts";
import { TOOLS_SCRIPT } from "./tools.ts";

/** The elements of the page, and whether it follows what comes. */
const ELEMENTS_SCRIPT = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
const [log, content, rowsInSight, empty, follow, count, status] =
  ["log", "content", "rows", "empty", "follow", "count", "status"].map(byId);
const [search, matchCount, previous, next, only, wrap, writerChoice] =
  ["search", "matches", "previous", "next", "only", "wrap", "writers"].map(byId);
const rowHeight = parseFloat(
  getComputedStyle(document.documentElement).getPropertyValue("--row"),
);
let isFollowing = true;
let unseen = 0;
`;

/**
 * Draws in the next frame what is in sight. Only these rows are in the document,
 * so that the number of lines costs nothing.
 */
const MAIN_SCRIPT = String.raw`
/** Characters of a row before its text. */
const MARGIN = 10;

let isRenderingSoon = false;

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
new ResizeObserver(() => {
  const before = columns;
  columns = columnsInSight();
  if (isWrapped && columns !== before) showOthers();
  else renderSoon();
}).observe(log);

function columnsInSight() {
  const ruler = document.createElement("span");
  ruler.className = "ruler";
  ruler.textContent = "0".repeat(100);
  log.append(ruler);
  const width = ruler.getBoundingClientRect().width / 100;
  ruler.remove();
  return Math.max(10, Math.floor((log.clientWidth - 24) / width) - MARGIN);
}

function renderSoon() {
  if (isRenderingSoon) return;
  isRenderingSoon = true;
  requestAnimationFrame(() => {
    isRenderingSoon = false;
    render();
  });
}

/** Gives the log the height of all rows and the width of the longest. */
function layOut() {
  content.style.height = (shown.length + shownLast.length) * rowHeight + "px";
  content.style.width = isWrapped ? "" : "calc(" + (longest + MARGIN + 4) + "ch)";
}

function render() {
  layOut();
  const total = shown.length + shownLast.length;
  if (isFollowing) log.scrollTop = log.scrollHeight;

  const first = Math.max(0, Math.floor(log.scrollTop / rowHeight) - 5);
  const end = Math.min(
    total,
    Math.ceil((log.scrollTop + log.clientHeight) / rowHeight) + 5,
  );
  const elements = [];
  for (let i = first; i < end; i++) {
    elements.push(rowElement(shown[i] ?? shownLast[i - shown.length]));
  }
  rowsInSight.style.transform = "translateY(" + first * rowHeight + "px)";
  rowsInSight.replaceChildren(...elements);

  empty.hidden = total > 0;
  empty.textContent = rows.length + lastRows.length > 0
    ? "No line to show: change the filter"
    : "Nothing written yet";
  count.textContent = items.toLocaleString("en") + (items === 1 ? " item" : " items");
  showMatches();
  follow.hidden = isFollowing;
  follow.textContent = unseen > 0
    ? "\u2193 " + unseen.toLocaleString("en") + " new"
    : "\u2193 Follow";
}

/** The row that a piece is of; a whole row is its own. */
function rowOf(piece) {
  return piece?.row ?? piece;
}

function rowElement(piece) {
  const row = rowOf(piece);
  const from = piece.from ?? 0;
  const element = document.createElement("div");
  element.className = "row " + row.kind;
  if (row === found) element.classList.add("found");
  const numberElement = document.createElement("span");
  numberElement.className = "number";
  numberElement.textContent = from === 0 ? row.number : "";
  const textElement = document.createElement("span");
  textElement.className = "text";
  fillText(textElement, row, from, piece.to ?? row.text.length);
  element.append(numberElement, textElement);
  return element;
}
`;

/**
 * The script of the page. Its parts share one scope: a function can be called
 * from every part, and what a part needs while it is loaded stands before it.
 */
export const VIEW_SCRIPT: string = [
  ELEMENTS_SCRIPT,
  ANSI_PARSER_SCRIPT,
  SHOWN_ROWS_SCRIPT,
  STYLED_TEXT_SCRIPT,
  LIVE_LINES_SCRIPT,
  TOOLS_SCRIPT,
  MAIN_SCRIPT,
].join("\n");
