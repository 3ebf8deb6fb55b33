/**
 * The parts of the page that hold no rows: how the workflow is, what went wrong
 * first, which machines take part, and who waits.
 */
export const OVERVIEW_SCRIPT = String.raw`
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

function renderMachines() {
  const { machines = [] } = head;
  byId("machines").hidden = machines.length === 0;
  showItems(byId("machines-list"), machines, (item, text) =>
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
`;
