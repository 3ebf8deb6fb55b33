import { formatBytes, terminalText } from "../../internal/mod.ts";
import {
  describeMachine,
  type FileStatus,
  type MachineStatus,
  type MemberStatus,
  type ReadingStatus,
  type WaitStatus,
  type WorkflowStatus,
  workflowWarnings,
} from "../observe/mod.ts";
import { activitiesOf, named } from "./activity.ts";
import type { StepReport, StepReports } from "./step_reports.ts";
import {
  describeEnd,
  describeLoss,
  firstTrouble,
  type PageTrouble,
} from "./trouble.ts";

/**
 * Everything that the page shows besides the timeline. Control characters in
 * names and lines are shown as escapes; a browser has to take all of it as text.
 */
export interface PageModel {
  readonly head: PageHead;
  readonly steps: readonly PageStep[];
  readonly files: readonly PageFile[];
}

/** The part of the page that is no list of steps or files. */
export interface PageHead {
  readonly workflow: string;
  readonly directory: string;
  /** When the first member joined, Unix time in milliseconds. */
  readonly begun?: number;
  /** When the workflow ended, Unix time in milliseconds. */
  readonly ended?: number;
  readonly outcome: WorkflowOutcome;
  readonly trouble?: PageTrouble;
  /** A line for each machine, if there are several. */
  readonly machines?: readonly string[];
  readonly waits: readonly PageWait[];
  readonly moreWaits: number;
  readonly warnings: readonly string[];
  readonly moreWarnings: number;
  /** Bytes written so far. */
  readonly bytes: number;
  /** How many files there are, also those that the page does not list. */
  readonly fileCounts: Readonly<Record<FileStatus["phase"], number>>;
  readonly moreFiles: number;
}

/** How a workflow stands, and how it has ended. */
export interface WorkflowOutcome {
  /**
   * `careful`: all steps ended well, but one has read what it would not have read
   * with the steps one after the other.
   */
  readonly kind: "running" | "well" | "careful" | "failed" | "interrupted";
  /** The same in words. */
  readonly text: string;
}

/** A step on the page. */
export interface PageStep {
  readonly name: string;
  /** `absent` before it takes part; `stopped` because another one failed. */
  readonly state:
    | "absent"
    | "running"
    | "waiting"
    | "ended"
    | "stopped"
    | "failed"
    | "lost";
  /** Its state in words. */
  readonly text: string;
  /** When it came into this state, if it is running or waiting. */
  readonly since?: number;
  /** The files that it writes and reads, in words. */
  readonly activity: string;
  /** The numbers of its processes, if they are few. */
  readonly processes: string;
  readonly begun?: number;
  readonly ended?: number;
  /** The lines that it printed last, the latest one at the end. */
  readonly printed: readonly string[];
}

/** A wait on the page. */
export interface PageWait {
  readonly step: string;
  readonly process: number;
  readonly path: string;
  readonly why: string;
  readonly since: number;
}

/** A file on the page. */
export interface PageFile {
  readonly path: string;
  readonly phase: FileStatus["phase"];
  /** Bytes written so far, if known. */
  readonly size?: number;
  readonly writers: readonly string[];
  readonly readers: readonly PageReader[];
  /** What has to happen until it is finished, who holds it, where it lies. */
  readonly notes: readonly string[];
  readonly created: number;
  readonly ended?: number;
}

/** A step that reads, or has read, a file on the page. */
export interface PageReader {
  readonly step: string;
  /** Bytes read so far, if it read while the file was written. */
  readonly bytes?: number;
}

/** What {@linkcode pageModel} makes the page of. */
export interface PageFacts {
  /** The latest status; none before the first look. */
  readonly status?: WorkflowStatus;
  /** The steps of the plan in its order, if one is known. */
  readonly steps: readonly string[];
  /** Members that are no steps. */
  readonly hiddenApps: ReadonlySet<string>;
  /** What steps have printed, and how they have ended, where that is known. */
  readonly reports: StepReports;
  /** When all steps were told to stop, Unix time in milliseconds. */
  readonly interrupted?: number;
  /** Set once the workflow has ended. */
  readonly end?: {
    readonly time: number;
    /** How it ended, if that is known better than from the status. */
    readonly outcome?: WorkflowOutcome;
  };
}

/** More would not be read, but sent to the browser and kept there. */
const MOST_FILES = 5_000;
const MOST_WAITS = 100;
const MOST_WARNINGS = 100;
const MOST_MACHINES = 100;
const MOST_READERS = 20;
const MOST_PROCESSES_NAMED = 3;

