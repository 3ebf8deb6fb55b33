import { type Command, commandGroup } from "../command/mod.ts";
import { mirror } from "./mirror.ts";
import { serve } from "./serve.ts";
import { tail } from "./tail.ts";

/** `sluice lines`: shows the output of programs elsewhere. */
export const lines: Command = commandGroup({
  name: "lines",
  summary: "Watch the output of programs from elsewhere, or in a browser",
  details: `Example:
  sluice lines serve --maxlen 1000 &
  some-program 2>&1 | sluice lines mirror http://localhost:5000/sync-stream
  sluice lines tail http://localhost:5000/sync-stream`,
  commands: [serve, mirror, tail],
});
