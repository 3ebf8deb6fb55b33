import { startBackend } from "../backend/mod.ts";
import type { OverBackend } from "./backends.ts";
import { agentRunOf, type CapioOptions, resolveOptions } from "./options.ts";

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
