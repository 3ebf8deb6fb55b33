import { fromFileUrl } from "@std/path";
import { builtin } from "../platform/mod.ts";

/** The symbol, by its key, under which a worker finds how it was started. */
export const LAUNCH = "sluice.capio.worker";

/** How the preload of its program has started a worker. */
export interface WorkerLaunch {
  /** The URL of the script, `undefined` for code. */
  readonly script?: string;
  /** Whether it is one of `node:worker_threads`. */
  readonly isThread: boolean;
}

/** Takes the note that the preload has left for this worker, if it has. */
export function takeLaunch(): WorkerLaunch | undefined {
  const key = Symbol.for(LAUNCH);
  const launch: WorkerLaunch | undefined = Reflect.get(globalThis, key);
  Reflect.deleteProperty(globalThis, key);
  return launch;
}

/** Gives a worker the names that it would have without the preload. */
export function showScript(
  { isThread }: WorkerLaunch,
  script: string,
): void {
  if (isThread) {
    const { argv } = builtin("process");
    argv[1] = script.startsWith("file:") ? fromFileUrl(script) : script;
    return;
  }
  const { location } = globalThis;
  const url = new URL(script);
  const names = ["href", "origin", "protocol", "host", "hostname", "port"];
  const values = [...names, "pathname", "search", "hash"].map((name) =>
    [name, { value: Reflect.get(url, name), enumerable: true }] as const
  );
  const shown = Object.create(Object.getPrototypeOf(location), {
    ...Object.fromEntries(values),
    toString: { value: () => url.href },
  });
  Object.defineProperty(globalThis, "location", {
    configurable: true,
    enumerable: true,
    get: () => shown,
  });
}
