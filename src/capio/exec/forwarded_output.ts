import { isInTime } from "../../internal/mod.ts";
import type { Child } from "./child.ts";
import type { RunProgramOptions } from "./program.ts";

/** What a program prints, on its way to the streams of the caller. */
export interface ForwardedOutput {
  /** Waits until nobody prints any more, at most for the grace period. */
  end(graceMilliseconds: number): Promise<void>;
}

/** Hands what a program prints over to the streams that the options name. */
export function forwardOutput(
  child: Child,
  options: Pick<RunProgramOptions, "stdout" | "stderr">,
): ForwardedOutput {
  const endings = (["stdout", "stderr"] as const).flatMap((name) => {
    const target = options[name];
    const source = child.output(name);
    // The program may name a file for it.
    if (!(target instanceof WritableStream) || !source) return [];
    return [forward(source, target)];
  });
  return {
    async end(graceMilliseconds) {
      await Promise.all(endings.map((it) => it(graceMilliseconds)));
    },
  };
}

function forward(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
): (graceMilliseconds: number) => Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const copying = source.pipeTo(target, { signal });
  // The caller learns of an error when the program has ended.
  copying.catch(() => {});
  return async (graceMilliseconds) => {
    if (await isInTime(copying, graceMilliseconds)) return;
    // A process that the program has left behind holds the pipe open.
    leaving.abort();
    await copying.catch(() => {});
  };
}
