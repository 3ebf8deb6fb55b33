import {
  type LineAssemblerOptions,
  LineBatchStream,
} from "../../streams/mod.ts";
import type { StandardStream, Terminal } from "../command/mod.ts";

/** A longer line is shown in parts, before its end has come. */
const LINES: LineAssemblerOptions = {
  breaks: /\n/,
  maxLineChars: 64 * 1024,
  longLines: "split",
};

/**
 * Makes a stream that shows what a step prints: whole lines after a prefix, so
 * that those of several steps do not mix.
 *
 * @param watch Gets the lines too.
 */
export function shownLines(
  terminal: Terminal,
  stream: StandardStream,
  prefix: string,
  watch: (lines: string[]) => void = () => {},
): WritableStream<Uint8Array<ArrayBuffer>> {
  const decoder = new TextDecoderStream();
  const shown = decoder.readable
    .pipeThrough(new LineBatchStream(LINES))
    .pipeTo(
      new WritableStream<string[]>({
        write(lines) {
          watch(lines);
          const text = lines.map((line) => `${prefix}${line}\n`).join("");
          return terminal.write(stream, text);
        },
      }),
    );
  shown.catch(() => {});
  const writer = decoder.writable.getWriter();
  return new WritableStream({
    write: (chunk) => writer.write(chunk),
    async close() {
      await writer.close();
      await shown;
    },
    async abort(reason) {
      await writer.abort(reason);
    },
  });
}
