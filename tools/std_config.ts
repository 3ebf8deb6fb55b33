/**
 * Prints the `--config` arguments with which `@std/*` resolves on this
 * network, for `deno task`: `deno test $(deno run -A tools/std_config.ts)`.
 *
 * Where JSR answers, that is `deno.json` itself. Where it does not, it is
 * `deno.offline.json`, written beside it: the same configuration plus `links`
 * to the adapters in `tools/std/`. `SLUICE_STD=jsr|local` overrides the probe.
 *
 * `deno.lock` holds the versions of npm packages. It is frozen where the
 * adapters stand in. Deno wants other contents of it where JSR answers, so
 * there `deno.jsr.lock` begins as a copy, to which Deno adds those of JSR.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { createConnection } from "node:net";

/** Longest time the probe waits for JSR before it takes the local adapters. */
const PROBE_MILLISECONDS = 200;

const root = new URL("..", import.meta.url);
const onlineConfig = new URL("deno.json", root);
const offlineConfig = new URL("deno.offline.json", root);
const lockFile = new URL("deno.lock", root);
const jsrLockFile = new URL("deno.jsr.lock", root);

/** The arguments for `deno run`, `deno test` and the others in this checkout. */
export async function stdConfigArgs(): Promise<string[]> {
  if (await useJsr()) {
    beginJsrLock();
    return ["--config", pathOf(onlineConfig)];
  }
  writeOfflineConfig();
  return ["--config", pathOf(offlineConfig)];
}

function useJsr(): Promise<boolean> | boolean {
  const choice = Deno.env.get("SLUICE_STD");
  if (choice === "jsr") return true;
  if (choice === "local") return false;
  if (choice) {
    throw new TypeError(
      `SLUICE_STD must be "jsr" or "local", found "${choice}"`,
    );
  }
  return jsrAnswers();
}

/**
 * Whether a TCP connection to JSR opens in time. A request would say more, but
 * a TLS handshake over a slow line costs more than the probe may.
 */
function jsrAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "jsr.io", port: 443 });
    const answer = (reached: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    const timer = setTimeout(() => answer(false), PROBE_MILLISECONDS);
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}

/** Versions of npm that `deno.lock` has changed since then count. */
function beginJsrLock(): void {
  const text = Deno.readTextFileSync(lockFile);
  const changed = Deno.statSync(lockFile).mtime;
  const begun = statIfPresent(jsrLockFile)?.mtime;
  if (changed && begun && begun >= changed) return;
  replaceFile(jsrLockFile, text);
}

function writeOfflineConfig(): void {
  const config = JSON.parse(Deno.readTextFileSync(onlineConfig));
  const adapters = readdirSync(new URL("tools/std/", root)).sort();
  config.links = adapters.map((name) => `./tools/std/${name}`);
  config.lock = { path: "./deno.lock", frozen: true };
  // A publish dry run refuses modules that are not in the package.
  config.publish.include.push("tools/std");
  const text = JSON.stringify(config, null, 2) + "\n";
  if (readIfPresent(offlineConfig) === text) return;
  replaceFile(offlineConfig, text);
}

/** Tasks may run side by side: none may ever see half a file. */
function replaceFile(file: URL, text: string): void {
  const partial = new URL(`${file.href}.${Deno.pid}`);
  Deno.writeTextFileSync(partial, text);
  Deno.renameSync(partial, file);
}

function readIfPresent(file: URL): string | undefined {
  return ifPresent(() => Deno.readTextFileSync(file));
}

function statIfPresent(file: URL): Deno.FileInfo | undefined {
  return ifPresent(() => Deno.statSync(file));
}

function ifPresent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Relative to the root when run from there, so that `$(...)` sees no spaces. */
function pathOf(file: URL): string {
  const path = decodeURIComponent(file.pathname).replace(/^\/(\w:)/, "$1");
  const cwd = Deno.cwd().replaceAll("\\", "/") + "/";
  return path.startsWith(cwd) ? path.slice(cwd.length) : path;
}

if (import.meta.main) {
  console.log((await stdConfigArgs()).join(" "));
  // A name lookup that hangs cannot be cancelled and must not delay the task.
  Deno.exit();
}
