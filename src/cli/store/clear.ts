import { assertNoMore, type Command, parse, settle } from "../command/mod.ts";
import { openToWrite } from "./arguments.ts";

/** `sluice store clear`: deletes all keys. */
export const clear: Command = {
  name: "clear",
  summary: "Delete all keys",
  help: `Usage: sluice store clear URL

Deletes all keys with their values, and says how many they were. In an SQLite
database that is one transaction: when it is interrupted, all keys stay.

Example:
  sluice store clear sqlite:results.db`,
  async run(args, signal) {
    const { positionals } = parse(args, {}, ["URL"]);
    assertNoMore(positionals, 1);
    const [url] = positionals;
    await using store = await openToWrite(url, signal, { create: false });
    const count = await store.clear({ signal });
    console.log(count === 1 ? "1 key deleted" : `${count} keys deleted`);
    settle(signal);
    return 0;
  },
};
