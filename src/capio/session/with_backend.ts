import { startBackend, type StartedBackend } from "../backend/mod.ts";
import { agentRunOf, type CapioOptions, resolveOptions } from "./options.ts";

/** A backend, and the options of what takes part in the workflow over it. */
export interface OverBackend {
  readonly started: StartedBackend;
  readonly inner: CapioOptions;
}

/** Starts the backend of a context, after all options were looked at. */
export async function startOver(options: CapioOptions): Promise<OverBackend> {
  const { backend, signal, ...others } = options;
  if (backend === undefined) throw new TypeError("There is no backend");
  // What is wrong is said before anything is started.
  resolveOptions({ ...others, signal });
  const started = await startBackend(backend, agentRunOf(options), signal);
  const { machine } = started;
  return { started, inner: { ...others, signal, machine } };
}

/** Runs a function over the backend of a context, and ends that afterwards. */
export async function withBackend<T>(
  options: CapioOptions,
  fn: (inner: CapioOptions) => Promise<T>,
): Promise<T> {
  const { started, inner } = await startOver(options);
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
