import { assertEquals } from "@std/assert";
import { endedBothSides } from "./ended.ts";

/** Programs in which a library does something at the end. */
const PROGRAMS = {
  "signal-exit": "signal_exit.ts",
  "signal-exit 3": "signal_exit_3.ts",
  "exit-hook": "exit_hook.ts",
  "async-exit-hook": "async_exit_hook.ts",
  "node-cleanup": "node_cleanup.ts",
  "when-exit": "when_exit.ts",
  "pino": "pino.ts",
  "pino that is flushed at the end": "pino_flushed.ts",
  "write-file-atomic, which removes what it began": "write_file_atomic.ts",
  "proper-lockfile, which unlocks": "proper_lockfile.ts",
  "lockfile, which unlocks": "lockfile.ts",
  "tmp, which removes what it made": "tmp.ts",
};

const ENDS = [
  "its natural end",
  "process.exit",
  "Deno.exit",
  "Deno.exit in an exit listener",
];

for (const [library, program] of Object.entries(PROGRAMS)) {
  for (const how of ENDS) {
    Deno.test(`a program with ${library} leaves what it leaves outside after ${how}`, async () => {
      const module = import.meta.resolve(`./exit_hooks/${program}`);
      const [outside, inside] = await endedBothSides(`import "${module}";`, {
        args: [how],
      });
      assertEquals(inside, outside);
      assertEquals([outside.code, outside.complaint], [0, ""]);
    });
  }
}
