import { checkInteger } from "../../internal/mod.ts";

/** A step of a workflow writing or reading a file, or its bad end. */
export interface TimelineInterval {
  /** The step. */
  readonly app: string;
  /** The machine of the step, if the workflow runs on several. */
  readonly machine?: string;
  /** The file, relative to the workflow's directory; of an end, what it says. */
  readonly path: string;
  /**
   * Whether the step wrote or read the file, failed, or was stopped because
   * another one failed.
   */
  readonly kind: "write" | "read" | "failed" | "stopped";
  /** When it began, Unix time in milliseconds. */
  readonly from: number;
  /** When it ended, Unix time in milliseconds. */
  readonly to: number;
  /** The number of bytes written or read. */
  readonly bytes: number;
}

/** Options for {@linkcode drawTimeline}. */
export interface DrawTimelineOptions {
  /**
   * The title above the picture; none when it is empty.
   *
   * @default {"Who wrote and read what"}
   */
  title?: string;
  /**
   * Most rows; of more, the ones with most bytes are drawn.
   *
   * @default {300}
   */
  mostRows?: number;
}

/** Positions of the columns and of the time axis. */
interface Layout {
  readonly fileColumn: number;
  readonly plot: number;
  readonly begin: number;
  readonly end: number;
  readonly bottom: number;
}

const WIDTH = 1000;
const MARGIN = 16;
const TITLE_HEIGHT = 32;
const PLOT_TOP = 76;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 16;
const LEAST_BAR_WIDTH = 2;
const AXIS_HEIGHT = 32;
const COLUMN_GAP = 16;
const MOST_TICKS = 10;
/** The classes let a page that holds the picture give it other colours. */
const FAINT = 'class="faint" fill="#666"';

/** In less time clocks and start-up would distort the rate. */
const LEAST_SECONDS_FOR_RATE = 0.1;

/** Enough for the widest digits and letters of 12 pixels. */
const CHARACTER_WIDTH = 7;
const MOST_LABEL_CHARACTERS = 36;
/** With less room, the reason of a failure says nothing. */
const LEAST_REASON_CHARACTERS = 12;

/** A longer picture would not be looked at. */
const MOST_ROWS = 300;

/** With more, the times stand below the rows, too. */
const FEW_ROWS = 12;

/**
 * Distinguishable with any colour vision, after Okabe and Ito, and dark enough
 * for a white label.
 */
const COLORS = [
  "#0072b2",
  "#b85000",
  "#007a5e",
  "#a84e83",
  "#8a5d00",
  "#2f77a6",
];

/**
 * Draws when the steps of a workflow wrote and read their files: a row for
 * each, grouped by step, in the order in which they began. A file has one
 * colour, full where it is written and pale where it is read. A cross marks when
 * a step failed or was stopped.
 *
 * @example Usage
 * ```ts
 * import { drawTimeline } from "@sluice/sluice/capio";
 *
 * const path = "flights.csv";
 * const bytes = 150e6;
 * const svg = drawTimeline([
 *   { app: "extract", path, kind: "write", from: 0, to: 4_800, bytes },
 *   { app: "delays", path, kind: "read", from: 40, to: 4_830, bytes },
 * ]);
 * await Deno.writeTextFile("timeline.svg", svg);
 * ```
 *
 * @param intervals The intervals in any order.
 * @param options The title, and how much is drawn.
 * @returns The text of an SVG file.
 * @throws {TypeError|RangeError} If `mostRows` is not a positive integer.
 */
export function drawTimeline(
  intervals: readonly TimelineInterval[],
  options: DrawTimelineOptions = {},
): string {
  const { title = "Who wrote and read what", mostRows = MOST_ROWS } = options;
  checkInteger("mostRows", mostRows, { min: 1 });
  const rows = rowsOf(intervals, mostRows);
  const layout = layoutOf(rows);
  const colors = colorsOf(rows);
  const top = title === "" ? TITLE_HEIGHT : 0;
  const axis = isLong(layout) ? AXIS_HEIGHT : 0;
  const height = layout.bottom + axis + MARGIN - top;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 ${top} ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">`,
    `<rect class="back" y="${top}" width="${WIDTH}" height="${height}" fill="white"/>`,
    ...(title === ""
      ? []
      : [text(MARGIN, 28, title, 'font-size="18" font-weight="bold"')]),
    text(MARGIN, 50, subtitle(intervals.length, rows.length), FAINT),
    ...drawAxis(layout),
    ...rows.flatMap((row, index) =>
      drawRow(row, rows[index - 1], rowTop(index), layout, colors)
    ),
    "</svg>\n",
  ].join("\n");
}

