/**
 * The pipes between the workflow and a program: made, fed, drained, and held in
 * no more threads than the runtime can spare.
 *
 * @module
 */
export * from "./descriptors.ts";
export * from "./drain.ts";
export * from "./feed.ts";
export * from "./named_pipe.ts";
