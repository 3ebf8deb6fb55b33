/**
 * Events, progress reports and the terminal progress bar.
 *
 * An {@linkcode EventManager} calls the listeners of an event's class. A
 * {@linkcode ProgressManager} reports the progress of an operation as such
 * events, and a {@linkcode TerminalProgressBar} draws them:
 *
 * ```ts
 * import {
 *   globalEventManager,
 *   ProgressManager,
 *   TerminalProgressBar,
 * } from "@sluice/sluice/events";
 *
 * using _bar = new TerminalProgressBar(globalEventManager);
 * const progress = new ProgressManager(globalEventManager, {
 *   message: "Counting",
 *   steps: 1_000,
 * });
 * await progress.run(() => {
 *   for (let step = 0; step < 1_000; step++) progress.step();
 * });
 * ```
 *
 * Source of the semantics: `encore.events`.
 *
 * @module
 */
export * from "./base_event.ts";
export * from "./event_error.ts";
export type { EventFilter } from "./event_filter.ts";
export * from "./event_manager.ts";
export type { EventStreamOptions } from "./event_stream.ts";
export * from "./progress_events.ts";
export * from "./progress_manager.ts";
export * from "./terminal_progress_bar.ts";
