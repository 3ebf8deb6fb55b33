import { terminalText } from "../../internal/mod.ts";
import type { MemberStatus, WorkflowStatus } from "../observe/mod.ts";
import type { StepEnd, StepReports } from "./step_reports.ts";

/** What went wrong first. */
export interface PageTrouble {
  /** What happened, in one sentence. */
  readonly text: string;
  /** When, Unix time in milliseconds. */
  readonly time: number;
  /** The step that it happened to, as the plan names it. */
  readonly step?: string;
  /** The lines that the step printed last. */
  readonly printed: readonly string[];
  /** Files that were lost, and how many more there are. */
  readonly lost: readonly string[];
  readonly moreLost: number;
}

/** What {@linkcode firstTrouble} looks at. */
export interface TroubleFacts {
  readonly status?: Pick<WorkflowStatus, "files">;
  /** The members that are steps. */
  readonly members: readonly MemberStatus[];
  readonly reports: StepReports;
  /** When all steps were told to stop: what ends later has not gone wrong. */
  readonly interrupted?: number;
}

interface Event {
  readonly text: string;
  readonly time: number;
  readonly step?: string;
}

const MOST_LOST = 20;

/** Returns what went wrong first, if anything did. */
export function firstTrouble(facts: TroubleFacts): PageTrouble | undefined {
  const { status, reports, interrupted = Infinity } = facts;
  const first = [...stepEvents(facts), ...fileEvents(facts)]
    .filter(({ time }) => time < interrupted)
    .reduce<Event | undefined>(
      (first, event) => first && first.time <= event.time ? first : event,
      undefined,
    );
  if (!first) return undefined;
  const { text, time, step } = first;
  const lost = (status?.files ?? []).filter(({ phase }) => phase === "lost");
  const printed = step === undefined ? [] : reports.of(step)?.printed ?? [];
  return {
    text: terminalText(text),
    time,
    ...(step !== undefined && { step }),
    printed,
    lost: lost.slice(0, MOST_LOST).map(({ path }) => terminalText(path)),
    moreLost: Math.max(0, lost.length - MOST_LOST),
  };
}

/** Says how a process ended that did not end well. */
export function describeEnd({ code, signal, why }: StepEnd): string {
  if (why !== undefined) return `failed: ${why}`;
  return signal ? `was killed by ${signal}` : `failed with exit code ${code}`;
}

/**
 * Says how a member was lost. With a reason, one of another machine was lost with
 * it, and is not known to have ended.
 */
export function describeLoss(
  { machine, why }: Pick<MemberStatus, "machine" | "why"> = {},
): string {
  return isLostWithMachine({ machine, why })
    ? `was lost: ${why}`
    : "was killed or has crashed";
}

function isLostWithMachine(
  { machine, why }: Pick<MemberStatus, "machine" | "why">,
): boolean {
  return machine !== undefined && why !== undefined;
}

function describeEnding(
  member: Pick<MemberStatus, "state" | "pid" | "why" | "machine">,
): string {
  const { state, pid, why, machine } = member;
  const how = state !== "lost"
    ? "ended with an error"
    : isLostWithMachine(member)
    ? "was lost"
    : "was killed or has crashed";
  const place = machine === undefined ? "" : ` on ${machine}`;
  return `${how} (process ${pid}${place})${
    why === undefined ? "" : `: ${why}`
  }`;
}

/** The ends of steps; the process of one tells more than its member. */
function stepEvents({ members, reports }: TroubleFacts): Event[] {
  const ends = members.flatMap(({ app, ended, ...member }) => {
    const { state } = member;
    if (state === "running" || state === "left" || ended === undefined) {
      return [];
    }
    const { end } = reports.of(app) ?? {};
    const how = end && !end.ok ? describeEnd(end) : describeEnding(member);
    return { step: app, time: ended, text: `Step "${app}" ${how}` };
  });
  const reported = reports.ended().filter(({ end }) => !end.ok)
    .map(({ name, end }) => ({
      step: name,
      time: end.time,
      text: `Step "${name}" ${describeEnd(end)}`,
    }));
  return [...ends, ...reported];
}

/** Files that were lost, with the step that wrote them. */
function fileEvents({ status }: TroubleFacts): Event[] {
  return (status?.files ?? []).flatMap((file) => {
    const { path, phase, ended, writers, lostWhy } = file;
    if (phase !== "lost" || ended === undefined) return [];
    const why = lostWhy ?? "its writer ended before it was finished";
    const text = `"${path}" was lost: ${why}`;
    return { step: writers.at(-1), time: ended, text };
  });
}
