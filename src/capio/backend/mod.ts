/**
 * What stands behind a workflow on several machines: the agent of this machine
 * as a process that is started again when it dies, and the server that a program
 * may start for itself. All but the types is loaded when it is used.
 *
 * @module
 */
export type * from "./backend_options.ts";
export { startAgent } from "./start_agent.ts";
export { startBackend } from "./start_backend.ts";
