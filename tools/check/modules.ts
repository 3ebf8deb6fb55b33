import type { MayImport } from "./import_rules.ts";

/**
 * `cli -> capio, lines, tstorage, store -> events -> streams -> internal`, of
 * which these arrows are in use.
 */
export const MAY_IMPORT: MayImport = {
  cli: ["capio", "lines", "tstorage", "store", "events", "streams", "internal"],
  capio: ["streams", "internal"],
  lines: ["streams", "internal"],
  tstorage: ["streams", "internal"],
  store: ["events", "streams", "internal"],
  events: ["internal"],
  streams: ["internal"],
  internal: [],
};
