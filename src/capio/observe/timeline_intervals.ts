import type { MemberStatus, WorkflowStatus } from "./status.ts";
import type { TimelineInterval } from "./timeline.ts";

/** Options for {@linkcode timelineIntervals}. */
export interface TimelineIntervalsOptions {
  /**
   * Steps that ended badly because another one had failed.
   *
   * @default {[]}
   */
  stopped?: Iterable<string>;
  /**
   * Apps that are no steps, whose ends are left out.
   *
   * @default {[]}
   */
  hiddenApps?: Iterable<string>;
}

/**
 * Returns the intervals in which a workflow wrote files, and read them while
 * they were written, and the bad ends of steps, for {@linkcode drawTimeline}.
 *
 * @example Usage
 * ```ts no-eval
 * import {
 *   drawTimeline,
 *   timelineIntervals,
 *   workflowStatus,
 * } from "@sluice/sluice/capio";
 *
 * const status = workflowStatus("data");
 * if (status) console.log(drawTimeline(timelineIntervals(status, Date.now())));
 * ```
 *
 * @param status The present or the last status of the workflow.
 * @param now The end of intervals that have not ended, Unix time in milliseconds.
 * @param options What is known of the steps besides.
 * @returns The intervals; a file with several writers has one for each.
 */
export function timelineIntervals(
  { files, readings, members = [], machines = [] }:
    & Pick<WorkflowStatus, "files" | "readings">
    & Partial<Pick<WorkflowStatus, "members" | "machines">>,
  now: number,
  options: TimelineIntervalsOptions = {},
): TimelineInterval[] {
  const written = files.flatMap(({ path, writers, created, ended, size }) =>
    writers.map((app) => ({
      app,
      path,
      kind: "write" as const,
      from: created,
      to: ended ?? now,
      bytes: size,
    }))
  );
  const read = readings.map(({ app, path, first, latest, bytes }) => ({
    app,
    path,
    kind: "read" as const,
    from: first,
    to: latest,
    bytes,
  }));
  const intervals = [...written, ...read, ...badEnds(members, options)];
  if (machines.length === 0) return intervals;
  const own = machines.find(({ isThis }) => isThis)?.name;
  const machineOf = machinesOfApps(members, own);
  return intervals.map((interval) => {
    const machine = machineOf.get(interval.app);
    return machine === undefined ? interval : { ...interval, machine };
  });
}

/** Returns the machine of each app that runs on one only. */
function machinesOfApps(
  members: readonly MemberStatus[],
  own: string | undefined,
): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const { app, machine = own } of members) {
    const isSame = !found.has(app) || found.get(app) === machine;
    found.set(app, isSame ? machine : undefined);
  }
  return found;
}

/** Returns one end for each step: the first of its members that ended badly. */
function badEnds(
  members: readonly MemberStatus[],
  { stopped = [], hiddenApps = [] }: TimelineIntervalsOptions,
): TimelineInterval[] {
  const left = new Set(hiddenApps);
  const wereStopped = new Set(stopped);
  const ends: TimelineInterval[] = [];
  for (const { app, state, ended, why = "" } of members) {
    if (state === "running" || state === "left") continue;
    if (ended === undefined || left.has(app)) continue;
    left.add(app);
    const kind = wereStopped.has(app) ? "stopped" : "failed";
    const how = state === "lost" ? "it was killed or has crashed" : "";
    const path = kind === "stopped" ? "" : why || how;
    ends.push({ app, path, kind, from: ended, to: ended, bytes: 0 });
  }
  return ends;
}
