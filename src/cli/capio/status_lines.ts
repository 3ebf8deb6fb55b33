import type {
  FileStatus,
  MemberStatus,
  ReadingStatus,
  RewriteStatus,
  WaitStatus,
  WorkflowStatus,
} from "../../capio/mod.ts";
import { terminalText } from "../../internal/mod.ts";

/** With more, the line of a step would be too long to read. */
const MOST_WAITS_SHOWN = 3;

/** Formats the state of a workflow. */
export function statusLines(status: WorkflowStatus): string[] {
  const { workflowName, capioDir, files, rewrites, passedOver } = status;
  return [
    terminalText(`Workflow "${workflowName}" in "${capioDir}"`),
    "",
    ...memberLines(status),
    "",
    ...(files.length > 0 ? fileLines(status) : ["No files yet"]),
    ...(rewrites.length > 0 ? ["", ...rewriteLines(rewrites)] : []),
    ...(passedOver > 0 ? ["", passedOverLine(passedOver)] : []),
  ];
}

function passedOverLine(count: number): string {
  const lines = count === 1 ? "1 line" : `${count} lines`;
  return `Passed over ${lines} of the journal: cut short, or not written by a step of this version`;
}

function rewriteLines(rewrites: readonly RewriteStatus[]): string[] {
  return rewrites.map(({ path, reader, writer }) =>
    terminalText(
      `${path} was changed by ${writer} after ${reader} had read it to its end`,
    )
  );
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

/** Returns a line for each file; files that are still written come first. */
export function fileLines(
  { files, readings }: Pick<WorkflowStatus, "files" | "readings">,
): string[] {
  const readers = Map.groupBy(readings, ({ path }) => path);
  const rank = { open: 0, lost: 1, committed: 2 };
  const sorted = files
    .toSorted((one, other) => rank[one.phase] - rank[other.phase]);
  return inColumns(sorted.map((file) => [
    file.path,
    formatBytes(file.size).padStart(8),
    file.phase,
    describeFile(file, readers.get(file.path) ?? []),
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
  { size, writers, holders = [], missing }: FileStatus,
  readings: readonly ReadingStatus[],
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
