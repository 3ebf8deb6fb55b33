import {
  type LineAssemblerOptions,
  LineBatchStream,
} from "../../../streams/mod.ts";
import type { StandardStream, Terminal } from "../../command/mod.ts";

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
  // Most programs print little, and many nothing.
  let lines: ReturnType<typeof lineWriter> | undefined;
  const show = (lines: string[]) => {
    watch(lines);
    const text = lines.map((line) => `${prefix}${line}\n`).join("");
    return terminal.write(stream, text);
  };
  return new WritableStream({
    async write(chunk) {
      lines ??= lineWriter(show);
      await lines.writer.write(chunk);
    },
    async close() {
      if (!lines) return;
      await lines.writer.close();
      await lines.shown;
    },
    async abort(reason) {
      await lines?.writer.abort(reason);
    },
  });
}

/** Splits bytes into lines, and shows them with `show`. */
function lineWriter(show: (lines: string[]) => Promise<void>) {
  const decoder = new TextDecoderStream();
  const shown = decoder.readable
    .pipeThrough(new LineBatchStream(LINES))
    .pipeTo(new WritableStream<string[]>({ write: show }));
  shown.catch(() => {});
  return { writer: decoder.writable.getWriter(), shown };
}
