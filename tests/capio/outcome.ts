import { assertEquals } from "@std/assert";
import { withCapio } from "../../src/capio/session/context.ts";
import type { CapioOptions } from "../../src/capio/session/options.ts";
import { TestDirectory } from "./step.ts";

/** Does something in a directory and returns what can be compared. */
export type Case = (dir: string) => unknown;

/** What every case finds in its directory. */
function furnish(dir: string): void {
  Deno.writeTextFileSync(`${dir}/real.txt`, "0123456789");
  Deno.mkdirSync(`${dir}/real`);
  Deno.mkdirSync(`${dir}/full/inner`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/full/inner/file.txt`, "inner");
  Deno.symlinkSync("real.txt", `${dir}/old-link`);
  Deno.symlinkSync("nothing", `${dir}/old-dangling`);
  Deno.symlinkSync("old-loop", `${dir}/old-loop`);
}

/** Runs a case outside and inside a context: the outcomes are the same. */
export async function assertSameInside(
  run: Case,
  options: Omit<CapioOptions, "capioDir"> = {},
): Promise<void> {
  const outside = await outcome(run, (fn) => fn());
  const inside = await outcome(
    run,
    (fn, capioDir) =>
      withCapio({ ...options, capioDir, openTimeoutSeconds: 0 }, fn),
  );
  assertEquals(inside, outside);
}

/** What a call says when it fails, in a case that makes several. */
export async function said(
  call: () => unknown,
  dir: string,
): Promise<string> {
  try {
    await call();
    return "done";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${error.name}: ${error.message}`.replaceAll(dir, "DIR");
  }
}

type Runner = (
  fn: () => Promise<unknown>,
  dir: string,
) => Promise<unknown>;

async function outcome(run: Case, runner: Runner): Promise<unknown> {
  using dir = new TestDirectory();
  furnish(dir.path);
  const seen = await runner(async () => {
    try {
      return { result: await run(dir.path) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return plainError(error, dir.path);
    }
  }, dir.path);
  // What is there afterwards is part of the outcome.
  return { seen, left: dir.list() };
}

/** What can be compared of an error, Node's properties among it. */
function plainError(error: Error, dir: string): Record<string, unknown> {
  const plain = (value: unknown) =>
    typeof value === "string" ? value.replaceAll(dir, "DIR") : value;
  const all = { ...error, name: error.name, message: error.message };
  const { name, message, ...rest } = all;
  const { code, errno, syscall, path, dest } = rest as Record<string, unknown>;
  const seen = { name, message, code, errno, syscall, path, dest };
  return Object.fromEntries(
    Object.entries(seen).map(([key, value]) => [key, plain(value)]),
  );
}
