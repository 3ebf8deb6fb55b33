import { NatsStore } from "../../store/mod.ts";
import { shownUrl } from "../../internal/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  settle,
  UsageError,
} from "../command/mod.ts";
import { openToWrite } from "./arguments.ts";

/** `sluice store sweep`: removes bytes that no value has. */
export const sweep: Command = {
  name: "sweep",
  summary: "Remove what killed programs have left in a bucket of NATS",
  help: `Usage: sluice store sweep [--older-than SECONDS] URL

Removes the bytes of values that programs were storing when they were killed,
and says of how many values. No value that is there changes.

Options:
  --older-than SECONDS   leave what is younger: it may belong to a value that is
                         being stored (default: 3600)

A login may stand in $SLUICE_NATS_URL, with nats://USER:PASSWORD@HOST:PORT.

Example:
  sluice store sweep nats://localhost:4222/results`,
  async run(args, signal) {
    const { values, positionals } = parse(
      args,
      { "older-than": { type: "string", default: "3600" } },
      ["URL"],
    );
    assertNoMore(positionals, 1);
    const [url] = positionals;
    const olderThan = milliseconds(values["older-than"]);
    await using store = await openToWrite(url, signal, { create: false });
    if (!(store instanceof NatsStore)) {
      throw new UsageError(
        `Cannot sweep "${shownUrl(url)}": only a bucket of NATS needs it`,
      );
    }
    const count = await store.sweep({ olderThan });
    console.log(`${count} unfinished value${count === 1 ? "" : "s"} removed`);
    settle(signal);
    return 0;
  },
};

function milliseconds(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  throw new UsageError(
    `"--older-than" must be a number of seconds, found "${text}"`,
  );
}