/** Groups the rows by step, both in the order in which they began. */
function rowsOf(
  intervals: readonly TimelineInterval[],
  mostRows: number,
): TimelineInterval[] {
  const shown = intervals
    .toSorted((one, other) =>
      Number(isEnd(other)) - Number(isEnd(one)) || other.bytes - one.bytes
    )
    .slice(0, mostRows)
    .sort((one, other) => one.from - other.from || one.to - other.to);
  return [...Map.groupBy(shown, ({ app }) => app).values()].flat();
}

/** Returns whether a row is the end of a step, not one of its files. */
function isEnd({ kind }: TimelineInterval): boolean {
  switch (kind) {
    case "write":
    case "read":
      return false;
    case "failed":
    case "stopped":
      return true;
  }
}

function layoutOf(rows: readonly TimelineInterval[]): Layout {
  const begin = Math.min(...rows.map(({ from }) => from));
  const end = Math.max(...rows.map(({ to }) => to));
  const fileColumn = MARGIN + widest(rows.map(labelOf)) + COLUMN_GAP;
  const files = widest(
    rows.filter((row) => !isEnd(row)).map(({ path }) => path),
  );
  return {
    fileColumn,
    plot: fileColumn + files + COLUMN_GAP,
    begin: Number.isFinite(begin) ? begin : 0,
    end: Number.isFinite(end) ? Math.max(end, begin + 1) : 1,
    bottom: rowTop(rows.length),
  };
}

function labelOf({ app, machine }: TimelineInterval): string {
  return machine === undefined ? app : `${app} (${machine})`;
}

function rowTop(index: number): number {
  return PLOT_TOP + index * ROW_HEIGHT;
}

function widest(labels: readonly string[]): number {
  return Math.max(0, ...labels.map((label) => widthOf(shortened(label))));
}

function widthOf(label: string): number {
  return label.length * CHARACTER_WIDTH;
}

function colorsOf(rows: readonly TimelineInterval[]): Map<string, string> {
  const files = rows.filter((row) => !isEnd(row));
  const paths = [...new Set(files.map(({ path }) => path))];
  return new Map(
    paths.map((path, index) => [path, COLORS[index % COLORS.length]]),
  );
}

function subtitle(all: number, shown: number): string {
  if (all === 0) return "Nothing was written or read";
  const legend = "Full bars: written; pale bars: read";
  return all === shown
    ? legend
    : `${legend}; the ${shown} of ${all} with most bytes`;
}

/** A long picture is seen in parts: the times stand above and below. */
function isLong({ bottom }: Layout): boolean {
  return bottom > rowTop(FEW_ROWS);
}

function drawAxis(layout: Layout): string[] {
  const span = layout.end - layout.begin;
  const step = tickStep(span);
  const ticks = Array.from(
    { length: Math.floor(span / step) + 1 },
    (_, index) => index * step,
  );
  const labelled = [
    PLOT_TOP - 8,
    ...(isLong(layout) ? [layout.bottom + 18] : []),
  ];
  return ticks.flatMap((tick) => {
    const x = xOf(layout.begin + tick, layout);
    return [
      `<line x1="${x}" x2="${x}" y1="${PLOT_TOP}" y2="${layout.bottom}" class="grid" stroke="#ddd"/>`,
      ...labelled.map((y) =>
        text(x, y, formatTick(tick, step), `text-anchor="middle" ${FAINT}`)
      ),
    ];
  });
}

function drawRow(
  row: TimelineInterval,
  before: TimelineInterval | undefined,
  top: number,
  layout: Layout,
  colors: ReadonlyMap<string, string>,
): string[] {
  const { app } = row;
  const baseline = top + ROW_HEIGHT / 2 + 4;
  const isFirst = before?.app !== app;
  return [
    ...(isFirst
      ? [
        `<line x1="${MARGIN}" x2="${
          WIDTH - MARGIN
        }" y1="${top}" y2="${top}" class="rule" stroke="#bbb"/>`,
        text(MARGIN, baseline, shortened(labelOf(row)), 'font-weight="bold"'),
      ]
      : []),
    ...(isEnd(row)
      ? drawEnd(row, baseline, layout)
      : drawBar(row, top, baseline, layout, colors)),
  ];
}

