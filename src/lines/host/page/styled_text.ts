/**
 * Shows a part of a row: what a terminal would show in colour, with what is
 * searched for marked, and the name of the writer. A text becomes a text node,
 * never markup.
 */
export const STYLED_TEXT_SCRIPT = String.raw`
/** Styles of one row that are shown; what follows is shown without. */
const MOST_STYLES = 1000;
const MOST_MARKS = 1000;
/** Rows whose styles are remembered: a long row may fill all that is in sight. */
const MOST_PARSED = 200;

const parsedRows = new Map();

/** Fills an element with the text of a row from one place to another. */
function fillText(element, row, from, to) {
  const styles = stylesOf(row);
  const marks = marksIn(row.text);
  const writer = writerOf(row);
  const nameEnd = writer ? writer.name.length : 0;
  const cuts = new Set([from, to]);
  const cut = (at) => from < at && at < to && cuts.add(at);
  for (const style of styles) cut(style.from);
  for (const mark of marks) cut(mark.from), cut(mark.to);
  cut(nameEnd);
  const places = [...cuts].sort((one, other) => one - other);
  let style = 0;
  let mark = 0;
  for (let i = 0; i + 1 < places.length; i++) {
    const at = places[i];
    while (style + 1 < styles.length && styles[style + 1].from <= at) style++;
    while (mark < marks.length && marks[mark].to <= at) mark++;
    const isMarked = mark < marks.length && marks[mark].from <= at;
    const part = document.createElement(isMarked ? "mark" : "span");
    part.textContent = row.text.slice(at, places[i + 1]);
    if (styles.length > 0) applyStyle(part, styles[style]);
    if (at < nameEnd) part.classList.add("writer", "writer-" + writer.hue);
    element.append(part);
  }
}

/** The places from which the text of a row has another style. */
function stylesOf(row) {
  if (row.styled === undefined) return [];
  const known = parsedRows.get(row);
  if (known) return known;
  let at = 0;
  const styles = parseAnsi(row.styled).map((token) => {
    const from = at;
    at += token.value.length;
    return { ...token, from };
  });
  if (styles.length > MOST_STYLES) {
    styles.length = MOST_STYLES;
    styles.push({ from: styles[MOST_STYLES - 1].from + 1, decorations: new Set() });
  }
  if (parsedRows.size >= MOST_PARSED) parsedRows.clear();
  parsedRows.set(row, styles);
  return styles;
}

/** Named colours are those of the page; others come near to its text. */
function applyStyle(part, { foreground, background, decorations }) {
  for (const decoration of decorations) {
    if (decoration !== "reverse") part.classList.add(decoration);
  }
  let [front, back] = [foreground, background];
  if (decorations.has("reverse")) {
    if (!front && !back) return part.classList.add("reverse");
    [front, back] = [back, front];
  }
  // A number may be that of no colour.
  const frontColor = front ? ansiColor(front) : undefined;
  const backColor = back ? ansiColor(back) : undefined;
  if (backColor) {
    part.style.backgroundColor = backColor;
    part.style.color = frontColor ?? readableOn(backColor);
  } else if (frontColor && front.type === "named") {
    part.classList.add("fg-" + front.name);
  } else if (frontColor) {
    part.style.color = "color-mix(in oklab, " + frontColor + " 50%, var(--text))";
  }
}

function readableOn(color) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16));
  return 0.3 * red + 0.59 * green + 0.11 * blue > 130 ? "#000" : "#fff";
}

/** Where the text has what is searched for. */
function marksIn(text) {
  if (!finder) return [];
  const marks = [];
  for (const { index, 0: found } of text.matchAll(finder)) {
    marks.push({ from: index, to: index + found.length });
    if (marks.length === MOST_MARKS) break;
  }
  return marks;
}
`;
