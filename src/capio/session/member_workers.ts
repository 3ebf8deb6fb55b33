import { fromFileUrl, isAbsolute, join, toFileUrl } from "@std/path";
import { builtin, system } from "../platform/mod.ts";
import { LAUNCH, type WorkerLaunch } from "./worker_launch.ts";

type ThreadOptions = import("node:worker_threads").WorkerOptions;

const DATA_URL = "data:text/javascript,";
const PRELOAD = preloadSpecifier(import.meta.resolve("./preload.ts"));

let isTold = false;

/**
 * Makes the workers that this thread starts from now on members of the workflow,
 * as long as `isActive` says so: the first import of each is the preload. It is
 * a static import before that of the script, so that messages wait for the
 * script as they would without it.
 *
 * @param script The script of the worker that this thread is.
 */
export function makeWorkersMembers(
  isActive: () => boolean,
  script: string | undefined,
): void {
  globalThis.Worker = class Worker extends globalThis.Worker {
    constructor(specifier: string | URL, options: WorkerOptions = {}) {
      super(isActive() ? started(specifier, script) : specifier, options);
    }
  };
  const threads = builtin("worker_threads");
  const { name } = threads.Worker;
  const Member = class extends threads.Worker {
    constructor(specifier: string | URL, options?: ThreadOptions) {
      super(
        isActive() ? startedThread(specifier, options) : specifier,
        options,
      );
    }
  };
  Object.defineProperty(Member, "name", { value: name });
  threads.Worker = Member;
}

/** Returns what to start as a web worker in the place of its script. */
function started(
  specifier: string | URL,
  base: string | undefined,
): string | URL {
  const url = URL.parse(String(specifier), base ?? globalThis.location?.href);
  if (!url || !isThere(url) || !canJoin()) return specifier;
  return launching({ script: url.href, isThread: false }, lasting(url));
}

/** The same for `node:worker_threads`, which takes paths and code. */
function startedThread(
  script: string | URL,
  options: ThreadOptions | undefined,
): string | URL {
  if (options?.eval) {
    return typeof script === "string" && canJoin() &&
        PRELOAD.startsWith("file:")
      ? launchingCode(script)
      : script;
  }
  const url = urlOfThread(script);
  if (!url || !isThere(url) || !canJoin()) return script;
  return new URL(launching({ script: url.href, isThread: true }, url));
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
function canJoin(): boolean {
  if (!PRELOAD.startsWith("file:")) return true;
  const path = fromFileUrl(PRELOAD);
  const { state } = Deno.permissions.querySync({ name: "read", path });
  if (state === "granted") return true;
  if (isTold) return false;
  isTold = true;
  console.warn(
    `sluice: The workers of this program take no part in the workflow and see only finished files, for reading "${path}" is not permitted. Run again with --allow-read for the directory of sluice`,
  );
  return false;
}

function launching(launch: WorkerLaunch, script: URL): string {
  const note = moduleOf(
    `globalThis[Symbol.for(${JSON.stringify(LAUNCH)})]=${
      JSON.stringify(launch)
    }`,
  );
  return moduleOf(
    [note, PRELOAD, script.href]
      .map((url) => `import ${JSON.stringify(url)};`).join(""),
  );
}

/** On the first line, so that the others keep their numbers. */
function launchingCode(code: string): string {
  const launch: WorkerLaunch = { isThread: true };
  const path = JSON.stringify(fromFileUrl(PRELOAD));
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
