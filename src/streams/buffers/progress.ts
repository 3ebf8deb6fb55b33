/** How far an operation is, as a {@linkcode ProgressReporter} is told. */
export interface ProgressReport {
  /** Number of bytes since the start of the operation. */
  step: number;
}

/**
 * Is told how far an operation is: a function, or an object with a `step`
 * method such as a `ProgressManager`.
 *
 * @example Print the bytes read so far
 * ```ts
 * import { bufferIterator } from "@sluice/sluice/streams";
 *
 * using file = await Deno.open("results.csv");
 * const chunks = bufferIterator(file, {
 *   progress: ({ step }) => console.error(`${step} bytes`),
 * });
 * await chunks.pipeTo(Deno.stdout.writable);
 * ```
 */
export type ProgressReporter =
  | ((report: ProgressReport) => void)
  | { step(report: ProgressReport): void };

/** Tells `reporter`, if there is one, that `step` bytes are done. */
export function reportProgress(
  reporter: ProgressReporter | undefined,
  step: number,
): void {
  if (reporter === undefined) return;
  if (typeof reporter === "function") reporter({ step });
  else reporter.step({ step });
}
