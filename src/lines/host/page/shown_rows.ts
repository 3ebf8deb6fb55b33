/**
 * Which rows are shown: those of the chosen writer, those that match, and long
 * ones in several pieces where lines are wrapped. Every row and every piece has
 * the same height.
 */
export const SHOWN_ROWS_SCRIPT = String.raw`
const MOST_ROWS = 100000;
const MOST_WRITERS = 200;
const WRITER_HUES = 8;
/** Lines of a name before it counts as that of a writer. */
const LINES_OF_A_WRITER = 2;
/** Controls that a terminal obeys and does not show: titles, links, movements. */
const OTHER_CONTROLS =
  /\x1b\[(?![\d;]*m)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b(?!\[[\d;]*m)/g;
/** A reset without its 0, which the library would pass over. */
const SHORT_RESET = /\x1b\[(?=[m;])/g;
const STYLES = /\x1b\[[\d;]*m/g;
/** The name that begins a line, as mirrors with a name write it. */
const NAME = /^([^\s:]{1,40}(?: \d{1,6})?): /;
const NO_NAMES =
  /^(?:[\d.]+|https?|file|.*(?:error|exception|warning|warn|info|debug|note|trace|fatal|hint))$/i;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Finished rows, and those of lines that are not finished yet. */
let rows = [];
let lastRows = [];
/** What is shown of them: whole rows, and pieces of rows. */
let shown = [];
let shownLast = [];
let longest = 0;
let matches = 0;
/** What is searched for, as a regular expression. */
let finder;
let isOnlyMatches = false;
let isWrapped = false;
let columns = 80;
let chosenWriter = "";
const writers = new Map();

function row(kind, number, text) {
  const styled = text.replace(OTHER_CONTROLS, "")
    .replace(SHORT_RESET, "\x1b[0");
  const plain = styled.replace(STYLES, "");
  return {
    kind,
    number,
    text: plain,
    styled: plain === styled ? undefined : styled,
    name: nameIn(plain),
  };
}

function nameIn(text) {
  const name = NAME.exec(text)?.[1];
  return name === undefined || NO_NAMES.test(name) ? undefined : name;
}

/** The writer of a row, once it has written more than one line. */
function writerOf({ name }) {
  const writer = name === undefined ? undefined : writers.get(name);
  return writer && writer.lines >= LINES_OF_A_WRITER ? writer : undefined;
}

/** Counts a line, and returns whether its writer is a new one. */
function countWriter({ name }) {
  if (name === undefined) return false;
  const writer = writers.get(name);
  if (writer) return ++writer.lines === LINES_OF_A_WRITER;
  if (writers.size < MOST_WRITERS) {
    writers.set(name, { name, lines: 1, hue: writers.size % WRITER_HUES });
  }
  return false;
}

function isShown(row) {
  if (chosenWriter !== "" && row.name !== chosenWriter) return false;
  return !isOnlyMatches || !finder || isMatch(row);
}

function isMatch({ text }) {
  return finder !== undefined && text.search(finder) >= 0;
}

/** Shows everything anew, after a change of what is wanted. */
function showAll() {
  shown = [];
  longest = matches = 0;
  for (const one of rows) show(one);
  showLast();
}

function showLast() {
  shownLast = [];
  for (const one of lastRows) if (isShown(one)) shownLast.push(...piecesOf(one));
}

function show(row) {
  if (!isShown(row)) return;
  if (isMatch(row)) matches++;
  longest = Math.max(longest, row.text.length);
  for (const piece of piecesOf(row)) shown.push(piece);
}

/** A row as it is, or in pieces of the width of the window. */
function piecesOf(row) {
  if (!isWrapped || row.text.length * 2 <= columns) return [row];
  const pieces = [];
  let from = 0;
  let width = 0;
  let at = 0;
  for (const character of row.text) {
    const more = widthOf(character);
    if (width + more > columns && at > from) {
      pieces.push({ row, from, to: at });
      from = at;
      width = 0;
    }
    width += more;
    at += character.length;
  }
  if (from === 0) return [row];
  pieces.push({ row, from, to: at });
  return pieces;
}

function widthOf(character) {
  if (character === "\t") return 4;
  return character > "\u10ff" && WIDE.test(character) ? 2 : 1;
}
`;
