/**
 * A step of a workflow whose journal is ended by a checkpoint every few events:
 * it makes files or consumes them, and prints what it has done, until it is told
 * to stop or dies.
 *
 * Arguments: its role, the directory, its name, the size at which
 * the journal ends, the producer whose files it consumes, or the call within a
 * checkpoint at which it kills itself, and before that how many checkpoints pass.
 */
import { delay } from "@std/async";
import { interposeEverywhere } from "../../../src/capio/interpose/mod.ts";
import { Workspace } from "../../../src/capio/overlay/mod.ts";
import { system } from "../../../src/capio/platform/mod.ts";
import { resolveOptions } from "../../../src/capio/session/options.ts";
import { replaceFunctions } from "../../../src/capio/session/replaced_functions.ts";

const [role, directory, name, bytes, producer, dieAt, dieAfter] = Deno.args;
const stop = `${directory}/stop`;
const { statSync } = Deno;

const workspace = new Workspace({
  ...resolveOptions({
    capioDir: directory,
    appName: name,
    rules: [{
      path: `${producer || name}-*`,
      producers: [producer || name],
      committed: "on_close",
      fire: "no_update",
      isPermanent: true,
    }],
    openTimeoutSeconds: 20,
    silent: true,
  }),
  checkpointBytes: Number(bytes),
});
interposeEverywhere(workspace);
using _ = replaceFunctions({ beforeProgram: true });
if (dieAt !== undefined) dieInCheckpoint(Number(dieAt), Number(dieAfter));

/**
 * Kills this process at a call of the system, counted from the one that ends the
 * journal.
 */
function dieInCheckpoint(at: number, checkpoints: number): void {
  let left = -1;
  let passed = 0;
  const count = () => {
    if (left < 0 || left-- > 0) return;
    Deno.kill(Deno.pid, "SIGKILL");
    // The signal may take a moment.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  };
  const decoder = new TextDecoder();
  const { writeSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.writeSync = function (bytes) {
    const isEnd = bytes.length < 200 &&
      decoder.decode(bytes).includes('"event":"checkpoint"');
    if (isEnd && passed++ === checkpoints) left = at;
    count();
    return writeSync.call(this, bytes);
  };
  for (
    const name of [
      ...["readSync", "seekSync", "statSync", "tryLockSync", "unlockSync"],
      ...["truncateSync", "close"],
    ] as const
  ) {
    const original = Deno.FsFile.prototype[name] as () => unknown;
    Object.assign(Deno.FsFile.prototype, {
      [name](...args: []) {
        count();
        return original.apply(this, args);
      },
    });
  }
  for (
    const name of ["openSync", "lstatSync", "renameSync", "removeSync"] as const
  ) {
    const original = system[name] as () => unknown;
    Object.assign(system, {
      [name](...args: []) {
        count();
        return original.apply(undefined, args);
      },
    });
  }
}

/** Prints a whole line before it goes on, however soon it is killed. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function isStopped(): boolean {
  return isThere(stop);
}

function isThere(path: string): boolean {
  try {
    return statSync(path).isFile;
  } catch {
    return false;
  }
}

async function produce(): Promise<void> {
  for (let n = 0; !isStopped(); n++) {
    const path = `${directory}/${name}-${n}`;
    if (n % 3 === 0) await Deno.writeTextFile(path, contentsOf(n));
    else if (n % 3 === 1) Deno.writeTextFileSync(path, contentsOf(n));
    else {
      Deno.writeTextFileSync(`${path}.tmp`, contentsOf(n));
      Deno.renameSync(`${path}.tmp`, path);
    }
    say(`made ${name}-${n}`);
    // A large state would make checkpoints rare.
    if (dieAt === undefined) await delay(5);
  }
}

/** Reads what a producer makes, one file after the other, and removes most. */
async function consume(): Promise<void> {
  for (let n = 0; !isStopped(); n++) {
    const path = `${directory}/${producer}-${n}`;
    let text: string;
    try {
      text = n % 2
        ? await Deno.readTextFile(path)
        : Deno.readTextFileSync(path);
    } catch (error) {
      return say(`ended ${n} ${(error as Error).name}`);
    }
    if (text !== contentsOf(n)) return say(`wrong ${path} ${text}`);
    if (n % 50 === 0) continue;
    say(`removing ${producer}-${n}`);
    Deno.removeSync(path);
  }
}

/** Writes one file in two parts, the second one when it is told to go on. */
async function write(): Promise<void> {
  const file = Deno.createSync(`${directory}/${name}-held`);
  file.writeSync(new TextEncoder().encode("first "));
  say("wrote");
  while (!isThere(`${directory}/go`)) await delay(20);
  file.writeSync(new TextEncoder().encode("second"));
  file.close();
  say("closed");
}

/** Reads that file to its end. */
async function read(): Promise<void> {
  const file = await Deno.open(`${directory}/${producer}-held`);
  say("opened");
  const text = await new Response(file.readable).text();
  say(`read ${text}`);
}

function contentsOf(n: number): string {
  return `${n}:`.padEnd(100, "x");
}

say("joined");
const roles: Record<string, () => Promise<void>> = {
  produce,
  consume,
  write,
  read,
};
await roles[role]();
workspace.leave(false);
say("left");
