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
 * ## node:fs
 *
 * The default exports of `node:fs` and `node:fs/promises` are replaced as well:
 * calls with a callback, with a promise and synchronous ones, file descriptors,
 * `FileHandle` and streams. Results and errors are Node's own. `require("fs")` and `process.getBuiltinModule("fs")`
 * give the same objects. A function that is imported by name is the one that the
 * property holds at the first import: behind a preload, or behind
 * `import "@sluice/sluice/preload"` in a worker, it is the replaced one; in a
 * program that enters a context later it is the original, because
 * `syncBuiltinESMExports` does nothing in Deno.
 *
 * A write stream that is destroyed before it has finished, whatever made it, and
 * a `writeFile` that fails, lose the file to its readers. A read into a buffer
 * fills it or meets the end of the finished file; a stream gets what is there.
 *
 * ## What is not replaced
 *
 * `Deno.chdir` and `process.chdir` enter a directory that was just made. Other
 * functions see the directory as it is on disk, where a new file or directory
 * appears at its commit: `Deno.Command` with its `cwd` and the programs that it
 * starts, `import`, sockets with a path and `Deno.openKv`, for instance.
 *
 * @module
 */
import "./runtime_check.ts";
export type { NatsOptions, NatsTlsOptions } from "../nats/mod.ts";
export { runAgent, type RunAgentOptions } from "./agent/mod.ts";
export {
  type AgentRun,
  type JetStreamBackend,
  type RunningAgent,
  startAgent,
  type StartAgentOptions,
} from "./backend/mod.ts";
export {
  type CapioClAlias,
  type CapioClApp,
  type CapioClCommitArguments,
  type CapioClCommitRule,
  type CapioClConfig,
  type CapioClEndpoint,
  CapioClEngine,
  type CapioClEngineOptions,
  CapioClError,
  type CapioClErrorOptions,
  type CapioClFireRule,
  type CapioClHomeNodePolicies,
  type CapioClProblem,
  type CapioClRule,
  type CapioClSettings,
  type CapioClStreamingRule,
  mergeCapioCl,
  parseCapioCl,
  type ParseCapioClOptions,
  parseCapioClSettings,
  serializeCapioCl,
} from "./cl/mod.ts";
export {
  type Program,
  type ProgramArgument,
  runProgram,
  type RunProgramOptions,
  type StartedProgram,
} from "./exec/mod.ts";
export * from "./launch/mod.ts";
export {
  learnCapioCl,
  type LearnCapioClOptions,
  type LearnedCapioCl,
  type LearnedChoice,
  type LearnedRule,
} from "./learn/mod.ts";
export {
  describeMachine,
  drawTimeline,
  type DrawTimelineOptions,
  type FileStatus,
  followWorkflow,
  type FollowWorkflowOptions,
  type ForgottenStatus,
  type HolderStatus,
  type MachineStatus,
  type MemberStatus,
  type ReadingStatus,
  type RewriteStatus,
  type SizedReadingStatus,
  type StaleReadStatus,
  type TimelineInterval,
  timelineIntervals,
  type TimelineIntervalsOptions,
  type WaitStatus,
  workflowNames,
  type WorkflowReads,
  type WorkflowStatus,
  workflowStatus,
  type WorkflowStatusOptions,
  type WorkflowWarning,
  workflowWarnings,
} from "./observe/mod.ts";
export {
  CapioError,
  type CapioErrorCode,
  type CapioErrorOptions,
  type FileSystemCalls,
  type ProgramStatus,
  sharedFileSystem,
} from "./platform/mod.ts";
export * from "./page/mod.ts";
export * from "./session/mod.ts";
export {
  publishSetAsideRun,
  type PublishSetAsideRunOptions,
  type SetAsideEntry,
  type SetAsideRun,
  setAsideRuns,
  type SetAsideRunsOptions,
} from "./recover/mod.ts";
