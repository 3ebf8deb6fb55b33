import type { JsonValue } from "../../store/mod.ts";
import { type Command, jsonLine, parse, UsageError } from "../command/mod.ts";
import { open, parseJson, READING_OPTIONS, tellDamaged } from "./arguments.ts";

const OPTIONS = { ...READING_OPTIONS, select: { type: "string" } } as const;

/** `sluice store query`: finds keys by their metadata. */
export const query: Command = {
  name: "query",
  summary: "Find keys by their metadata",
  help: `Usage: sluice store query [OPTIONS] URL [NAME=VALUE ...]

Prints the keys whose metadata has every NAME with an equal VALUE, one JSON
object a line: {"key": ..., "metadata": {...}}. A VALUE that is not JSON is a
string; a number that would be rounded is refused.

Options:
      --select NAMES  Only print these names of the metadata, separated by
                      commas
      --no-index      The web server has no index.json: do not ask for it

Example:
  sluice store query sqlite:results.db year=2024 'tags=["a","b"]' --select year`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["URL"]);
    const [url, ...conditions] = positionals;
    const match = Object.fromEntries(conditions.map(parseCondition));
    const select = values.select?.split(",");
    await using store = await open(url, values, signal);
    for await (
      const [key, metadata] of store.query(match, select, { signal })
    ) {
      console.log(jsonLine({ key, metadata }));
    }
    await tellDamaged(store);
    return 0;
  },
};

function parseCondition(text: string): [name: string, value: JsonValue] {
  const at = text.indexOf("=");
  if (at > 0) {
    const name = text.slice(0, at);
    const value = text.slice(at + 1);
    return [name, parseJson(value, name, value) as JsonValue];
  }
  throw new UsageError(`"NAME=VALUE" must contain "=", found "${text}"`);
}