/** Marks the moment at which a step ended badly, and says how beside it. */
function drawEnd(
  { path, kind, to }: TimelineInterval,
  baseline: number,
  layout: Layout,
): string[] {
  const look = kind === "failed"
    ? 'class="failure" fill="#a3241c" font-weight="bold"'
    : FAINT;
  const x = xOf(to, layout);
  const label = path === "" ? kind : path;
  const room = Math.floor((x - layout.plot - 10) / CHARACTER_WIDTH);
  return [
    text(layout.fileColumn, baseline, kind, look),
    text(x, baseline, "\u2715", `text-anchor="middle" ${look}`),
    ...(label === kind || room < LEAST_REASON_CHARACTERS ? [] : [
      text(
        x - 10,
        baseline,
        shortenedAtEnd(label, room),
        `text-anchor="end" ${look}`,
      ),
    ]),
  ];
}

function drawBar(
  row: TimelineInterval,
  top: number,
  baseline: number,
  layout: Layout,
  colors: ReadonlyMap<string, string>,
): string[] {
  const { app, path, kind, from, to, bytes } = row;
  const color = colors.get(path) ?? COLORS[0];
  const x = xOf(from, layout);
  const width = Math.max(LEAST_BAR_WIDTH, round(xOf(to, layout) - x));
  return [
    text(layout.fileColumn, baseline, shortened(path)),
    `<rect x="${x}" y="${
      top + (ROW_HEIGHT - BAR_HEIGHT) / 2
    }" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${color}" fill-opacity="${
      kind === "write" ? 1 : 0.25
    }" stroke="${color}">`,
    `<title>${
      escapeXml(
        `${app} ${kind === "write" ? "wrote" : "read"} ${path}, ${
          formatBytes(bytes)
        } in ${formatSeconds(to - from)}`,
      )
    }</title></rect>`,
    drawAmount(row, x, width, baseline, color),
  ];
}

/** Places a label in its bar, or beside the bar where there is room. */
function drawAmount(
  row: TimelineInterval,
  x: number,
  width: number,
  baseline: number,
  color: string,
): string {
  const label = amountOf(row);
  const needed = widthOf(label) + 12;
  if (needed <= width) {
    const fill = row.kind === "write"
      ? 'fill="white"'
      : `class="pale" fill="${color}"`;
    return text(x + 6, baseline, label, fill);
  }
  if (x + width + needed <= WIDTH - MARGIN) {
    return text(x + width + 6, baseline, label, FAINT);
  }
  return text(x - 6, baseline, label, `text-anchor="end" ${FAINT}`);
}

function amountOf({ from, to, bytes }: TimelineInterval): string {
  const seconds = (to - from) / 1000;
  return seconds < LEAST_SECONDS_FOR_RATE
    ? formatBytes(bytes)
    : `${formatBytes(bytes)}, ${formatBytes(bytes / seconds)}/s`;
}

function xOf(time: number, { plot, begin, end }: Layout): number {
  const width = WIDTH - 2 * MARGIN - plot;
  return round(plot + width * (time - begin) / (end - begin));
}

/** Returns 1, 2 or 5 times a power of ten, for at most ten ticks. */
function tickStep(span: number): number {
  const least = span / MOST_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10;
  return factor * power;
}

function formatTick(milliseconds: number, step: number): string {
  if (step < 1) return `${round(milliseconds)} ms`;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(step)));
  return `${(milliseconds / 1000).toFixed(step < 1000 ? digits : 0)} s`;
}

function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3);
  const unit = Math.min(power, units.length - 1);
  const value = bytes / 1000 ** unit;
  return `${value.toFixed(unit > 0 && value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Shortens a path at its beginning, which says less than its end. */
function shortened(label: string): string {
  const characters = [...label];
  return characters.length <= MOST_LABEL_CHARACTERS
    ? label
    : `…${characters.slice(1 - MOST_LABEL_CHARACTERS).join("")}`;
}

/** Shortens a reason, which begins with what matters most. */
function shortenedAtEnd(label: string, most: number): string {
  const characters = [...label];
  return characters.length <= most
    ? label
    : `${characters.slice(0, most - 1).join("")}…`;
}

function text(
  x: number,
  y: number,
  content: string,
  attributes = "",
): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content
    // XML forbids these characters, and the name of a file may contain them.
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
