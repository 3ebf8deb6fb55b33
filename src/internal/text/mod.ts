/**
 * Texts: as bytes, as exact JSON, on a terminal, and matched by patterns.
 *
 * @module
 */
export * from "./encode_text.ts";
export * from "./exact_json.ts";
export * from "./fnmatch.ts";
export * from "./format_bytes.ts";
export * from "./terminal_text.ts";
