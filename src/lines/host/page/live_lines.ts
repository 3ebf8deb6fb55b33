/** Receives the lines from the host, and goes on where it was interrupted. */
export const LIVE_LINES_SCRIPT = String.raw`
const RETRY_MILLISECONDS = 1000;

let items = 0;

const address = location.pathname.replace(/\/view$/, "");
const query = new URLSearchParams(location.search);

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
    addRows([row("gap", "", dropped + lines + " dropped here")]);
  });
  source.addEventListener("clear", (event) => {
    lastId = event.lastEventId;
    rows = [];
    items = unseen = 0;
    forgetWriters();
    showAll();
    renderSoon();
  });
  source.addEventListener("last", (event) => {
    lastRows = JSON.parse(event.data).map((text) => row("last", "", text));
    showLast();
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

function addRows(added) {
  const before = shown.length;
  for (const one of added) {
    rows.push(one);
    if (countWriter(one)) offerWriter(one.name);
    show(one);
  }
  if (!isFollowing) unseen += shown.length - before;
  const surplus = rows.length - MOST_ROWS;
  // Rarely, as it moves all other rows.
  if (surplus > MOST_ROWS / 10) {
    rows.splice(0, surplus);
    const count = shown.length;
    showAll();
    if (!isFollowing) log.scrollTop -= (count - shown.length) * rowHeight;
  }
  renderSoon();
}

function showStatus(text) {
  status.textContent = text;
  status.className = text;
}
`;
