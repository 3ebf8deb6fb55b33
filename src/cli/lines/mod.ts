import { type Command, commandGroup } from "../command/mod.ts";
import { mirror } from "./mirror.ts";
import { serve } from "./serve.ts";
import { tail } from "./tail.ts";

/** `sluice lines`: what programs print, seen from elsewhere. */
export const lines: Command = commandGroup({
  name: "lines",
  summary: "Watch what programs print, from other programs or in a browser",
  details: `Example:
  sluice lines serve --maxlen 1000 &
  some-program 2>&1 | sluice lines mirror http://localhost:5000/sync-stream
  sluice lines tail http://localhost:5000/sync-stream`,
  commands: [serve, mirror, tail],
});
