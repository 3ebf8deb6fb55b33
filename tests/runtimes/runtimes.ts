import { fromFileUrl } from "@std/path";
import { PORTABLE_TESTS } from "./portable_tests.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const EVERY_MODULE = "tests/runtimes/_every_module.ts";

/** The packages of npm, and the arguments with which they run a module of tests. */
const RUNTIMES = {
  node: {
    package: "node@24",
    args: ["--import", "./tests/runtimes/node_hooks.ts"],
  },
  bun: {
    package: "bun@1.4.5",
    args: [
      "--no-install",
      "--tsconfig-override",
      "tests/runtimes/bun.tsconfig.json",
    ],
  },
} as const;

const LONGEST_MILLISECONDS = { piped: 120_000, inherit: 1_800_000 } as const;

/** A runtime that is not Deno. */
export type Runtime = keyof typeof RUNTIMES;

/** The program that uses each module once. */
export function everyModule(runtime: Runtime): Deno.Command {
  return command(runtime, [EVERY_MODULE]);
}

/** The tests of what needs no Deno, in the runner of Node.js. */
export function portableTests(): Deno.Command {
  const files = PORTABLE_TESTS.map((path) => `tests/${path}`);
  // A file after the other in one process: each would load all modules.
  return command("node", [
    "--test",
    "--test-isolation=none",
    "--test-force-exit",
    "--test-timeout=120000",
    ...files,
  ], "inherit");
}

/** Returns whether a runtime can be had: npm may be out of reach. */
export async function isAvailable(runtime: Runtime): Promise<boolean> {
  try {
    const { success } = await npx(runtime, ["--version"]).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function command(
  runtime: Runtime,
  args: readonly string[],
  output: "piped" | "inherit" = "piped",
): Deno.Command {
  return npx(runtime, [...RUNTIMES[runtime].args, ...args], output);
}

function npx(
  runtime: Runtime,
  args: readonly string[],
  output: "piped" | "inherit" = "piped",
): Deno.Command {
  return new Deno.Command("npx", {
    args: ["-y", "--prefer-offline", RUNTIMES[runtime].package, ...args],
    cwd: root,
    stdin: "null",
    stdout: output,
    stderr: output,
    // npm waits for minutes for a registry that does not answer.
    signal: AbortSignal.timeout(LONGEST_MILLISECONDS[output]),
    env: { NO_COLOR: "1" },
  });
}

if (import.meta.main) {
  const { success } = await portableTests().output();
  Deno.exit(success ? 0 : 1);
}
