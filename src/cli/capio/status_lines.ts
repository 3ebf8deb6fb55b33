import type {
  FileStatus,
  MemberStatus,
  ReadingStatus,
  RewriteStatus,
  StaleReadStatus,
  WaitStatus,
  WorkflowStatus,
} from "../../capio/mod.ts";
import { terminalText } from "../../internal/mod.ts";

/** With more, the line of a step would be too long to read. */
const MOST_WAITS_SHOWN = 3;

/**
 * Formats the state of a workflow.
 *
 * @param fileSystem What is to be said of the file system that it lies on.
 */
export function statusLines(
  status: WorkflowStatus,
  fileSystem?: string,
): string[] {
  const { workflowName, capioDir, memoryDir } = status;
  const { files, passedOver, checkedBy } = status;
  const warnings = warningLines(status);
  return [
    terminalText(`Workflow "${workflowName}" in "${capioDir}"`),
    ...(memoryDir === undefined
      ? []
      : [terminalText(`Files in memory lie in "${memoryDir}"`)]),
    "",
    ...memberLines(status),
    "",
    ...(files.length > 0 ? fileLines(status) : ["No files yet"]),
    ...(warnings.length > 0 ? ["", ...warnings] : []),
    ...(passedOver > 0 ? ["", passedOverLine(passedOver)] : []),
    ...(checkedBy === "kind" ? ["", CHECKED_BY_KIND] : []),
    ...(fileSystem ? ["", fileSystem] : []),
  ];
}

const CHECKED_BY_KIND =
  "Who owns what is in .capio, and who may write to it, is not checked: the file system keeps no owners or modes";

function passedOverLine(count: number): string {
  const lines = count === 1 ? "1 line" : `${count} lines`;
  return `Passed over ${lines} of the journal: cut short, or not written by a step of this version`;
}

/**
 * Returns a line for each thing that a step read and would not have read with
 * the steps one after the other, and one for each that it may not have read.
 */
export function warningLines(
  status: Pick<WorkflowStatus, "rewrites" | "staleReads" | "sizedReadings">,
): string[] {
  return [
    ...orderLines(status),
    ...questionLines(status),
    ...sizeLines(status),
  ];
}

/** Whether a step read no further than a size that it was told. */
export function hasGoneBySize(
  { sizedReadings }: Pick<WorkflowStatus, "sizedReadings">,
): boolean {
  return sizedReadings.some(({ told, readTo }) => readTo === told);
}

/** The same for what is certain. */
export function orderLines(
  { rewrites, staleReads }: Pick<WorkflowStatus, "rewrites" | "staleReads">,
): string[] {
  return [
    ...rewrites.map(describeRewrite),
    ...staleReads.filter(isCertain).map(describeStaleRead),
  ].map((line) => terminalText(line));
}

function questionLines(
  { staleReads }: Pick<WorkflowStatus, "staleReads">,
): string[] {
  return staleReads.filter((it) => !isCertain(it)).map(describeStaleRead)
    .map((line) => terminalText(line));
}

/** Whether the reader has certainly got something else. */
function isCertain({ kind }: StaleReadStatus): boolean {
  return kind === "read" || kind === "missed";
}

function describeStaleRead(
  { path, reader, writer, kind }: StaleReadStatus,
): string {
  const remedy = `in the output_stream of ${writer} it is waited for`;
  switch (kind) {
    case "read":
      return `${reader} read ${path} before ${writer} wrote it, so out of date or of an earlier run; ${remedy}`;
    case "missed":
      return `${reader} looked for ${path} before ${writer} made it, and did without it; ${remedy}`;
    case "asked":
      return `${reader} asked for the size or the times of ${path} before ${writer} wrote it again, and has not read it since; ${remedy}`;
    case "listed":
      return `${reader} listed the directory of ${path} before ${writer} made it, and has not come to it otherwise`;
  }
}

function sizeLines(
  { sizedReadings }: Pick<WorkflowStatus, "sizedReadings">,
): string[] {
  return sizedReadings.map(({ app, path, told, size, readTo = 0 }) =>
    terminalText(
      `${app} was told that ${path} has ${told} bytes, and ${
        readTo > told ? "did not read it to its end" : "read no further"
      }, but it has ${size} by now; a program that goes by sizes needs the mode "update" for its file`,
    )
  );
}

