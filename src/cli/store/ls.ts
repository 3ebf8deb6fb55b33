import type { ReadOnlyStore } from "../../store/mod.ts";
import { assertNoMore, type Command, parse } from "../command/mod.ts";
import { open, printable, READING_OPTIONS, tellDamaged } from "./arguments.ts";

const OPTIONS = {
  ...READING_OPTIONS,
  long: { type: "boolean", short: "l" },
} as const;

/** `sluice store ls`: lists the keys of a store. */
export const ls: Command = {
  name: "ls",
  summary: "List the keys that match a pattern",
  help: `Usage: sluice store ls [OPTIONS] URL [PATTERN]

Lists the keys that match PATTERN, or all keys, one a line and in no particular
order. In PATTERN "*" stands for any characters, slashes too, "?" for one
character, "[a-c]" for one of these and "[!a-c]" for one of all others. A key
that needs more than a line is printed as a JSON string.

Options:
  -l, --long      Print the size in bytes and the time of the last change too
      --no-index  The web server has no index.json: do not ask for it

Example:
  sluice store ls file:results "*.csv" | sort`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL"]);
    const [url, pattern = "*"] = positionals;
    assertNoMore(positionals, 2);
    await using store = await open(url, values, signal);
    for await (const key of store.glob(pattern, { signal })) {
      const line = values.long
        ? await longLine(store, key, signal)
        : printable(key);
      console.log(line);
    }
    await tellDamaged(store);
    return 0;
  },
};

async function longLine(
  store: ReadOnlyStore,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const { size, modified } = await store.get(key, { signal });
  const time = modified?.toISOString() ?? "-";
  return `${String(size).padStart(12)}  ${time.padEnd(24)}  ${printable(key)}`;
}
