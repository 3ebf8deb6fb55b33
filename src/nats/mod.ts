/**
 * Connections to NATS servers with JetStream: options and URLs, a transport on
 * Deno's sockets, and every failure as one line. The libraries are loaded when
 * the first connection is made.
 *
 * @module
 */
export * from "./cluster_warning.ts";
export * from "./connect.ts";
export * from "./libraries.ts";
export * from "./nats_environment.ts";
export * from "./nats_error.ts";
export * from "./nats_failure.ts";
export * from "./nats_options.ts";
