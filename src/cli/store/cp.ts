import { TerminalProgressBar } from "../../events/mod.ts";
import type { Value } from "../../store/mod.ts";
import { assertNoMore, type Command, parse, settle } from "../command/mod.ts";
import {
  open,
  openToWrite,
  readCurrent,
  READING_OPTIONS,
  tellDamaged,
} from "./arguments.ts";

const OPTIONS = { ...READING_OPTIONS, key: { type: "string" } } as const;

/** `sluice store cp`: copies values from one store to another. */
export const cp: Command = {
  name: "cp",
  summary: "Copy keys from one store to another",
  help: `Usage: sluice store cp [OPTIONS] FROM TO [PATTERN]

Copies the keys that match PATTERN (see "sluice store ls --help"), or all of
them, from the store FROM to the store TO, which is made if there is none.

Options:
      --key KEY   Only copy this key; a web server needs no index for that
      --no-index  The web server has no index.json: do not ask for it

A web server that is busy, or loses the connection, is asked again, and no byte
that has come is asked for twice.

Example:
  sluice store cp https://example.com/data/ file:data --key flights.csv`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["FROM", "TO"]);
    const [fromUrl, toUrl, pattern = "*"] = positionals;
    assertNoMore(positionals, values.key === undefined ? 3 : 2);
    await using from = await open(fromUrl, values, signal);
    await using to = await openToWrite(toUrl, signal);
    using _bar = new TerminalProgressBar(to.eventManager);
    const keys = values.key === undefined
      ? from.glob(pattern, { signal })
      : [values.key];
    // Keys that are looked up, several at a time where that is quicker.
    const asked: string[] = [];
    const found = from.multiget(noted(keys, asked), { signal });
    for await (const value of found) {
      // A value belongs to the key that was asked for first.
      const key = asked.shift() ?? "";
      let first: Value | undefined = value;
      await readCurrent(async () => {
        const current = first ?? from.get(key, { signal });
        first = undefined;
        await to.set(key, current, { signal });
      });
    }
    if (values.key === undefined) await tellDamaged(from);
    settle(signal);
    return 0;
  },
};

async function* noted(
  keys: Iterable<string> | AsyncIterable<string>,
  notes: string[],
): AsyncGenerator<string> {
  for await (const key of keys) {
    notes.push(key);
    yield key;
  }
}
