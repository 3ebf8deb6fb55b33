import { type Command, commandGroup } from "../command/mod.ts";
import { clear } from "./clear.ts";
import { cp } from "./cp.ts";
import { get } from "./get.ts";
import { ls } from "./ls.ts";
import { query } from "./query.ts";
import { rm } from "./rm.ts";
import { set } from "./set.ts";
import { sweep } from "./sweep.ts";

/** `sluice store`: reads and writes key-value stores. */
export const store: Command = commandGroup({
  name: "store",
  summary: "Read and write key-value stores of byte streams",
  details: `A store is given by its URL:
  file:DIRECTORY            values in files
  sqlite:DATABASE           values in an SQLite database
  nats://HOST:PORT/BUCKET   a bucket of NATS's object store
  http://HOST/, https://…   files of a web server, read-only; their keys can be
                            listed if it has an index.json of all metadata

On a terminal, an operation that takes longer than a second shows its progress.

Example:
  sluice store set file:results flights flights.csv --metadata '{"year":2024}'
  sluice store query file:results year=2024
  sluice store cp file:results sqlite:results.db`,
  commands: [get, set, ls, query, cp, rm, clear, sweep],
});
