/**
 * The status of a workflow, as lines and as a page.
 *
 * @module
 */
export * from "./page_option.ts";
export * from "./status_lines.ts";
export * from "./workflow_app.ts";
