/**
 * A process's membership in a workflow: joining and leaving, moving committed
 * files into place, finding out which members died, and what a reader waits for.
 *
 * @module
 */
export { resolveMemoryDirectory } from "./memory_directory.ts";
export { missingForCommit } from "./missing.ts";
export * from "./recover.ts";
export * from "./readiness.ts";
export * from "./spools.ts";
export * from "./size_warnings.ts";
export { unknownFormat } from "./stale_run.ts";
export * from "./workflow.ts";
export * from "./workflow_folder.ts";
