import { terminalText } from "../internal/mod.ts";

/** What the line of a bar shows. */
export interface BarLine {
  readonly message: string;
  readonly value: number;
  /** The number of steps; there is no bar unless it is positive. */
  readonly total: number;
  readonly unit?: unknown;
}

const BAR_WIDTH = 30;
const LEAST_BAR_WIDTH = 5;
const LEAST_MESSAGE_WIDTH = 8;

/**
 * Formats the line of an operation so that it is one line of `columns` columns
 * at most. Where there is little room, the bar, the message and the amount give
 * way, in this order; the percentage stays.
 */
export function barLine(
  { message, value, total, unit }: BarLine,
  columns: number,
): string {
  const amount = (count: number) =>
    unit === "bytes" ? `${(count / 1e6).toFixed(1)} MB` : String(count);
  const text = oneLine(message);
  if (!(total > 0)) return joined([text], amount(value), columns);
  const done = Math.min(1, value / total);
  const percentage = `${Math.floor(done * 100)}%`;
  const amounts = `${percentage} ${amount(value)}/${amount(total)}`;
  // A bar and its brackets, and the spaces around.
  const beside = columns - amounts.length - 4;
  const width = Math.min(BAR_WIDTH, beside - Math.min(widthOf(text), beside));
  if (width >= LEAST_BAR_WIDTH) {
    const bar = "=".repeat(Math.round(done * width)).padEnd(width, "-");
    return joined([text, `[${bar}]`], amounts, columns);
  }
  const hasRoom = columns > amounts.length + LEAST_MESSAGE_WIDTH;
  return joined([text], hasRoom ? amounts : percentage, columns);
}

/** Joins parts with spaces; the first one is cut so that the end stays. */
function joined(
  [text, ...parts]: readonly string[],
  end: string,
  columns: number,
): string {
  const rest = [...parts, end].join(" ");
  const room = columns - rest.length - 1;
  const start = cut(text, room);
  return start === "" ? rest.slice(0, columns) : `${start} ${rest}`;
}

/** A message on one line, which no terminal obeys. */
function oneLine(message: string): string {
  return terminalText(message.trim().replace(/[\s\u2028\u2029]+/g, " "));
}

/** The begin of a text that takes so many columns, with an ellipsis. */
function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let shown = "";
  let width = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOfOne(segment);
    if (width > columns) break;
    shown += segment;
  }
  return columns < 2 ? "" : `${shown}…`;
}

/** The number of columns that a text takes on a terminal. */
function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOfOne(segment);
  }
  return width;
}

/** Characters that take two columns: those of East Asia, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

const INVISIBLE = /^[\p{M}\p{Cf}]+$/u;

function widthOfOne(character: string): number {
  if (WIDE.test(character)) return 2;
  return INVISIBLE.test(character) ? 0 : 1;
}