const RUNNING: WorkflowOutcome = { kind: "running", text: "Running" };

/** Makes what the page shows of what is known of a workflow. */
export function pageModel(facts: PageFacts): PageModel {
  const { status, end } = facts;
  const members = (status?.members ?? [])
    .filter(({ app }) => !facts.hiddenApps.has(app));
  const trouble = firstTrouble({ ...facts, members });
  const files = status?.files ?? [];
  const shown = mostOf(files);
  const waits = (status?.waits ?? [])
    .toSorted((one, other) => one.since - other.since);
  const warnings = status ? workflowWarnings(status) : [];
  const isEarly = warnings.some(({ kind }) => kind === "order");
  const joined = members.map(({ joined }) => joined);
  return {
    head: {
      workflow: terminalText(status?.workflowName ?? ""),
      directory: terminalText(status?.capioDir ?? ""),
      ...(joined.length > 0 && { begun: least(joined) }),
      ...(end && { ended: end.time }),
      outcome: end ? end.outcome ?? outcomeOf(trouble, isEarly) : RUNNING,
      ...(trouble && { trouble: shownTrouble(trouble) }),
      ...(status?.machines && { machines: machineLines(status.machines) }),
      waits: waits.slice(0, MOST_WAITS).map((
        { app, pid, path, why, since },
      ) => ({
        step: terminalText(app),
        process: pid,
        path: terminalText(path),
        why: terminalText(why),
        since,
      })),
      moreWaits: Math.max(0, waits.length - MOST_WAITS),
      warnings: warnings.slice(0, MOST_WARNINGS)
        .map(({ text }) => terminalText(text)),
      moreWarnings: Math.max(0, warnings.length - MOST_WARNINGS),
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      fileCounts: countsOf(files),
      moreFiles: files.length - shown.length,
    },
    steps: stepsOf(facts, members, trouble),
    files: filesOf(shown, status?.readings ?? []),
  };
}

