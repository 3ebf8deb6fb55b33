/**
 * JSON that a schema describes: everything that is wrong in a text is named at
 * once, each with its line and column.
 *
 * @module
 */
export * from "./capio_cl_error.ts";
export * from "./checked_json.ts";
export * from "./found.ts";
export * from "./json_scan.ts";
export * from "./members.ts";
export * from "./schema.ts";
