/**
 * The page on which a workflow is watched in a browser. No step needs it.
 *
 * @module
 */
export type { WorkflowOutcome } from "./page_model.ts";
export type { StepEnd } from "./step_reports.ts";
export {
  serveWorkflowPage,
  type WorkflowPage,
  type WorkflowPageOptions,
} from "./workflow_page.ts";
