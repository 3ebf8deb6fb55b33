/**
 * Small pieces that several modules need and that no user sees: argument checks
 * in one wording, stack traces that begin with the caller, a map for a million keys, writing all bytes, reading with one
 * buffer or what is available, exact JSON, the bytes
 * of a text, turns of the event loop, timers,
 * `fnmatch`, replacing and restoring global properties, classes and functions
 * that several copies of the package share, the check of where a request comes
 * from, hosts with ports, headers of logins and event streams, why a connection has failed,
 * files to copy, documents of HTML, texts and URLs that are safe to show, the kind of what a
 * name leads to, and what takes the place of Deno in other runtimes.
 *
 * @module
 */
export * from "./argument_checks.ts";
export * from "./basic_login.ts";
export * from "./caller_stack.ts";
export * from "./compact_map.ts";
export * from "./connection_failure.ts";
export * from "./copied_file.ts";
export * from "./deno_errors.ts";
export * from "./deno_version.ts";
export * from "./encode_text.ts";
export * from "./entry_kind.ts";
export * from "./event_loop.ts";
export * from "./event_stream_headers.ts";
export * from "./exact_json.ts";
export * from "./fnmatch.ts";
export * from "./host_and_port.ts";
export * from "./html_document.ts";
export * from "./inspect.ts";
export * from "./needs_deno.ts";
export * from "./read_available.ts";
export * from "./recycled_chunks.ts";
export * from "./request_source.ts";
export * from "./runtime.ts";
export * from "./same_name.ts";
export * from "./shared_class.ts";
export * from "./shared_replacement.ts";
export * from "./shown_url.ts";
export * from "./sqlite_busy.ts";
export * from "./sqlite_file.ts";
export * from "./sqlite_library.ts";
export * from "./terminal_text.ts";
export * from "./timers.ts";
export * from "./write_all.ts";
