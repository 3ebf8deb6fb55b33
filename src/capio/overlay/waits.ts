import {
  onlyTheyEndIt,
  otherHomeOf,
  type WorkflowFile,
  type WorkflowState,
} from "../journal/mod.ts";
import { CapioError, type Operation, untilChange } from "../platform/mod.ts";
import {
  AgentAbsence,
  awayTooLong,
  type Verdict,
  type Workflow,
} from "../workflow/mod.ts";
import type { DeferredCloses } from "./deferred_closes.ts";
import type { Place } from "./place.ts";
import { Wait, type WaitOptions } from "./wait.ts";
import { WaitAlarm, type WaitSubject } from "./wait_alarm.ts";

/** Options of {@linkcode Waits}. */
export interface WaitsOptions extends WaitOptions {
  /** Ends all waits when it aborts. */
  readonly signal?: AbortSignal;
}

/** The waits of one member, of which those of a thread may block it together. */
export class Waits implements Disposable {
  /** Those of the members in this thread. */
  static readonly #here = new Set<Waits>();

  readonly #workflow: Workflow;
  readonly #deferredCloses: DeferredCloses;
  readonly #options: WaitsOptions;
  /** What this member has told of its waits. */
  readonly #told = new Set<string>();

  /** @param deferredCloses What to report before a wait blocks the thread. */
  constructor(
    workflow: Workflow,
    deferredCloses: DeferredCloses,
    options: WaitsOptions,
  ) {
    this.#workflow = workflow;
    this.#deferredCloses = deferredCloses;
    this.#options = options;
    Waits.#here.add(this);
  }

  /**
   * Waits until `decide` says "go", and returns the state at that moment. A wait
   * for a file that nobody announced ends after a while without it.
   *
   * @param look Returns the state at the moment.
   * @param subject What the wait is about besides the path.
   * @throws The error that `decide` refuses with.
   * @throws {CapioError} If the call blocks the only thread that could end the
   * wait, or if what comes from another machine has no agent that gets it.
   */
  *until(
    look: () => WorkflowState,
    place: Place,
    decide: (state: WorkflowState) => Verdict,
    signal?: AbortSignal,
    { file, growth }: Omit<WaitSubject, "path"> = {},
  ): Operation<WorkflowState> {
    let wait: Wait | undefined;
    let alarm: WaitAlarm | undefined;
    let absence: AgentAbsence | undefined;
    try {
      for (;;) {
        const state = look();
        const verdict = decide(state);
        switch (verdict.type) {
          case "go":
            return state;
          case "refuse":
            throw verdict.error;
          case "wait":
            // Most calls need none.
            wait ??= new Wait(this.#workflow, place, this.#options, this.#told);
            if (!verdict.declared && wait.isOver()) return state;
            wait.report(verdict);
            if (state.machine === undefined) break;
            absence ??= new AgentAbsence(this.#options.openTimeoutSeconds);
            this.#wish(state, place, absence, file);
            break;
          default:
            verdict satisfies never;
        }
        this.#workflow.lookAround();
        alarm ??= new WaitAlarm(this.#workflow, {
          path: place.path,
          file,
          growth,
        });
        yield* untilChange({
          alarm,
          signal: this.#signals(signal),
          beforeBlocking: () =>
            this.#reportsOfThread() ||
            this.#refuseDeadlock(place, verdict.why, file),
        });
      }
    } finally {
      wait?.end();
    }
  }

  /**
   * Has the agent get what comes from another machine: it looks at who awaits it.
   *
   * @throws {CapioError} If there has been no agent for too long.
   */
  #wish(
    state: WorkflowState,
    { path, given }: Place,
    absence: AgentAbsence,
    file: WorkflowFile | undefined = state.paths.get(path),
  ): void {
    const home = file ? file.home?.machine : otherHomeOf(state, path);
    if (home === undefined && file?.claim === undefined) return;
    if (absence.isTooLong(state)) throw awayTooLong(state, given, home);
    if (!file?.home || file.phase !== "open") return;
    const isAsked = this.#workflow.willBeRung(file.path);
    if (!isAsked) this.#workflow.askForRing(file.path);
  }

  /** Counts no longer among the members of the thread. */
  [Symbol.dispose](): void {
    Waits.#here.delete(this);
  }

  /** Reports the deferred closes of this thread; returns whether there were any. */
  #reportsOfThread(): boolean {
    let hasReported = false;
    for (const it of Waits.#here) {
      if (it.#workflow.ended) continue;
      if (it.#deferredCloses.report()) hasReported = true;
    }
    return hasReported;
  }

  /**
   * Refuses to block the thread for something that only the thread can do.
   *
   * @throws {CapioError} If only members of this thread can end the wait.
   */
  #refuseDeadlock(
    { path, given }: Place,
    why: string,
    file?: WorkflowFile,
  ): false {
    const here = new Set([...Waits.#here].map((it) => it.#workflow.id));
    if (!onlyTheyEndIt(this.#workflow.state, here, path, file)) return false;
    throw new CapioError(
      "DEADLOCK",
      `Cannot wait for "${given}" in a synchronous call, which blocks the only thread that could end the wait: ${why}. Use the asynchronous call, or finish the file first`,
    );
  }

  #signals(signal?: AbortSignal): AbortSignal | undefined {
    const own = this.#options.signal;
    return own && signal ? AbortSignal.any([own, signal]) : own ?? signal;
  }
}
