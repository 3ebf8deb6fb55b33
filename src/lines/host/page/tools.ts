/** The tools above the lines: search, filter, wrap, and the choice of a writer. */
export const TOOLS_SCRIPT = String.raw`
const SEARCH_PAUSE_MILLISECONDS = 100;

let searchTimer;
/** The row that was found last. */
let found;

search.addEventListener("input", () => {
  clearTimeout(searchTimer);
  searchTimer = setTimeout(startSearch, SEARCH_PAUSE_MILLISECONDS);
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    if (finder?.source !== sourceOf(search.value)) startSearch();
    goToMatch(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    search.value = "";
    startSearch();
    log.focus();
  } else return;
  event.preventDefault();
});
next.addEventListener("click", () => goToMatch(1));
previous.addEventListener("click", () => goToMatch(-1));
only.addEventListener("change", () => {
  isOnlyMatches = only.checked;
  showOthers();
});
wrap.addEventListener("change", () => {
  isWrapped = wrap.checked;
  log.classList.toggle("wrapped", isWrapped);
  log.scrollLeft = 0;
  showOthers();
});
writerChoice.addEventListener("change", () => {
  chosenWriter = writerChoice.value;
  showOthers();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) return;
  event.preventDefault();
  search.select();
});

function startSearch() {
  clearTimeout(searchTimer);
  const source = sourceOf(search.value);
  finder = source === "" ? undefined : new RegExp(source, "giu");
  found = undefined;
  showOthers();
}

/** What is typed is no expression: every character stands for itself. */
function sourceOf(text) {
  return text.replace(/[\\^$.*+?()[\]{}|\/]/g, "\\$&");
}

/** Shows what is wanted now, with the first row in sight where it was. */
function showOthers() {
  const first = rowOf(shown[Math.ceil(log.scrollTop / rowHeight)]);
  showAll();
  const at = first ? shown.findIndex((piece) => rowOf(piece) === first) : -1;
  layOut();
  if (!isFollowing && at >= 0) log.scrollTop = at * rowHeight;
  renderSoon();
}

function goToMatch(step) {
  if (!finder || matches === 0) return;
  const count = shown.length;
  const inSight = Math.floor(log.scrollTop / rowHeight);
  let at = shown.findIndex((piece) => rowOf(piece) === found);
  if (at < 0) at = isFollowing ? (step > 0 ? -1 : count) : inSight - step;
  for (let looked = 0; looked <= count; looked++) {
    at = (at + step + count) % count;
    const one = rowOf(shown[at]);
    const isStart = (shown[at].from ?? 0) === 0;
    if (isStart && isMatch(one)) return showFound(one, at);
  }
}

function showFound(row, at) {
  found = row;
  isFollowing = false;
  log.scrollTop = at * rowHeight - log.clientHeight / 2;
  renderSoon();
}

function offerWriter(name) {
  const option = document.createElement("option");
  option.value = option.textContent = name;
  writerChoice.append(option);
  writerChoice.hidden = false;
}

function forgetWriters() {
  writers.clear();
  chosenWriter = "";
  while (writerChoice.options.length > 1) writerChoice.lastChild.remove();
  writerChoice.hidden = true;
}

function showMatches() {
  const isSearching = finder !== undefined;
  const text = matches.toLocaleString("en") + (matches === 1 ? " match" : " matches");
  matchCount.textContent = isSearching ? text : "";
  next.disabled = previous.disabled = matches === 0;
}
`;
