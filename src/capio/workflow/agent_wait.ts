import { delay } from "@std/async";
import {
  isPlacedHere,
  JournalFollower,
  type WorkflowState,
} from "../journal/mod.ts";
import {
  CapioError,
  FileLock,
  ifPresent,
  steadyClock,
  SynchronousSleep,
} from "../platform/mod.ts";
import { hasAgent, MUST_BE_FIRST } from "./missing.ts";
import type { MemberIdentity, Verdict } from "./readiness.ts";
import type { WorkflowFolder } from "./workflow_folder.ts";

/** Pause between two looks for an agent, in ms. */
const PAUSE_MILLISECONDS = 50;

/** As long an agent may be away before its members give up, in seconds. */
const DEFAULT_SECONDS = 60;

/** A member that is going to join. */
export interface Joining {
  readonly appName: string;
  /** The name of this machine; without one there is no wait. */
  readonly machine?: string;
  /** How long it waits for the agent. */
  readonly openTimeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits for the agent of this machine, which begins the run.
 *
 * @throws {CapioError} If none comes, or one of a machine of another name.
 */
export async function untilAgent(
  folder: WorkflowFolder,
  joining: Joining,
): Promise<void> {
  const { signal } = joining;
  for (const _ of attempts(folder, joining)) {
    await delay(PAUSE_MILLISECONDS, { signal });
  }
}

/** The same, blocking the thread. */
export function untilAgentSync(folder: WorkflowFolder, joining: Joining): void {
  // The usual case.
  if (joining.machine === undefined) return;
  const sleep = new SynchronousSleep();
  for (const _ of attempts(folder, joining)) sleep.sleep();
}

/** Looks for the agent again and again, until it is there. */
function* attempts(
  folder: WorkflowFolder,
  { machine, appName, openTimeoutSeconds = DEFAULT_SECONDS }: Joining,
): Generator<undefined> {
  if (machine === undefined) return;
  const end = steadyClock() + openTimeoutSeconds * 1000;
  for (;;) {
    const found = machineOfAgent(folder);
    if (found === machine) return;
    if (found !== undefined) {
      throw otherMachine(folder, appName, found, machine);
    }
    if (steadyClock() >= end) throw noAgent(folder, machine);
    yield;
  }
}

/** Returns the machine of an agent that is at work in a folder. */
function machineOfAgent(folder: WorkflowFolder): string | undefined {
  if (!folder.isInUse) return undefined;
  const { journal, capioDir, check } = folder;
  using run = ifPresent(() => new JournalFollower(journal, capioDir, check));
  if (run?.format.type !== "own") return undefined;
  const { machine, agent } = run.catchUp();
  if (machine === undefined || agent === undefined) return undefined;
  return FileLock.isHeld(folder.memberLock(agent)) ? machine : undefined;
}

/**
 * Refuses a run that is not that of the member's machine.
 *
 * @param state That of the present run, if there is one.
 * @throws {CapioError} If the member cannot take part in it.
 */
export function checkMachine(
  state: WorkflowState | undefined,
  folder: WorkflowFolder,
  { machine, appName }: Joining,
): void {
  if (machine !== undefined) {
    if (state?.machine === undefined) throw noAgent(folder, machine);
    if (state.machine !== machine) {
      throw otherMachine(folder, appName, state.machine, machine);
    }
  }
  if (state?.machine === undefined) return;
  const place = state.placement.get(appName);
  if (place === undefined || place === state.machine) return;
  throw new CapioError(
    "INVALID_CONFIGURATION",
    `Step "${appName}" must run on machine "${place}", as in the plan of the run, found "${state.machine}"`,
  );
}

/**
 * Decides whether a member takes part for all machines. What an app does that is
 * not placed on one counts once its join has come back from the server.
 */
export function confirmation(
  folder: WorkflowFolder,
  { id, app }: MemberIdentity,
  seconds: number | undefined,
): (state: WorkflowState) => Verdict {
  const absence = new AgentAbsence(seconds);
  return (state) => {
    const { machine, machines, confirmed } = state;
    if (
      machine === undefined || confirmed.has(id) || isPlacedHere(state, app)
    ) {
      return { type: "go" };
    }
    if (machines.get(machine)?.is === "lost") {
      return { type: "refuse", error: machineLost(app, machine) };
    }
    if (absence.isTooLong(state)) {
      return { type: "refuse", error: noAgent(folder, machine) };
    }
    return {
      type: "wait",
      why: hasAgent(state)
        ? "its join has not come back from the server yet"
        : `the agent of this machine, "${machine}", does not run`,
      remedy:
        "See whether the agent runs and reaches the server: sluice status",
      declared: true,
    };
  };
}

/** How long the agent of this machine has been away during a wait. */
export class AgentAbsence {
  readonly #milliseconds: number;
  #since: number | undefined;

  /** @param seconds How long it may be away; by default, and with 0, a minute. */
  constructor(seconds: number | undefined) {
    this.#milliseconds = (seconds || DEFAULT_SECONDS) * 1000;
  }

  /** Looks at whether the agent runs, and tells whether it has not for too long. */
  isTooLong(state: WorkflowState): boolean {
    if (hasAgent(state)) {
      this.#since = undefined;
      return false;
    }
    this.#since ??= steadyClock();
    return steadyClock() - this.#since > this.#milliseconds;
  }
}

/**
 * The error of a wait for what comes from the server, without an agent.
 *
 * @param home The home of what is awaited; none for a file of this machine.
 */
export function awayTooLong(
  { machine }: WorkflowState,
  given: string,
  home: string | undefined,
): CapioError {
  const why = home === undefined
    ? MUST_BE_FIRST
    : `it comes from its home "${home}"`;
  return new CapioError(
    "BACKEND_FAILED",
    `Cannot wait for "${given}" any longer: ${why}, and the agent of this machine, "${machine}", does not run. Start it: sluice agent --machine ${machine}`,
  );
}

function noAgent(folder: WorkflowFolder, machine: string): CapioError {
  const { workflowName, capioDir } = folder;
  return new CapioError(
    "BACKEND_FAILED",
    `Cannot take part in workflow "${workflowName}" in "${capioDir}" as machine "${machine}": its agent does not run there. Start it: sluice agent --machine ${machine}`,
  );
}

function otherMachine(
  { workflowName, capioDir }: WorkflowFolder,
  app: string,
  expected: string,
  found: string,
): CapioError {
  return new CapioError(
    "INVALID_CONFIGURATION",
    `The machine of "${app}" must be "${expected}", whose agent runs workflow "${workflowName}" in "${capioDir}", found "${found}"`,
  );
}

function machineLost(app: string, machine: string): CapioError {
  return new CapioError(
    "MACHINE_LOST",
    `"${app}" cannot take part: this machine, "${machine}", was declared lost and takes no part in the run any more. Begin a new run, on all machines`,
  );
}
