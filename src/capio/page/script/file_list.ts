/** The list of the files, with how far each is written and read. */
export const FILE_LIST_SCRIPT = String.raw`
const RATE_MILLISECONDS = 2000;
const MOST_BARS = 3;

const FILE_PHASES = [
  ["lost", "lost", ["lost"]],
  ["open", "being written", ["open"]],
  ["committed", "finished", ["committed"]],
];
const FILE_RANK = { lost: 0, open: 1, committed: 2 };
const FILE_WORDS = { open: "being written", committed: "finished", lost: "lost" };

const fileChoice = choiceOf("files", FILE_PHASES);

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
`;
