import {
  charsOf,
  GroupedMessage,
  lengthOfWholeCharacters,
  type LineItem,
} from "../buffer/mod.ts";

/** Most characters of a text that is encoded at once. */
const PIECE_CHARS = 16 * 1024;

/**
 * Encodes items as the elements of a JSON array, in pieces of bounded length
 * that are made when they are asked for.
 */
export function* itemPieces(items: readonly LineItem[]): Generator<string> {
  let separator = "";
  for (let at = 0; at < items.length;) {
    yield separator;
    separator = ",";
    const end = endOfRun(items, at);
    // Many short items at once take much less time than one by one.
    if (end > at) yield JSON.stringify(items.slice(at, end)).slice(1, -1);
    else yield* itemPiecesOf(items[at]);
    at = Math.max(end, at + 1);
  }
}

/** Where the items that make one piece end: at `start` when one is too long. */
function endOfRun(items: readonly LineItem[], start: number): number {
  let chars = 0;
  for (let at = start; at < items.length; at++) {
    chars += charsOf(items[at]);
    if (chars > PIECE_CHARS) return at;
  }
  return items.length;
}

/** Encodes one item as JSON, in pieces of bounded length. */
export function* itemPiecesOf(item: LineItem): Generator<string> {
  if (typeof item === "string") {
    yield* stringPieces(item);
  } else if (charsOf(item) <= PIECE_CHARS) {
    yield JSON.stringify(item);
  } else {
    const head = JSON.stringify(new GroupedMessage([], item.type));
    yield head.slice(0, -"]}".length);
    yield* stringsPieces(item.data);
    yield "]}";
  }
}

/** Encodes strings as a JSON array, in pieces of bounded length. */
export function* arrayPieces(strings: readonly string[]): Generator<string> {
  yield "[";
  yield* stringsPieces(strings);
  yield "]";
}

function* stringsPieces(strings: readonly string[]): Generator<string> {
  let separator = "";
  for (const string of strings) {
    yield separator;
    separator = ",";
    yield* stringPieces(string);
  }
}

function* stringPieces(text: string): Generator<string> {
  if (text.length <= PIECE_CHARS) {
    yield JSON.stringify(text);
    return;
  }
  yield '"';
  for (let at = 0; at < text.length;) {
    // Half of a character would be encoded as an escape.
    const end = lengthOfWholeCharacters(text, at + PIECE_CHARS);
    yield JSON.stringify(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"';
}

/** Joins short pieces to pieces of about the length that suits a connection. */
export function* joinedPieces(pieces: Iterable<string>): Generator<string> {
  let joined = "";
  for (const piece of pieces) {
    joined += piece;
    if (joined.length < PIECE_CHARS) continue;
    yield joined;
    joined = "";
  }
  if (joined !== "") yield joined;
}
