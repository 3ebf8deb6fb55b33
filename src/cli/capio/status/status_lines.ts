import {
  describeMachine,
  type FileStatus,
  type ForgottenStatus,
  type HolderStatus,
  type MachineStatus,
  type MemberStatus,
  type ReadingStatus,
  type WaitStatus,
  type WorkflowReads,
  type WorkflowStatus,
  workflowWarnings,
} from "../../../capio/mod.ts";
import { formatBytes, terminalText } from "../../../internal/mod.ts";
import { WORKFLOW_APP } from "./workflow_app.ts";

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
  const { files, passedOver, checkedBy, forgotten } = status;
  const warnings = warningLines(status);
  return [
    terminalText(`Workflow "${workflowName}" in "${capioDir}"`),
    ...(memoryDir === undefined
      ? []
      : [terminalText(`Files in memory lie in "${memoryDir}"`)]),
    "",
    ...(status.machines ? [...machineLines(status.machines), ""] : []),
    ...memberLines(status),
    "",
    ...(files.length > 0 ? fileLines(status) : ["No files yet"]),
    ...(warnings.length > 0 ? ["", ...warnings] : []),
    ...(forgotten ? ["", forgottenLine(forgotten)] : []),
    ...(passedOver > 0 ? ["", passedOverLine(passedOver)] : []),
    ...(checkedBy === "kind" ? ["", CHECKED_BY_KIND] : []),
    ...(fileSystem ? ["", fileSystem] : []),
  ];
}

/** Formats several workflows of a directory, a line for each. */
export function workflowLines(
  capioDir: string,
  states: readonly WorkflowStatus[],
): string[] {
  return [
    terminalText(`Workflows in "${capioDir}"`),
    "",
    ...inColumns(states.map(({ workflowName, members, files }) => {
      const steps = members.filter(({ app }) => app !== WORKFLOW_APP);
      const running = steps.filter(({ state }) => state === "running");
      const open = files.filter(({ phase }) => phase === "open");
      return [
        workflowName,
        `${countApps(running)} of ${counted(countApps(steps), "step")} running`,
        `${open.length} of ${counted(files.length, "file")} unfinished`,
      ];
    })),
    "",
    '"sluice status --workflow-name NAME" shows one of them',
  ];
}

/** Counts steps, each of which may have several members. */
function countApps(members: readonly MemberStatus[]): number {
  return new Set(members.map(({ app }) => app)).size;
}

const CHECKED_BY_KIND =
  "Who owns what is in .capio, and who may write to it, is not checked: the file system keeps no owners or modes";

function forgottenLine(
  { members, staleReads, rewrites }: ForgottenStatus,
): string {
  const counts = [
    ...(members > 0 ? [counted(members, "earlier member")] : []),
    ...(staleReads + rewrites > 0
      ? [counted(staleReads + rewrites, "earlier warning")]
      : []),
  ];
  const shown = counts.join(" and ");
  return `Not shown, for the run has forgotten them: ${shown}`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function passedOverLine(count: number): string {
  const lines = count === 1 ? "1 line" : `${count} lines`;
  return `Passed over ${lines} of the journal: cut short, or not written by a step of this version`;
}

/**
 * Returns a line for each thing that a step read and would not have read with
 * the steps one after the other, and one for each that it may not have read.
 */
export function warningLines(status: WorkflowReads): string[] {
  return workflowWarnings(status).map(({ text }) => terminalText(text));
}

/** Whether a step read no further than a size that it was told. */
export function hasGoneBySize(
  { sizedReadings }: Pick<WorkflowStatus, "sizedReadings">,
): boolean {
  return sizedReadings.some(({ told, readTo }) => readTo === told);
}

/** The same for what is certain. */
export function orderLines(status: WorkflowReads): string[] {
  return workflowWarnings(status).filter(({ kind }) => kind === "order")
    .map(({ text }) => terminalText(text));
}

/** Returns a line for each machine: whether it takes part. */
function machineLines(machines: readonly MachineStatus[]): string[] {
  return inColumns(machines.map((machine) => [
    `machine ${machine.name}`,
    describeMachine(machine),
  ]));
}

/** Returns a line for each member: what it does, or what it waits for. */
export function memberLines(
  { members, waits }: Pick<WorkflowStatus, "members" | "waits">,
): string[] {
  return inColumns(members.map((member) => [
    member.app,
    processOf(member),
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

function processOf(
  { pid, machine }: Pick<MemberStatus | HolderStatus, "pid" | "machine">,
): string {
  return machine === undefined
    ? `process ${pid}`
    : `process ${pid} on ${machine}`;
}

function describeMember(
  member: MemberStatus,
  waits: readonly WaitStatus[],
): string {
  const { app, pid, machine, joined, state } = member;
  if (state !== "running") return state;
  const waiting = waits
    // Only members of this machine say here what they wait for.
    .filter((wait) =>
      machine === undefined && wait.app === app && wait.pid === pid
    )
    .map(({ path, why, since }) =>
      `waits for "${path}" since ${formatTime(since)}: ${why}`
    );
  const shown = waiting.slice(0, MOST_WAITS_SHOWN);
  const others = waiting.length - shown.length;
  if (others > 0) shown.push(`and ${others} more`);
  return shown.join("; ") || `running since ${formatTime(joined)}`;
}

function describeFile(
  status: FileStatus,
  readings: readonly ReadingStatus[],
  isOver: boolean,
): string {
  const { size, writers, holders = [], missing, notKept, inMemory } = status;
  const { home, lostWhy } = status;
  const read = readings.map(({ app, bytes }) =>
    `${app} has read ${formatBytes(bytes)}${shareOf(bytes, size)}`
  );
  return [
    `written by ${writers.join(", ")}`,
    ...homeOf(status),
    ...holders.map((holder) =>
      `held open by ${holder.app} (${processOf(holder)}) since ${
        formatTime(holder.since)
      }`
    ),
    ...read,
    ...(missing && status.isCopy ? [BEGUN_AS_COPY] : []),
    ...(missing ? [`not finished: ${missing}`] : []),
    ...(home !== undefined && lostWhy ? [`lost: ${lostWhy}`] : []),
    ...(inMemory && !isOver ? ["in memory"] : []),
    ...(notKept && !isOver ? ["not kept at the end"] : []),
  ].join("; ");
}

function homeOf({ home, phase, size, sizeHere }: FileStatus): string[] {
  if (home === undefined) return [];
  if (sizeHere === undefined) return [`home is ${home}`];
  if (phase === "committed") return [`home is ${home}, all of it is here`];
  // As long as the home has not committed it, its size there is not known.
  const share = size > sizeHere ? shareOf(sizeHere, size) : "";
  return [`home is ${home}, ${formatBytes(sizeHere)}${share} of it here`];
}

const BEGUN_AS_COPY =
  `begun with what was there before, which is read at once: it was opened without "truncate"`;

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

function formatTime(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
