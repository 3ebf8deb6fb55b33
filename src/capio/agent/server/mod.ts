/**
 * The run at the NATS server: its record, its journal as a stream, heartbeats, and
 * what the server does not allow.
 *
 * @module
 */
export * from "./heartbeats.ts";
export * from "./journal_stream.ts";
export * from "./permissions.ts";
export * from "./replicated_stream.ts";
export * from "./run_record.ts";
