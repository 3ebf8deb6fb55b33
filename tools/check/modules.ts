import type { MayImport } from "./import_rules.ts";

/**
 * `cli -> capio, lines, tstorage, store -> events -> streams -> internal` and
 * `cli, capio, store -> nats -> internal`, of which these arrows are in use.
 */
export const MAY_IMPORT: MayImport = {
  cli: [
    "capio",
    "lines",
    "tstorage",
    "store",
    "events",
    "streams",
    "nats",
    "internal",
  ],
  capio: ["streams", "nats", "internal"],
  lines: ["streams", "internal"],
  tstorage: ["streams", "internal"],
  store: ["events", "streams", "nats", "internal"],
  events: ["internal"],
  streams: ["internal"],
  nats: ["internal"],
  internal: [],
};

/**
 * Files that are imported past the door of their module, from where every import
 * counts: they import nothing, and the door would load all of the module.
 */
export const SIDE_DOORS: readonly string[] = ["src/capio/launch/deno_run.ts"];
