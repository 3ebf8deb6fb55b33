/**
 * Logins, hosts, URLs that are safe to show, headers, documents, and why a
 * connection has failed.
 *
 * @module
 */
export * from "./basic_login.ts";
export * from "./connection_failure.ts";
export * from "./event_stream_headers.ts";
export * from "./host_and_port.ts";
export * from "./html_document.ts";
export * from "./request_source.ts";
export * from "./shown_url.ts";