function machineLines(machines: readonly MachineStatus[]): string[] {
  const lines = machines.slice(0, MOST_MACHINES).map((machine) =>
    terminalText(`${machine.name}: ${describeMachine(machine)}`)
  );
  const more = machines.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

function outcomeOf(
  trouble: PageTrouble | undefined,
  isEarly: boolean,
): WorkflowOutcome {
  if (trouble) return { kind: "failed", text: "Ended with a failure" };
  return isEarly
    ? { kind: "careful", text: "Ended, but something was read too early" }
    : { kind: "well", text: "Ended well" };
}

function shownTrouble({ step, ...trouble }: PageTrouble): PageTrouble {
  return {
    ...trouble,
    ...(step !== undefined && { step: terminalText(step) }),
  };
}

function stepsOf(
  facts: PageFacts,
  members: readonly MemberStatus[],
  trouble: PageTrouble | undefined,
): PageStep[] {
  const byApp = Map.groupBy(members, ({ app }) => app);
  const { steps, reports } = facts;
  const names = new Set([...steps, ...byApp.keys(), ...reports.names()]);
  const waits = Map.groupBy(facts.status?.waits ?? [], ({ app }) => app);
  const activities = activitiesOf(facts.status);
  return [...names].map((name) => {
    const own = byApp.get(name) ?? [];
    const report = facts.reports.of(name);
    const ends = own.flatMap(({ ended }) => ended ?? []);
    const isRunning = own.some(({ state }) => state === "running");
    const ended = report?.end?.time ??
      (isRunning || ends.length === 0 ? undefined : Math.max(...ends));
    return {
      name: terminalText(name),
      ...stateOf(own, report, waits.get(name) ?? [], facts, trouble),
      activity: terminalText(activities.get(name) ?? ""),
      processes: processesOf(own),
      ...(own.length > 0 && { begun: least(own.map((it) => it.joined)) }),
      ...(ended !== undefined && { ended }),
      printed: report?.printed ?? [],
    };
  });
}

function stateOf(
  members: readonly MemberStatus[],
  report: StepReport | undefined,
  waits: readonly WaitStatus[],
  { interrupted, end }: PageFacts,
  trouble: PageTrouble | undefined,
): Pick<PageStep, "state" | "text" | "since"> {
  const states = new Set(members.map(({ state }) => state));
  const stopped = interrupted ?? trouble?.time;
  if (report?.end) {
    const { ok, code, signal, time } = report.end;
    if (ok) {
      const status = code === 0 ? "" : ` with status ${code}`;
      return { state: "ended", text: `ended well${status}` };
    }
    const isStopped = signal !== null && stopped !== undefined &&
      time >= stopped && trouble?.step !== report.name;
    return isStopped
      ? { state: "stopped", text: `was stopped (${signal})` }
      : { state: "failed", text: terminalText(describeEnd(report.end)) };
  }
  if (states.has("running")) {
    const [first] = waits;
    if (!first) {
      const since = least(members.map(({ joined }) => joined));
      return { state: "running", text: "running", since };
    }
    const since = least(waits.map(({ since }) => since));
    const paths = new Set(waits.map(({ path }) => path));
    const text = `waits for ${terminalText(named([...paths], 1))}`;
    return { state: "waiting", text, since };
  }
  if (states.has("lost")) {
    const lost = members.find(({ state }) => state === "lost");
    return { state: "lost", text: terminalText(describeLoss(lost)) };
  }
  if (states.has("failed")) {
    const { why } = members.find(({ state }) => state === "failed") ?? {};
    return {
      state: "failed",
      text: terminalText(why ?? "ended with an error"),
    };
  }
  if (states.has("left")) return { state: "ended", text: "ended well" };
  return end
    ? { state: "absent", text: "has not taken part" }
    : { state: "absent", text: "has not joined yet" };
}

function processesOf(members: readonly MemberStatus[]): string {
  const numbers = [
    ...new Set(
      members.map(({ pid, machine }) =>
        machine === undefined ? `${pid}` : `${pid} on ${terminalText(machine)}`
      ),
    ),
  ];
  if (numbers.length === 0) return "";
  if (numbers.length > MOST_PROCESSES_NAMED) {
    return `${numbers.length} processes`;
  }
  const word = numbers.length === 1 ? "process" : "processes";
  return `${word} ${numbers.join(", ")}`;
}

const RANK = { lost: 0, open: 1, committed: 2 };

/** Of very many files, those that are lost or still written, and the latest others. */
function mostOf(files: readonly FileStatus[]): readonly FileStatus[] {
  if (files.length <= MOST_FILES) return files;
  return files.toSorted((one, other) =>
    RANK[one.phase] - RANK[other.phase] ||
    (other.ended ?? other.created) - (one.ended ?? one.created)
  ).slice(0, MOST_FILES);
}

function countsOf(
  files: readonly FileStatus[],
): Record<FileStatus["phase"], number> {
  const counts = { open: 0, committed: 0, lost: 0 };
  for (const { phase } of files) counts[phase]++;
  return counts;
}

function filesOf(
  files: readonly FileStatus[],
  readings: readonly ReadingStatus[],
): PageFile[] {
  const byPath = Map.groupBy(readings, ({ path }) => path);
  return files.map((file) => ({
    path: terminalText(file.path),
    phase: file.phase,
    ...(!file.sizeUnknown && { size: file.size }),
    writers: file.writers.map((app) => terminalText(app)),
    readers: readersOf(file, byPath.get(file.path) ?? []),
    notes: notesOn(file),
    created: file.created,
    ...(file.ended !== undefined && { ended: file.ended }),
  }));
}

function readersOf(
  { readers = [] }: FileStatus,
  readings: readonly ReadingStatus[],
): PageReader[] {
  const measured = new Set(readings.map(({ app }) => app));
  const others = readers.filter((app) => !measured.has(app));
  return [
    ...readings.map(({ app, bytes }) => ({ step: terminalText(app), bytes })),
    ...others.map((app) => ({ step: terminalText(app) })),
  ].slice(0, MOST_READERS);
}

function notesOn(
  { home, sizeHere, ...file }: FileStatus,
): string[] {
  const { holders = [], missing, lostWhy, inMemory, notKept } = file;
  const held = holders.map(({ app, pid, machine }) =>
    `held open by ${app} (process ${pid}${machine ? ` on ${machine}` : ""})`
  );
  return [
    ...(missing ? [`not finished: ${missing}`] : []),
    ...(lostWhy ? [lostWhy] : []),
    ...(home === undefined ? [] : [`home is ${home}`]),
    ...(sizeHere === undefined ? [] : [`${formatBytes(sizeHere)} of it here`]),
    ...held,
    ...(inMemory ? ["in memory"] : []),
    ...(notKept ? ["not kept at the end"] : []),
  ].map((note) => terminalText(note));
}

/** The least of many numbers; `Math.min` takes only some. */
function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other));
}