function describeRewrite(
  { path, reader, writer, kind }: RewriteStatus,
): string {
  switch (kind) {
    case "reopened":
      return `${path} was changed by ${writer} after ${reader} had read it to its end`;
    case "replaced":
      return `${path} was replaced by ${writer} after ${reader} had read from it`;
    case "removed":
      return `${path} was removed or renamed by ${writer} after ${reader} had found it there, which comes later`;
    case "undone":
      return `${path} was written from its beginning by ${writer} after ${reader} had written to it, which comes later`;
    case "overwritten":
      return `${path} was changed by ${writer} in a part that ${reader} had read`;
  }
}

/** Returns a line for each member: what it does, or what it waits for. */
export function memberLines(
  { members, waits }: Pick<WorkflowStatus, "members" | "waits">,
): string[] {
  return inColumns(members.map((member) => [
    member.app,
    `process ${member.pid}`,
    describeMember(member, waits),
  ]));
}

/** Options of {@linkcode fileLines}. */
export interface FileLinesOptions {
  /** Whether the workflow is over, so that files vanish that are not kept. */
  readonly isOver?: boolean;
}

/** Returns a line for each file; files that are still written come first. */
export function fileLines(
  { files, readings }: Pick<WorkflowStatus, "files" | "readings">,
  { isOver = false }: FileLinesOptions = {},
): string[] {
  const readers = Map.groupBy(readings, ({ path }) => path);
  const rank = { open: 0, lost: 1, committed: 2 };
  const sorted = files
    .toSorted((one, other) => rank[one.phase] - rank[other.phase]);
  return inColumns(sorted.map((file) => [
    file.path,
    (file.sizeUnknown ? "?" : formatBytes(file.size)).padStart(8),
    isOver && file.notKept && file.phase === "committed"
      ? "not kept"
      : file.phase,
    describeFile(file, readers.get(file.path) ?? [], isOver),
  ]));
}

function describeMember(
  member: MemberStatus,
  waits: readonly WaitStatus[],
): string {
  const { app, pid, joined, state } = member;
  if (state !== "running") return state;
  const waiting = waits
    .filter((wait) => wait.app === app && wait.pid === pid)
    .map(({ path, why, since }) =>
      `waits for "${path}" since ${formatTime(since)}: ${why}`
    );
  const shown = waiting.slice(0, MOST_WAITS_SHOWN);
  const others = waiting.length - shown.length;
  if (others > 0) shown.push(`and ${others} more`);
  return shown.join("; ") || `running since ${formatTime(joined)}`;
}

function describeFile(
  { size, writers, holders = [], missing, notKept, inMemory }: FileStatus,
  readings: readonly ReadingStatus[],
  isOver: boolean,
): string {
  const read = readings.map(({ app, bytes }) =>
    `${app} has read ${formatBytes(bytes)}${shareOf(bytes, size)}`
  );
  return [
    `written by ${writers.join(", ")}`,
    ...holders.map(({ app, pid, since }) =>
      `held open by ${app} (process ${pid}) since ${formatTime(since)}`
    ),
    ...read,
    ...(missing ? [`not finished: ${missing}`] : []),
    ...(inMemory && !isOver ? ["in memory"] : []),
    ...(notKept && !isOver ? ["not kept at the end"] : []),
  ].join("; ");
}

function shareOf(bytes: number, size: number): string {
  if (size === 0 || bytes > size) return "";
  return ` (${Math.floor(100 * bytes / size)} %)`;
}

/** Formats rows of cells as lines with aligned columns. */
function inColumns(rows: readonly string[][]): string[] {
  const widths = rows.reduce(
    (widths, row) =>
      row.map((cell, i) => Math.max(widths[i] ?? 0, cell.length)),
    [] as number[],
  );
  return rows.map((row) =>
    terminalText(row.map((cell, i) => cell.padEnd(widths[i])).join("  "))
      .trimEnd()
  );
}

/** Formats a number of bytes in decimal units. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 999.95 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

function formatTime(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
