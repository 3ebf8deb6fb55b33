import { TerminalProgressBar } from "../../events/mod.ts";
import { assertNoMore, type Command, parse } from "../command/mod.ts";
import { open, openToWrite, tellDamaged } from "./arguments.ts";

const OPTIONS = { key: { type: "string" } } as const;

/** `sluice store cp`: copies values from one store to another. */
export const cp: Command = {
  name: "cp",
  summary: "Copy keys from one store to another",
  help: `Usage: sluice store cp [OPTIONS] FROM TO [PATTERN]

Copies the keys that match PATTERN (see "sluice store ls --help"), or all of
them, from the store FROM to the store TO, which is made if there is none.

Options:
      --key KEY  Only copy this key; a web server needs no index for that

Example:
  sluice store cp https://example.com/data/ file:data --key flights.csv`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["FROM", "TO"]);
    const [fromUrl, toUrl, pattern = "*"] = positionals;
    assertNoMore(positionals, values.key === undefined ? 3 : 2);
    await using from = await open(fromUrl, signal);
    await using to = await openToWrite(toUrl, signal);
    using _bar = new TerminalProgressBar(to.eventManager);
    const keys = values.key === undefined
      ? from.glob(pattern, { signal })
      : [values.key];
    for await (const key of keys) {
      const value = from.get(key, { signal });
      await to.set(key, value, { signal });
    }
    if (values.key === undefined) await tellDamaged(from);
    return 0;
  },
};
