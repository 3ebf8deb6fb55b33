/**
 * Runs a whole program, which knows nothing of it, inside a CAPIO context:
 *
 * ```sh
 * CAPIO_DIR=data CAPIO_APP_NAME=reader deno run \
 *   --preload=jsr:@sluice/sluice/preload \
 *   --allow-read=data --allow-write=data \
 *   --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL script.ts
 * ```
 *
 * `CAPIO_OPEN_TIMEOUT_SECONDS`, when it is set and allowed as well, limits the
 * wait for a file that no rule names, without a CAPIO-CL graph; with 0 a program
 * that tries whether a file exists is answered at once. `CAPIO_PARTIAL_READS=1`,
 * in the same way, is for a program that is made for growing files: its reads
 * into a buffer return as soon as there is a byte. `CAPIO_SILENT=1` tells no long
 * wait on standard error, `CAPIO_SILENT=0` each. `CAPIO_SHARED=group` shares the
 * workflow with the group of its directory. `CAPIO_MACHINE` is the name of this
 * machine in a workflow on several; the program waits for its agent.
 * `CAPIO_MEMORY_DIR` names the directory for files in memory; the program needs
 * the permission to read and write it.
 *
 * The program leaves the workflow after all that it does at its end, in the
 * listeners of `unload` and of Node's `exit`. With an exit code other than 0 it
 * has failed. Without a listener being run, which is so after an uncaught error
 * and a signal, it counts as killed.
 *
 * The workers that the program starts, or a library in it, are members of their
 * own: this module is the first that they import. A worker leaves with
 * `self.close()`, `Deno.exit()` or `process.exit()`, whatever the code, or with
 * its program. A worker that the program terminates, or that an error ends, has
 * finished what it has closed; if it has a file open for writing, it counts as
 * killed, and its uncommitted files are lost to their readers. If the program has
 * terminated a worker that is no member or does not stop, the uncommitted files
 * of all workers that run when the program ends are lost too.
 *
 * A worker of `node:worker_threads` leaves in the same ways and when it ends by
 * itself, as failed with an exit code other than 0; one that runs and has a file
 * open when the program ends counts as killed.
 *
 * @module
 */
import "./deno_version.ts";
import { joinWithProgram } from "./whole_program.ts";

// What runs from here on is no part of this module: for the first error V8
// parses every function on the stack again, and that of a module is all of it.
joinWithProgram(import.meta.url);
