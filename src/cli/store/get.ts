import { abortable } from "@std/async";
import { TerminalProgressBar } from "../../events/mod.ts";
import { StoreProgressManager } from "../../store/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  UsageError,
} from "../command/mod.ts";
import { open } from "./arguments.ts";

const OPTIONS = {
  output: { type: "string", short: "o" },
  range: { type: "string" },
  metadata: { type: "boolean" },
} as const;

const BUFFER_BYTES = 262_144;

/** `sluice store get`: the bytes of a key, or some of them. */
export const get: Command = {
  name: "get",
  summary: "Print the bytes of a key",
  help: `Usage: sluice store get [OPTIONS] URL KEY

Options:
  -o, --output FILE      Write the bytes to a file instead of standard output
      --range START-END  Only the bytes from index START to before index END,
                         either of which may be left out
      --metadata         Print the metadata as JSON, no bytes

Example:
  sluice store get --range 0-1000 https://example.com/data/ flights.csv`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL", "KEY"]);
    const [url, key] = positionals;
    assertNoMore(positionals, 2);
    const [start, end] = parseRange(values.range ?? "-");
    await using store = await open(url, signal);
    const value = await store.get(key, { signal });
    if (values.metadata) {
      console.log(JSON.stringify(value.metadata));
      return 0;
    }
    using _bar = new TerminalProgressBar(store.eventManager);
    const progress = new StoreProgressManager(store.eventManager, {
      message: `Getting ${JSON.stringify(key)}`,
      steps: Math.max(0, Math.min(end, value.size) - start),
      source: store,
      key,
    });
    const data = value.range(start, end, { signal });
    const reported = bufferIterator(data, { progress, signal });
    await progress.run(() => write(reported, values.output, signal));
    return 0;
  },
};

async function write(
  data: ReadableStream<Uint8Array>,
  path: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) return await copy(data, Deno.stdout, signal);
  using file = await Deno.create(path);
  await copy(data, file, signal);
}

/** Copies through one buffer: new ones for all of a large value pile up. */
async function copy(
  data: ReadableStream<Uint8Array>,
  to: { write(bytes: Uint8Array): Promise<number> },
  signal: AbortSignal,
): Promise<void> {
  const reader = data.getReader({ mode: "byob" });
  let buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (;;) {
      const { done, value } = await reader.read(buffer);
      if (done) return;
      for (let rest = value; rest.length > 0;) {
        // Who reads the output may have stopped to.
        const count = await abortable(to.write(rest), signal);
        rest = rest.subarray(count);
      }
      buffer = new Uint8Array(value.buffer);
    }
  } catch (error) {
    await reader.cancel(error);
    // Whoever reads the output has seen enough of it.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function parseRange(text: string): [start: number, end: number] {
  const [, start, end] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  const range = [Number(start || 0), end ? Number(end) : Infinity] as const;
  if (start !== undefined && range[0] <= range[1]) return [...range];
  throw new UsageError(`--range must be START-END, found "${text}"`);
}
