/**
 * Puts a CAPIO context in force for a whole program that knows nothing of it:
 *
 * ```sh
 * CAPIO_DIR=data CAPIO_APP_NAME=reader deno run \
 *   --preload=jsr:@sluice/sluice/preload \
 *   --allow-read=data --allow-write=data \
 *   --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL script.ts
 * ```
 *
 * @module
 */
import { enterCapio } from "./context.ts";

try {
  const session = enterCapio({ scope: "process" });
  // A process that dies without this event is found out by its lock.
  addEventListener("unload", () => session.leave(Deno.exitCode !== 0));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`sluice: ${message.split("\n", 1)[0]}`);
  Deno.exit(1);
}
