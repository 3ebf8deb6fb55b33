/**
 * The arguments that several commands about workflows take.
 *
 * @module
 */
export * from "./deno_flags.ts";
export * from "./machine_arguments.ts";
export * from "./member_arguments.ts";
export * from "./nats_arguments.ts";
export * from "./script_file.ts";
export * from "./step_arguments.ts";
