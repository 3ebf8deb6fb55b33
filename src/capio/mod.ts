/**
 * CAPIO: files that can be read while they are still being written.
 *
 * Inside a context, `Deno.open` and its siblings wait for bytes that another
 * process is still writing, and report the end of a file only when it is
 * committed. The programs themselves stay as they are.
 *
 * @example Read a file that another step is writing
 * ```ts no-eval
 * import { withCapio } from "@sluice/sluice/capio";
 *
 * await withCapio({ capioDir: "data", appName: "reader" }, async () => {
 *   using file = await Deno.open("data/out.csv");
 *   for await (const chunk of file.readable) console.log(chunk.length);
 * });
 * ```
 *
 * @module
 */
export * from "./capio_path.ts";
export * from "./capio_workspace.ts";
export * from "./cl/mod.ts";
export * from "./context.ts";
export * from "./error.ts";
export * from "./launch.ts";
export {
  followWorkflow,
  type FollowWorkflowOptions,
  workflowStatus,
} from "./observer.ts";
export type { CapioOptions } from "./options.ts";
export { capioClRule } from "./rule_scope.ts";
export {
  type FileStatus,
  type MemberStatus,
  type ReadingStatus,
  type WaitStatus,
  type WorkflowStatus,
} from "./status.ts";
export * from "./timeline.ts";
export * from "./timeline_intervals.ts";
export * from "./workflow_plan.ts";
