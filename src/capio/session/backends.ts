import type { StartedBackend } from "../backend/mod.ts";
import type { CapioOptions } from "./options.ts";

/** A backend, and the options of what takes part in the workflow over it. */
export interface OverBackend {
  readonly started: StartedBackend;
  readonly inner: CapioOptions;
}

/** Starts the backend of a context, after all options were looked at. */
export type StartOver = (options: CapioOptions) => Promise<OverBackend>;

let start: StartOver | undefined;

/**
 * Says how backends are started. The preload never learns it: a step does not
 * read files that it has no need of, and its program has the calls of the module.
 */
export function provideBackends(startOver: StartOver): void {
  start = startOver;
}

/** Starts the backend of a context. */
export async function overBackend(
  options: CapioOptions,
): Promise<OverBackend> {
  if (start) return await start(options);
  throw new TypeError('"backend" cannot be used in a preload');
}

/** Runs a function over the backend of a context, and ends that afterwards. */
export async function withBackend<T>(
  options: CapioOptions,
  fn: (inner: CapioOptions) => Promise<T>,
): Promise<T> {
  const { started, inner } = await overBackend(options);
  let result: T;
  try {
    result = await fn(inner);
  } catch (error) {
    // Its failure must not hide the error of the function.
    await started.release().catch(() => {});
    throw error;
  }
  await started.release();
  return result;
}
