import { isAbsolute, join, resolve } from "@std/path";
import { CapioWorkspace } from "../../capio/mod.ts";
import {
  READ_AVAILABLE,
  readsAvailable,
  writeAll,
} from "../../internal/mod.ts";
import {
  type Command,
  parseArguments,
  ShownBytes,
  UsageError,
} from "../command/mod.ts";
import { leave } from "./running/mod.ts";
import { MEMBER_HELP, MEMBER_OPTIONS, memberOptions } from "./arguments/mod.ts";

/** Bytes that are read at once. */
const BUFFER_BYTES = 256 * 1024;

/** `sluice cat`: files of a workflow on standard output, as they are written. */
export const cat: Command = {
  name: "cat",
  summary: "Print files of a workflow as they are written",
  help: `Usage: sluice cat [OPTIONS] PATH...

Prints files of a workflow one after the other, each as it is written, and ends
when they are finished: a reader for a shell pipeline. PATH is relative to the
directory of the workflow.

Options:
${MEMBER_HELP}

The exit code is 1 when a writer ended before its file was finished, after what
it has written. A program that reads no further ends the command without an
error.

Example:
  sluice cat --capio-dir data flights.csv | wc -l`,
  async run(args, signal) {
    const { values, positionals } = parseArguments({
      args,
      options: MEMBER_OPTIONS,
      allowPositionals: true,
    });
    if (positionals.length === 0) throw new UsageError("PATH is missing");
    const options = memberOptions(values);
    const workspace = await CapioWorkspace.join({ ...options, signal });
    let isFailed = true;
    try {
      for (const path of positionals) {
        const full = pathIn(options.capioDir, path);
        try {
          if (!await print(workspace, full)) break;
        } catch (error) {
          throw explained(error, path);
        }
      }
      isFailed = false;
    } finally {
      await leave(workspace, isFailed, signal);
    }
    return 0;
  },
};

/** Returns where a path lies that stands for a file of the workflow. */
function pathIn(capioDir: string, path: string): string {
  const full = isAbsolute(path) ? path : join(capioDir, path);
  const isInside = [resolve(capioDir), Deno.realPathSync(capioDir)]
    .some((it) => resolve(full).startsWith(join(it, "/")));
  if (isInside) return full;
  throw new Error(`Cannot print "${path}": it must lie in "${capioDir}"`);
}

/** Returns whether standard output takes more. */
async function print(
  workspace: CapioWorkspace,
  path: string,
): Promise<boolean> {
  using file = await workspace.fs.open(path);
  const shown = new ShownBytes();
  const buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (;;) {
      const count = readsAvailable(file)
        ? await file[READ_AVAILABLE](buffer)
        : await file.read(buffer);
      if (count === null) break;
      await writeAll(Deno.stdout, shown.next(buffer.subarray(0, count)));
    }
    await writeAll(Deno.stdout, shown.rest());
    return true;
  } catch (error) {
    // The reader of the output has enough, as in "... | head".
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}

function explained(error: unknown, given: string): unknown {
  const refuse = (why: string) =>
    new Error(`Cannot print "${given}": ${why}`, { cause: error });
  if (error instanceof Deno.errors.IsADirectory) {
    return refuse("it is a directory");
  }
  return error instanceof Deno.errors.NotFound
    ? refuse("there is no such file")
    : error;
}
