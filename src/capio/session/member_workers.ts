import { fromFileUrl, isAbsolute, join, toFileUrl } from "@std/path";
import { withNameOf } from "../../internal/mod.ts";
import { builtin, system } from "../platform/mod.ts";
import { LAUNCH, type WorkerLaunch } from "./worker_launch.ts";

type ThreadOptions = import("node:worker_threads").WorkerOptions;

const DATA_URL = "data:text/javascript,";

let isTold = false;

/** Options of {@linkcode makeWorkersMembers}. */
export interface MemberWorkersOptions {
  /** The URL of the preload. */
  readonly preload: string;
  /** Returns whether workers become members at this moment. */
  readonly isActive: () => boolean;
  /** The script of the worker that this thread is. */
  readonly script: string | undefined;
}

/**
 * Makes the workers that this thread starts from now on members of the workflow,
 * as long as `isActive` says so: the first import of each is the preload. It is
 * a static import before that of the script, so that messages wait for the
 * script as they would without it.
 */
export function makeWorkersMembers(
  { preload: url, isActive, script }: MemberWorkersOptions,
): void {
  const preload = preloadSpecifier(url);
  const { Worker } = globalThis;
  const MemberWorker = class extends Worker {
    constructor(specifier: string | URL, options: WorkerOptions = {}) {
      super(
        isActive() ? started(preload, specifier, script) : specifier,
        options,
      );
    }
  };
  globalThis.Worker = withNameOf(Worker, MemberWorker);
  const threads = builtin("worker_threads");
  const MemberThread = class extends threads.Worker {
    constructor(specifier: string | URL, options?: ThreadOptions) {
      super(
        isActive() ? startedThread(preload, specifier, options) : specifier,
        options,
      );
    }
  };
  threads.Worker = withNameOf(threads.Worker, MemberThread);
}

/** Returns what to start as a web worker in the place of its script. */
function started(
  preload: string,
  specifier: string | URL,
  base: string | undefined,
): string | URL {
  const url = URL.parse(String(specifier), base ?? globalThis.location?.href);
  if (!url || !isThere(url) || !canJoin(preload)) return specifier;
  const launch = { script: url.href, isThread: false };
  return launching(preload, launch, lasting(url));
}

/** The same for `node:worker_threads`, which takes paths and code. */
function startedThread(
  preload: string,
  script: string | URL,
  options: ThreadOptions | undefined,
): string | URL {
  if (options?.eval) {
    return typeof script === "string" && canJoin(preload) &&
        preload.startsWith("file:")
      ? launchingCode(preload, script)
      : script;
  }
  const url = urlOfThread(script);
  if (!url || !isThere(url) || !canJoin(preload)) return script;
  const launch = { script: url.href, isThread: true };
  return new URL(launching(preload, launch, url));
}

/** Returns the URL of a script, `undefined` for what Node refuses. */
function urlOfThread(script: string | URL): URL | undefined {
  if (typeof script !== "string") {
    const isTaken = script instanceof URL &&
      ["file:", "data:"].includes(script.protocol);
    return isTaken ? script : undefined;
  }
  if (isAbsolute(script)) return toFileUrl(script);
  if (!/^\.{1,2}[\\/]/.test(script)) return undefined;
  return toFileUrl(join(Deno.cwd(), script));
}

/** The runtime reports a missing script by the name that the program gave. */
function isThere(url: URL): boolean {
  if (url.protocol !== "file:") return true;
  try {
    return system.statSync(url).isFile;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** A program may revoke the URL of a blob as soon as the worker is started. */
function lasting(url: URL): URL {
  if (url.protocol !== "blob:") return url;
  const blob = builtin("buffer").resolveObjectURL(url.href);
  return blob ? new URL(URL.createObjectURL(blob as unknown as Blob)) : url;
}

/** Returns whether a worker can load the preload; tells once that it cannot. */
function canJoin(preload: string): boolean {
  if (!preload.startsWith("file:")) return true;
  const path = fromFileUrl(preload);
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state === "granted") return true;
  if (isTold) return false;
  isTold = true;
  console.warn(
    `sluice: The workers of this program take no part in the workflow and see only finished files, for reading "${path}" is not permitted. Run again with --allow-read for the directory of sluice`,
  );
  return false;
}

function launching(
  preload: string,
  launch: WorkerLaunch,
  script: URL,
): string {
  const note = moduleOf(
    `globalThis[Symbol.for(${JSON.stringify(LAUNCH)})]=${
      JSON.stringify(launch)
    }`,
  );
  return moduleOf(
    [note, preload, script.href]
      .map((url) => `import ${JSON.stringify(url)};`).join(""),
  );
}

/** On the first line, so that the others keep their numbers. */
function launchingCode(preload: string, code: string): string {
  const launch: WorkerLaunch = { isThread: true };
  const path = JSON.stringify(fromFileUrl(preload));
  return `globalThis[Symbol.for(${JSON.stringify(LAUNCH)})]=${
    JSON.stringify(launch)
  };process.getBuiltinModule("module").createRequire(${path})(${path});${code}`;
}

function moduleOf(code: string): string {
  return DATA_URL + encodeURIComponent(code);
}

/**
 * Returns how a module that is none of this package imports the preload: from
 * JSR by its name alone.
 */
function preloadSpecifier(url: string): string {
  const published = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\//.exec(url);
  return published ? `jsr:${published[1]}@${published[2]}/preload` : url;
}
