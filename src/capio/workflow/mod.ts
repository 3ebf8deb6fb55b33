/**
 * A process's membership in a workflow: joining and leaving, moving committed
 * files into place, finding out which members died, and what a reader waits for.
 *
 * @module
 */
export * from "./agent_member.ts";
export { AgentAbsence, awayTooLong, untilAgent } from "./agent_wait.ts";
export { resolveMemoryDirectory } from "./memory_directory.ts";
export { hasAgent, missingForCommit } from "./missing.ts";
export { checkPublication, moveIntoPlace } from "./move_into_place.ts";
export { conflictOf, nameReadiness } from "./name_claims.ts";
export * from "./readiness.ts";
export * from "./spools.ts";
export * from "./size_warnings.ts";
export { hasMembers, isSetAside } from "./set_aside.ts";
export { endMembers, unknownFormat } from "./stale_run.ts";
export * from "./workflow.ts";
export * from "./workflow_folder.ts";
export * from "./workflow_folders.ts";
