import type { CapioWorkspace } from "../../../capio/mod.ts";

/** Longest wait for other processes after a signal to end, in ms. */
const END_MILLISECONDS = 500;

/** Leaves a workflow; Ctrl-C ends the wait for a process that is stopped. */
export async function leave(
  workspace: CapioWorkspace,
  isFailed: boolean,
  signal: AbortSignal,
): Promise<void> {
  await beforeLong(workspace, () => workspace.leave(isFailed), signal);
  workspace.abandon();
}

/**
 * Runs `fn` once it waits for no other process, if that is so in time: before
 * `signal` aborts, or a moment later.
 */
export async function beforeLong<T>(
  workspace: CapioWorkspace,
  fn: () => T,
  signal: AbortSignal,
): Promise<T | undefined> {
  const end = signal.aborted ? AbortSignal.timeout(END_MILLISECONDS) : signal;
  try {
    return await workspace.whenFree(fn, { signal: end });
  } catch (error) {
    if (!end.aborted || error !== end.reason) throw error;
    return undefined;
  }
}
