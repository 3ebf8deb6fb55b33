import { TerminalProgressBar } from "../../events/mod.ts";
import type { Metadata, SetOptions, Store } from "../../store/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  UsageError,
} from "../command/mod.ts";
import { openToWrite } from "./arguments.ts";

const OPTIONS = { metadata: { type: "string" } } as const;

/** `sluice store set`: stores a new value under a key. */
export const set: Command = {
  name: "set",
  summary: "Store a file, or standard input, under a key",
  help: `Usage: sluice store set [OPTIONS] URL KEY [FILE]

Stores the bytes of FILE, or of standard input if FILE is "-" or left out. The
key keeps its old value until all bytes have come. The store is made if there is
none.

Options:
      --metadata JSON  A JSON object to store with the bytes (default: {})

Example:
  zcat flights.csv.gz | sluice store set sqlite:results.db flights`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL", "KEY"]);
    const [url, key, path = "-"] = positionals;
    assertNoMore(positionals, 3);
    const metadata = parseMetadata(values.metadata ?? "{}");
    using file = path === "-" ? undefined : await Deno.open(path);
    await using store = await openToWrite(url, signal);
    using _bar = new TerminalProgressBar(store.eventManager);
    await setFrom(file, store, key, metadata, { signal });
    return 0;
  },
};

async function setFrom(
  file: Deno.FsFile | undefined,
  store: Store,
  key: string,
  metadata: Metadata,
  options: SetOptions,
): Promise<void> {
  const data = file ?? Deno.stdin.readable;
  const stat = await file?.stat();
  const size = stat?.isFile ? stat.size : undefined;
  await store.set(key, { data, metadata, size }, options);
}

function parseMetadata(text: string): Metadata {
  const metadata = parseJson(text);
  if (typeof metadata === "object" && metadata !== null) {
    if (!Array.isArray(metadata)) return metadata as Metadata;
  }
  throw new UsageError(`"--metadata" must be a JSON object, found "${text}"`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
