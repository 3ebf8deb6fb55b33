import { LineHostMirror, StopIteration } from "../../lines/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  ShownBytes,
} from "../command/mod.ts";
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  clientOptions,
  orUsageError,
} from "./arguments.ts";

const OPTIONS = {
  ...CLIENT_OPTIONS,
  aggressive: { type: "boolean", short: "a", default: false },
  tee: { type: "boolean", short: "t", default: false },
} as const;

/** `sluice lines mirror`: sends standard input to a host. */
export const mirror: Command = {
  name: "mirror",
  summary: "Send standard input to a host, line by line",
  help: `Usage: sluice lines mirror ADDRESS [OPTIONS]

Ends with standard input, or when the host asks its mirrors to stop, which is no
failure. ADDRESS is the address of a host of this package or of syncstream.

Options:
  -a, --aggressive       Send unfinished lines too, such as progress bars
  -t, --tee              Write the input to standard output too
${CLIENT_HELP}

Example:
  some-program 2>&1 | sluice lines mirror http://localhost:5000/sync-stream`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["ADDRESS"]);
    assertNoMore(positionals, 1);
    const mirror = orUsageError(() =>
      new LineHostMirror(positionals[0], {
        ...clientOptions(values),
        aggressive: values.aggressive,
      })
    );
    const input = values.tee
      ? copied(Deno.stdin.readable)
      : Deno.stdin.readable;
    try {
      await input
        .pipeThrough(new TextDecoderStream())
        .pipeTo(mirror.writable, { signal, preventAbort: true });
    } catch (error) {
      if (error instanceof StopIteration) return 0;
      if (!signal.aborted) throw error;
      await mirror.close();
      return 130;
    }
    return 0;
  },
};

/** Writes each chunk to standard output before it passes it on. */
function copied(
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const shown = new ShownBytes();
  const output = Deno.stdout.writable.getWriter();
  return input.pipeThrough(
    new TransformStream({
      async transform(bytes, controller) {
        await output.write(shown.next(bytes));
        controller.enqueue(bytes);
      },
      flush: () => output.write(shown.rest()),
    }),
  );
}
