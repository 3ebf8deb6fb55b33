import { type Command, parse, settle } from "../command/mod.ts";
import { openToWrite, printable } from "./arguments.ts";

/** `sluice store rm`: deletes keys. */
export const rm: Command = {
  name: "rm",
  summary: "Delete keys",
  help: `Usage: sluice store rm URL KEY [KEY ...]

Deletes each KEY with its value. The exit code is 1 if the store has not all of
them.

Example:
  sluice store rm file:results flights`,
  async run(args, signal) {
    const { positionals } = parse(args, {}, ["URL", "KEY"]);
    const [url, ...keys] = positionals;
    await using store = await openToWrite(url, signal, { create: false });
    let code: 0 | 1 = 0;
    for (const key of keys) {
      if (await store.delete(key, { signal })) continue;
      console.error(`sluice store: there is no key ${printable(key)}`);
      code = 1;
    }
    settle(signal, code);
    return code;
  },
};
