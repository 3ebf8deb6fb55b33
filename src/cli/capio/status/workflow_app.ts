/** The name under which `sluice workflow` itself takes part in a workflow. */
export const WORKFLOW_APP = "sluice workflow";
