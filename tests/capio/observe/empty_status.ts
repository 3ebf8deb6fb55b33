import type { WorkflowStatus } from "../../../src/capio/mod.ts";

/** The status of a workflow in which nothing has happened yet. */
export const EMPTY_STATUS: WorkflowStatus = {
  capioDir: "/data",
  workflowName: "flights",
  members: [],
  files: [],
  readings: [],
  waits: [],
  rewrites: [],
  passedOver: 0,
  checkedBy: "owner",
  staleReads: [],
  sizedReadings: [],
};
