import {
  isEnding,
  mayAnswerAtOnce,
  noteTurn,
  steadyClock,
  system,
} from "../runtime/mod.ts";
import { type Alarm, SynchronousSleep, type Wakeups } from "./wakeups.ts";

/**
 * An operation, written once for its asynchronous and its synchronous form: a
 * generator that yields effects and is resumed with their results.
 */
export type Operation<T> = Generator<Effect, T, unknown>;

/** An effect that an operation asks its driver for. */
export type Effect = Act | Wait | Attempt;

/** A call with two forms, for instance `Deno.stat` and `Deno.statSync`. */
interface Act {
  readonly asynchronously: () => Promise<unknown>;
  readonly synchronously: () => unknown;
  /** Whether the asynchronous form goes back to the event loop in between. */
  readonly inSteps: boolean;
  /** Whether it only reads, and the synchronous form takes only a moment. */
  readonly isSmallRead?: boolean;
}

/** A pause until something may have changed. */
interface Wait {
  readonly waitFor: "change";
  /** What ends it. */
  readonly alarm: Alarm;
  readonly signal?: AbortSignal;
  /**
   * Is called before the wait blocks the thread. It returns whether it has
   * changed something itself, so that there is nothing to wait for yet.
   */
  readonly beforeBlocking?: () => boolean;
}

/** A small synchronous call that an asynchronous one makes at once or not at all. */
interface Attempt {
  readonly attempt: () => unknown;
}

type System = typeof system;
/** A function of `system` that has a synchronous form. */
type NameWithTwoForms = {
  [K in keyof System]: `${K}Sync` extends keyof System ? K : never;
}[keyof System];

/** Calls a function of `system`, or its synchronous form. */
export function call<K extends Exclude<NameWithTwoForms, "readDir">>(
  name: K,
  ...args: Parameters<System[K]>
): Operation<Awaited<ReturnType<System[K]>>> {
  type TwoForms = Record<string, (...args: unknown[]) => unknown>;
  const functions = system as unknown as TwoForms;
  return act(
    () => functions[name](...args) as Promise<Awaited<ReturnType<System[K]>>>,
    () => functions[`${name}Sync`](...args) as Awaited<ReturnType<System[K]>>,
  );
}

/**
 * Runs one of two forms of a call.
 *
 * @param options.inSteps Whether the asynchronous form goes back to the event
 * loop in between. Else it is one call to the system.
 */
export function* act<T>(
  asynchronously: () => Promise<T>,
  synchronously: () => T,
  { inSteps = false }: { inSteps?: boolean } = {},
): Operation<T> {
  return (yield { asynchronously, synchronously, inSteps }) as T;
}

/**
 * Runs an operation that only reads a little, so that an asynchronous call may
 * do it at once.
 */
export function* smallRead<T>(operation: Operation<T>): Operation<T> {
  let step = operation.next();
  while (!step.done) {
    let result: unknown;
    try {
      const effect = step.value;
      const isAct = "synchronously" in effect;
      result = yield isAct ? { ...effect, isSmallRead: true } : effect;
    } catch (error) {
      step = operation.throw(error);
      continue;
    }
    step = operation.next(result);
  }
  return step.value;
}

/**
 * Makes a synchronous call, unless the operation is an asynchronous one that must
 * give way to the event loop: then the result is `undefined`.
 */
export function* ifAtOnce<T>(attempt: () => T): Operation<T | undefined> {
  return (yield { attempt }) as T | undefined;
}

/** Makes a synchronous call, which takes only a moment. */
// deno-lint-ignore require-yield
export function* atOnce<T>(fn: () => T): Operation<T> {
  return fn();
}

/** Pauses until something may have changed. */
export function* untilChange(
  options: Omit<Wait, "waitFor">,
): Operation<void> {
  yield { waitFor: "change", ...options };
}

/**
 * Runs an operation without blocking the thread.
 *
 * When the thread is about to end nothing is awaited that can be done at once:
 * of a call that begins then, the system does the first step, and to a program
 * most operations are one step.
 */
export async function runAsync<T>(
  operation: Operation<T>,
  wakeups: Wakeups,
): Promise<T> {
  let step = operation.next();
  while (!step.done) {
    let result: unknown;
    try {
      const effect = step.value;
      if ("waitFor" in effect) {
        result = await wakeups.next(effect.alarm, effect.signal);
      } else if ("attempt" in effect) {
        // At the end of the thread a call does its first step, and no more.
        result = !isEnding() && mayAnswerAtOnce()
          ? effect.attempt()
          : undefined;
      } else if (isEnding() && !effect.inSteps) {
        result = effect.synchronously();
      } else result = await resultOf(effect);
    } catch (error) {
      step = operation.throw(error);
      continue;
    }
    step = operation.next(result);
  }
  return step.value;
}

async function resultOf(
  { asynchronously, synchronously, isSmallRead, inSteps }: Act,
): Promise<unknown> {
  if (isSmallRead && mayAnswerAtOnce()) {
    try {
      return synchronously();
    } catch {
      // The asynchronous form reports errors in its own words.
    }
  }
  const begun = steadyClock();
  const result = await asynchronously();
  if (!inSteps || isSmallRead) noteTurn(begun);
  return result;
}

/** Runs an operation to its end. The thread sleeps while it waits. */
export function runSync<T>(operation: Operation<T>): T {
  const sleep = new SynchronousSleep();
  let step = operation.next();
  while (!step.done) {
    let result: unknown;
    try {
      const effect = step.value;
      if ("waitFor" in effect) {
        // While this thread sleeps nothing can abort the signal.
        effect.signal?.throwIfAborted();
        if (!effect.beforeBlocking?.()) sleep.sleep();
      } else if ("attempt" in effect) result = effect.attempt();
      else result = effect.synchronously();
    } catch (error) {
      step = operation.throw(error);
      continue;
    }
    step = operation.next(result);
  }
  return step.value;
}
