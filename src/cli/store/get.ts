import { abortable } from "@std/async";
import { TerminalProgressBar } from "../../events/mod.ts";
import { recycledChunks, writeAll } from "../../internal/mod.ts";
import { StoreProgressManager } from "../../store/mod.ts";
import { bufferIterator } from "../../streams/mod.ts";
import {
  assertNoMore,
  type Command,
  jsonLine,
  parse,
  settle,
  ShownBytes,
  UsageError,
} from "../command/mod.ts";
import { open, readCurrent, READING_OPTIONS } from "./arguments.ts";

const OPTIONS = {
  ...READING_OPTIONS,
  output: { type: "string", short: "o" },
  range: { type: "string" },
  metadata: { type: "boolean" },
} as const;

const BUFFER_BYTES = 262_144;

/** `sluice store get`: prints the bytes of a key, or some of them. */
export const get: Command = {
  name: "get",
  summary: "Print the bytes of a key",
  help: `Usage: sluice store get [OPTIONS] URL KEY

On a terminal, control characters are printed as escapes such as \\x1b.

Options:
  -o, --output FILE      Write the bytes to a file instead of standard output
      --range START-END  Only the bytes from index START to before index END,
                         either of which may be left out
      --metadata         Print the metadata as JSON instead of the bytes
      --no-index         The web server has no index.json: do not ask for it

Example:
  sluice store get --range 0-1000 https://example.com/data/ flights.csv`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL", "KEY"]);
    const [url, key] = positionals;
    assertNoMore(positionals, 2);
    const [start, end] = parseRange(values.range ?? "-");
    await using store = await open(url, values, signal);
    if (values.metadata) {
      console.log(
        jsonLine(await store.getMetadata(key, undefined, { signal })),
      );
      return 0;
    }
    // A bar would stand between the bytes on one terminal.
    const isBeside = values.output === undefined && Deno.stdout.isTerminal();
    using _bar = isBeside
      ? undefined
      : new TerminalProgressBar(store.eventManager);
    let hasPrinted = false;
    const onBytes = () => hasPrinted = values.output === undefined;
    await readCurrent(async () => {
      const value = await store.get(key, { signal });
      const progress = new StoreProgressManager(store.eventManager, {
        message: `Getting ${JSON.stringify(key)}`,
        steps: Math.max(0, Math.min(end, value.size) - start),
        source: store,
        key,
      });
      const data = value.range(start, end, { signal });
      const reported = bufferIterator(data, { progress, signal });
      const to = { path: values.output, onBytes };
      await progress.run(() => write(reported, to, signal));
    }, () => !hasPrinted);
    settle(signal);
    return 0;
  },
};

/** Where the bytes go, and what is told when some of them do. */
interface Output {
  readonly path: string | undefined;
  onBytes(): void;
}

async function write(
  data: ReadableStream<Uint8Array>,
  { path, onBytes }: Output,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) {
    const shown = new ShownBytes({ colors: false });
    return await copy(data, Deno.stdout, { onBytes, shown }, signal);
  }
  using file = await Deno.create(path);
  await copy(data, file, { onBytes }, signal);
}

/** Copies through one buffer: a new one for each chunk would pile up. */
async function copy(
  data: ReadableStream<Uint8Array>,
  to: Deno.FsFile | typeof Deno.stdout,
  { onBytes, shown }: Pick<Output, "onBytes"> & { readonly shown?: ShownBytes },
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of recycledChunks(data, BUFFER_BYTES)) {
      onBytes();
      // The reader of the output may have stopped without closing it.
      await abortable(writeAll(to, shown?.next(chunk) ?? chunk), signal);
    }
    if (shown) await abortable(writeAll(to, shown.rest()), signal);
  } catch (error) {
    // The reader of the output has enough, as in "... | head".
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    signal.throwIfAborted();
  }
}

function parseRange(text: string): [start: number, end: number] {
  const [, start, end] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  const range = [Number(start || 0), end ? Number(end) : Infinity] as const;
  if (start !== undefined && range[0] <= range[1]) return [...range];
  throw new UsageError(`"--range" must be START-END, found "${text}"`);
}
