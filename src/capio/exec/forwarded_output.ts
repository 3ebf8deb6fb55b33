import type { Child } from "./child.ts";
import { isInTime } from "./in_time.ts";
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
  standard: readonly unknown[],
): ForwardedOutput {
  const endings = (["stdout", "stderr"] as const).flatMap((name, index) => {
    const target = options[name];
    if (!(target instanceof WritableStream)) return [];
    // The program names a file for it.
    if (standard[index + 1] !== "pipe") return [];
    return [forward(child.output(name), target)];
  });
  return {
    async end(graceMilliseconds) {
      await Promise.all(endings.map((it) => it(graceMilliseconds)));
    },
  };
}

type Source = ReturnType<Child["output"]>;

function forward(
  source: Source,
  target: WritableStream<Uint8Array>,
): (graceMilliseconds: number) => Promise<void> {
  const copying = copy(source, target);
  // The caller learns of an error when the program has ended.
  copying.catch(() => {});
  return async (graceMilliseconds) => {
    if (await isInTime(copying, graceMilliseconds)) return;
    // A process that the program has left behind holds the pipe open.
    source.destroy();
    await copying.catch(() => {});
  };
}

async function copy(
  source: Source,
  target: WritableStream<Uint8Array>,
): Promise<void> {
  const writer = target.getWriter();
  try {
    for await (const chunk of source) await writer.write(chunk);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  } finally {
    writer.releaseLock();
  }
}
