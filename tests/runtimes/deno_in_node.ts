/**
 * The part of `Deno` that tests use, in Node.js and Bun: `hooks.ts` gives it to
 * the modules under `tests/`, and to no other. The product sees no `Deno`.
 *
 * A test that asks for another part, or for what the product says needs Deno, is
 * skipped, with that as the reason.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import process from "node:process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { denoErrors, inspect } from "../../src/internal/mod.ts";
import { NOT_PORTABLE } from "./portable_tests.ts";
import { serve, serveHosts } from "./serve_in_node.ts";

/** What a test is skipped for. */
class NeedsDeno extends Error {}

/** A test in one of the forms that `Deno.test` takes. */
interface Definition {
  readonly name: string;
  readonly ignore?: boolean;
  readonly fn: Body;
}

type Body = (t: { step: typeof step }) => void | Promise<void>;

/** The part of the context of `node:test` that is needed. */
interface NodeContext {
  skip(reason: string): void;
}

function define(name: string | Definition, body?: Body | object, fn?: Body) {
  if (typeof name === "object") return register(name);
  register({ name, ...body, fn: fn ?? body as Body });
}

function register({ name, ignore, fn }: Definition): void {
  const skip = NOT_PORTABLE[name] ?? ignore;
  test(name, { skip }, async (t: NodeContext) => {
    try {
      await fn({ step });
    } catch (error) {
      const reason = reasonToSkip(error);
      if (reason === undefined) throw error;
      t.skip(reason);
    }
  });
}

async function step(
  name: string | Definition,
  body?: Body,
): Promise<boolean> {
  const { ignore, fn } = typeof name === "object"
    ? name
    : { ignore: false, fn: body };
  if (!ignore) await fn?.({ step });
  return true;
}

function reasonToSkip(error: unknown): string | undefined {
  if (error instanceof NeedsDeno) return error.message;
  if (!(error instanceof Error)) return undefined;
  const { message, cause } = error;
  if (/^(?:Temporal|Worker) is not defined$/.test(message)) return message;
  if (cause !== undefined && isExpectation(error)) return reasonToSkip(cause);
  const isClear = error instanceof denoErrors.NotSupported &&
    / needs (?:Deno, found|Temporal, which) /.test(message);
  return isClear ? message : undefined;
}

/** Returns whether an error says that another one was expected. */
function isExpectation({ name }: Error): boolean {
  return name === "AssertionError";
}

/** Both forms of a function of `node:fs`. */
function both<Name extends string, Args extends unknown[], Result>(
  name: Name,
  sync: (...args: Args) => Result,
): Record<string, unknown> {
  return {
    [`${name}Sync`]: sync,
    // The promise is rejected by what is thrown.
    [name]: async (...args: Args) => await sync(...args),
  };
}

/** The part of a `Deno.FsFile` that a source of bytes needs. */
function openSync(path: string | URL, options: { write?: boolean } = {}) {
  const fd = fs.openSync(path, options.write ? "w+" : "r");
  let at = 0;
  const readSync = (into: Uint8Array): number | null => {
    const count = fs.readSync(fd, into, 0, into.length, at);
    at += count;
    return count || null;
  };
  const seekSync = (offset: number, whence: number): number =>
    at = offset + [0, at, fs.fstatSync(fd).size][whence];
  const close = () => fs.closeSync(fd);
  return {
    readSync,
    read: async (into: Uint8Array) => await readSync(into),
    seekSync,
    seek: async (...to: [number, number]) => await seekSync(...to),
    readable: new ReadableStream({
      type: "bytes",
      pull(controller) {
        const bytes = new Uint8Array(65_536);
        const count = readSync(bytes);
        if (count === null) return controller.close();
        controller.enqueue(bytes.subarray(0, count));
      },
    }, { highWaterMark: 0 }),
    statSync: () => infoOf(fs.fstatSync(fd)),
    close,
    [Symbol.dispose]: close,
  };
}

const PLATFORMS: Record<string, string> = { win32: "windows" };

const parts: Record<string, unknown> = {
  test: define,
  errors: denoErrors,
  inspect,
  args: [],
  build: { os: PLATFORMS[process.platform] ?? process.platform },
  env: {
    get: (name: string) => process.env[name],
    has: (name: string) => name in process.env,
  },
  cwd: () => process.cwd(),
  chdir: (path: string) => process.chdir(path),
  uid: () => process.getuid?.() ?? null,
  memoryUsage: () => process.memoryUsage(),
  SeekMode: { Start: 0, Current: 1, End: 2 },
  ...both("open", openSync),
  serve,
  ...both(
    "makeTempDir",
    (options: { prefix?: string } = {}) =>
      fs.mkdtempSync(join(tmpdir(), options.prefix ?? "test-")),
  ),
  ...both("makeTempFile", () => {
    const path = join(fs.mkdtempSync(join(tmpdir(), "test-")), "file");
    fs.writeFileSync(path, "");
    return path;
  }),
  ...both(
    "remove",
    (path: string, options: { recursive?: boolean } = {}) =>
      fs.rmSync(path, options),
  ),
  ...both("mkdir", fs.mkdirSync),
  ...both("symlink", fs.symlinkSync),
  ...both("chmod", fs.chmodSync),
  ...both("copyFile", fs.copyFileSync),
  ...both("truncate", fs.truncateSync),
  ...both("realPath", (path: string) => fs.realpathSync(path)),
  ...both(
    "readFile",
    (path: string | URL) => new Uint8Array(fs.readFileSync(path)),
  ),
  ...both(
    "readTextFile",
    (path: string | URL) => fs.readFileSync(path, "utf8"),
  ),
  ...both("writeFile", fs.writeFileSync),
  ...both("writeTextFile", fs.writeFileSync),
  ...both("stat", (path: string | URL) => infoOf(fs.statSync(path))),
  ...both("lstat", (path: string | URL) => infoOf(fs.lstatSync(path))),
  readDirSync: (path: string) => fs.readdirSync(path).map((name) => ({ name })),
};

function infoOf(stats: fs.Stats) {
  const { size, mtime, mode, ino, nlink } = stats;
  return {
    ...{ size, mtime, mode, ino, nlink },
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
  };
}

serveHosts();

// Only browsers and Deno have the events of a window.
if (!("addEventListener" in globalThis)) {
  Object.defineProperty(globalThis, "addEventListener", {
    value: (_type: "unload", listener: () => void) =>
      process.on("exit", listener),
  });
}

/** The name of `toHex` in the modules of tests: some runtimes lack it. */
export const TO_HEX: unique symbol = Symbol("toHex");

Object.defineProperty(Uint8Array.prototype, TO_HEX, {
  value(this: Uint8Array) {
    return Buffer.from(this).toString("hex");
  },
});

/** `Uint8Array.fromHex` in the modules of tests. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "hex"));
}

/** What `Deno` is in the modules of tests. */
export const DenoInNode: object = new Proxy(parts, {
  get(parts, name) {
    if (name in parts) return parts[String(name)];
    throw new NeedsDeno(`the test uses Deno.${String(name)}`);
  },
});
