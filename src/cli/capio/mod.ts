/**
 * The commands that run and watch workflows.
 *
 * @module
 */
export { cat } from "./cat.ts";
export { exec } from "./exec.ts";
export { recover } from "./recover.ts";
export { run } from "./run.ts";
export { status } from "./status.ts";
export { workflow } from "./workflow.ts";
