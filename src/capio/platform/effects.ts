import { system } from "./system.ts";
import { SynchronousSleep, type Wakeups } from "./wakeups.ts";

/**
 * An operation, written once for its asynchronous and its synchronous form: a
 * generator that yields what it wants done and is resumed with the result.
 */
export type Operation<T> = Generator<Effect, T, unknown>;

/** What an operation can want done. */
export type Effect = Act | Wait;

/** Something with two forms, for instance `Deno.stat` and `Deno.statSync`. */
interface Act {
  readonly asynchronously: () => Promise<unknown>;
  readonly synchronously: () => unknown;
}

/** A pause until something may have changed. */
interface Wait {
  readonly waitFor: "change";
  readonly signal?: AbortSignal;
}

type System = typeof system;
/** A function of `system` that has a synchronous twin. */
type NameWithTwoForms = {
  [K in keyof System]: `${K}Sync` extends keyof System ? K : never;
}[keyof System];

/** Calls a function of `system`, or its synchronous twin. */
export function call<K extends Exclude<NameWithTwoForms, "readDir">>(
  name: K,
  ...args: Parameters<System[K]>
): Operation<Awaited<ReturnType<System[K]>>> {
  type Twins = Record<string, (...args: unknown[]) => unknown>;
  const functions = system as unknown as Twins;
  return act(
    () => functions[name](...args) as Promise<Awaited<ReturnType<System[K]>>>,
    () => functions[`${name}Sync`](...args) as Awaited<ReturnType<System[K]>>,
  );
}

/** Does one of the two. */
export function* act<T>(
  asynchronously: () => Promise<T>,
  synchronously: () => T,
): Operation<T> {
  return (yield { asynchronously, synchronously }) as T;
}

/** Does what has one form only and takes but a moment. */
export function atOnce<T>(fn: () => T): Operation<T> {
  return act(() => new Promise((resolve) => resolve(fn())), fn);
}

/** Pauses until something may have changed. */
export function* change(signal?: AbortSignal): Operation<void> {
  yield { waitFor: "change", signal };
}

/** Runs an operation without blocking the thread. */
export async function runAsync<T>(
  operation: Operation<T>,
  wakeups: Wakeups,
): Promise<T> {
  let step = operation.next();
  while (!step.done) {
    let result: unknown;
    try {
      const effect = step.value;
      result = "waitFor" in effect
        ? await wakeups.next(effect.signal)
        : await effect.asynchronously();
    } catch (error) {
      step = operation.throw(error);
      continue;
    }
    step = operation.next(result);
  }
  return step.value;
}

/** Runs an operation to its end, sleeping where it has to wait. */
export function runSync<T>(operation: Operation<T>): T {
  const sleep = new SynchronousSleep();
  let step = operation.next();
  while (!step.done) {
    let result: unknown;
    try {
      const effect = step.value;
      if ("waitFor" in effect) {
        // Nothing can abort it once this thread sleeps.
        effect.signal?.throwIfAborted();
        sleep.sleep();
      } else result = effect.synchronously();
    } catch (error) {
      step = operation.throw(error);
      continue;
    }
    step = operation.next(result);
  }
  return step.value;
}
