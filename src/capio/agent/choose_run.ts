import { delay } from "@std/async";
import type { NatsConnected } from "../../nats/mod.ts";
import { CapioError } from "../platform/mod.ts";
import type { AgentsRun, FoundRun } from "../workflow/mod.ts";
import type { RunAgentOptions } from "./agent_options.ts";
import {
  JournalStream,
  type RunRecord,
  type RunRecords,
  type StoredRecord,
} from "./server/mod.ts";
import { runNames, WIRE_FORMAT } from "./wire/mod.ts";

/** The run in which an agent takes part. */
export interface ChosenRun extends AgentsRun {
  /** Its number among those of the workflow. */
  readonly n: number;
  /** Whether this machine takes part for the first time. */
  readonly isNew: boolean;
}

/**
 * Returns the run in which an agent takes part: the one that this machine has
 * begun, else the present one of the workflow, else a new one.
 *
 * @param found What there is of a run on this machine.
 * @param digest Of the configuration.
 * @throws {CapioError} If the machine cannot take part.
 */
export async function chooseRun(
  connected: NatsConnected,
  records: RunRecords,
  found: FoundRun | undefined,
  digest: string | undefined,
  options: RunAgentOptions,
): Promise<ChosenRun> {
  const { machine, anew, signal } = options;
  if (found && found.machine !== machine) {
    if (found.steps.length > 0) throw otherMachine(found, machine);
  }
  for (let attempt = 0;; attempt++) {
    signal.throwIfAborted();
    const latest = await records.latest();
    const isFirst = attempt === 0;
    if (latest && anew && isFirst && !latest.record.hasEnded) {
      await endRun(connected, records, latest);
      continue;
    }
    const isOwn = found?.machine === machine &&
      found.run === latest?.record.run;
    if (latest && !latest.record.hasEnded) {
      checkDigest(latest.record, digest);
      if (found && isOwn) {
        return {
          run: found.run,
          machine,
          id: found.id,
          n: latest.n,
          isNew: false,
        };
      }
      if (found && found.steps.length > 0) throw stepsOfOther(found);
      if (await isHeard(connected, latest.record, options)) {
        return { ...newMachine(machine), run: latest.record.run, n: latest.n };
      }
      await endRun(connected, records, latest);
      continue;
    }
    if (found && found.steps.length > 0) throw stepsOfOther(found);
    const run = crypto.randomUUID();
    const stream = new JournalStream(connected, runNames(run));
    await stream.create();
    const n = (latest?.n ?? 0) + 1;
    const record: RunRecord = {
      format: WIRE_FORMAT,
      run,
      ...(digest !== undefined && { digest }),
    };
    if (await records.create(n, record)) {
      return { ...newMachine(machine), run, n };
    }
    // Another machine was faster.
    await stream.remove();
  }
}

/** Marks a run as ended, for all machines, and removes its journal. */
async function endRun(
  connected: NatsConnected,
  records: RunRecords,
  stored: StoredRecord,
): Promise<void> {
  const { record } = stored;
  if (!await records.update(stored, { ...record, hasEnded: true })) return;
  await new JournalStream(connected, runNames(record.run)).remove();
}

function newMachine(
  machine: string,
): Pick<ChosenRun, "machine" | "id" | "isNew"> {
  return { machine, id: crypto.randomUUID(), isNew: true };
}

/** Returns whether any agent of a run is heard within the limit. */
async function isHeard(
  { connection }: NatsConnected,
  { run }: RunRecord,
  { lostAfterSeconds = 10, signal }: RunAgentOptions,
): Promise<boolean> {
  const heard = new AbortController();
  const subscription = connection.subscribe(runNames(run).heartbeats, {
    callback: () => heard.abort(),
  });
  try {
    // One more second, in which its agents may just have begun.
    const milliseconds = (lostAfterSeconds + 1) * 1000;
    await delay(milliseconds, {
      signal: AbortSignal.any([heard.signal, signal]),
    }).catch(() => {});
    signal.throwIfAborted();
    return heard.signal.aborted;
  } finally {
    subscription.unsubscribe();
  }
}

function checkDigest({ digest }: RunRecord, own: string | undefined): void {
  if (digest === own) return;
  throw new CapioError(
    "INVALID_CONFIGURATION",
    "Cannot take part in the run of the workflow: it has another CAPIO-CL configuration than this machine. Use the same file on all machines, or end the run with --anew",
  );
}

function stepsOfOther({ steps: [step] }: FoundRun): CapioError {
  return new CapioError(
    "IN_USE",
    `Cannot begin a run: the step "${step}" of an earlier one still runs on this machine. End it first`,
  );
}

function otherMachine(found: FoundRun, machine: string): CapioError {
  const [step] = found.steps;
  return new CapioError(
    "IN_USE",
    `Cannot take part as machine "${machine}": the step "${step}" runs here as a part of machine "${found.machine}"`,
  );
}
