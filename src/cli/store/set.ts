import { TerminalProgressBar } from "../../events/mod.ts";
import type { Metadata, Store } from "../../store/mod.ts";
import {
  assertNoMore,
  type Command,
  decide,
  lastLook,
  parse,
  settle,
  UsageError,
} from "../command/mod.ts";
import { openToWrite, parseJson } from "./arguments.ts";

const OPTIONS = { metadata: { type: "string" } } as const;

/** `sluice store set`: stores a new value under a key. */
export const set: Command = {
  name: "set",
  summary: "Store a file, or standard input, under a key",
  help: `Usage: sluice store set [OPTIONS] URL KEY [FILE]

Stores the bytes of FILE, or of standard input if FILE is "-" or left out. The
key keeps its old value until all bytes have come, and when Ctrl-C or SIGTERM
comes before. The exit code is 0 if the value was stored, and no other time. The
store is made if there is none.

Options:
      --metadata JSON  A JSON object to store with the bytes (default: {}).
                       A number that would be rounded is refused: make it a
                       string

Example:
  zcat flights.csv.gz | sluice store set sqlite:results.db flights`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL", "KEY"]);
    const [url, key, path = "-"] = positionals;
    assertNoMore(positionals, 3);
    const metadata = parseMetadata(values.metadata ?? "{}");
    if (url === "memory:") {
      throw new UsageError(
        'URL must be that of a store that stays, found "memory:"',
      );
    }
    using file = path === "-" ? undefined : await Deno.open(path);
    await using store = await openToWrite(url, signal);
    using _bar = new TerminalProgressBar(store.eventManager);
    await setFrom(file, store, key, metadata, signal);
    settle(signal);
    return 0;
  },
};

async function setFrom(
  file: Deno.FsFile | undefined,
  store: Store,
  key: string,
  metadata: Metadata,
  signal: AbortSignal,
): Promise<void> {
  const stat = await file?.stat();
  if (file && stat?.isFile) {
    const { size } = stat;
    decide(signal);
    return await store.set(key, { data: file, metadata, size }, { signal });
  }
  // A pipe by its name ends with its producer, too.
  const data = withLastLook(file ?? Deno.stdin, signal);
  await store.set(key, { data, metadata }, { signal });
}

/** Reads what a producer writes, which may have ended because of a signal. */
function withLastLook(
  input: Pick<Deno.FsFile, "read">,
  signal: AbortSignal,
): Pick<Deno.FsFile, "read"> {
  return {
    async read(into) {
      const count = await input.read(into);
      if (count === null) {
        await lastLook(signal);
        decide(signal);
      }
      return count;
    },
  };
}

function parseMetadata(text: string): Metadata {
  const metadata = parseJson(text, "metadata", undefined);
  if (typeof metadata === "object" && metadata !== null) {
    if (!Array.isArray(metadata)) return metadata as Metadata;
  }
  throw new UsageError(`"--metadata" must be a JSON object, found "${text}"`);
}
