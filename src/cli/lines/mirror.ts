import { LineHostMirror } from "../../lines/mod.ts";
import {
  assertNoMore,
  type Command,
  parse,
  ShownBytes,
  UsageError,
} from "../command/mod.ts";
import {
  CLIENT_HELP,
  CLIENT_OPTIONS,
  clientOptions,
  orUsageError,
  tellOfDelay,
} from "./arguments.ts";
import { LineInput } from "./line_input.ts";
import { LineSender } from "./line_sender.ts";

const OPTIONS = {
  ...CLIENT_OPTIONS,
  aggressive: { type: "boolean", short: "a", default: false },
  tee: { type: "boolean", short: "t", default: false },
  lines: { type: "string", default: "python" },
  collapse: { type: "boolean", default: false },
} as const;

/** `sluice lines mirror`: sends standard input to a host. */
export const mirror: Command = {
  name: "mirror",
  summary: "Send standard input to a host, line by line",
  help: `Usage: sluice lines mirror ADDRESS [OPTIONS]

Ends with standard input, whatever happens to the host: a host that is not
there, or goes away, does not end the program. It is told on standard error
that it is tried again. What could not be sent within the timeout is counted in a message at the end, and the exit code is then 1.
Ends earlier when the host asks its mirrors to stop, which is no failure; with
--tee the copy goes on then. ADDRESS is the address of a host of this package or
of syncstream.

Options:
  -a, --aggressive       Send unfinished lines too, such as progress bars
  -t, --tee              Write the input to standard output too. When the host
                         takes nothing for two seconds and four million
                         characters wait, lines are left out for the host
      --lines RULE       Where lines end: "python", at each line break of
                         Unicode (default), or "posix", at line feeds only.
                         Others are then sent as escapes such as "\\u2028", as
                         JSON has them
      --collapse         Of a line that is written over with carriage returns,
                         as progress is, send only the last state
${CLIENT_HELP}

Example:
  some-program 2>&1 | sluice lines mirror http://localhost:5000/sync-stream`,
  async run(args, signal) {
    const { values, positionals } = parse(args, OPTIONS, ["ADDRESS"]);
    assertNoMore(positionals, 1);
    if (values.lines !== "python" && values.lines !== "posix") {
      throw new UsageError(
        `"--lines" must be "python" or "posix", found "${values.lines}"`,
      );
    }
    const tell = tellOfDelay("mirror", positionals[0]);
    let isTold = false;
    const mirror = orUsageError(() =>
      new LineHostMirror(positionals[0], {
        ...clientOptions(values),
        // As long as the host is away, each text has delays of its own.
        onDelay(failure) {
          if (!isTold) tell(failure);
          isTold = true;
        },
        aggressive: values.aggressive,
      })
    );
    const sender = new LineSender(mirror, {
      leavesOut: values.tee,
      sent: () => void (isTold = false),
    });
    const input = new LineInput({
      isPosix: values.lines === "posix",
      isCollapsed: values.collapse,
    });
    const copy = values.tee ? new LocalCopy() : undefined;
    const decoder = new TextDecoder();
    const chunks = Deno.stdin.readable.getReader();
    const giveUp = () => void chunks.cancel().catch(() => {});
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      // Without a copy, a host that asks its mirrors to stop ends the input.
      while (copy?.isReadOn ?? !sender.isStopped) {
        const { done, value: bytes } = await chunks.read();
        if (done) break;
        await copy?.write(bytes);
        await sender.send(input.next(decoder.decode(bytes, { stream: true })));
      }
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
    await copy?.end();
    await sender.send(input.next(decoder.decode()) + input.rest());
    await sender.end(signal.aborted);
    copy?.assertWhole();
    return signal.aborted ? 130 : 0;
  },
};

/** The copy of the input on standard output. */
class LocalCopy {
  readonly #shown = new ShownBytes();
  readonly #output = Deno.stdout.writable.getWriter();
  #isReadOn = true;
  #failure: unknown;

  /** Whether there may still be a reader of the copy. */
  get isReadOn(): boolean {
    return this.#isReadOn;
  }

  /** Writes bytes; a copy that has failed must not end the program. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#write(this.#shown.next(bytes));
  }

  /** Writes what waits for more bytes. */
  async end(): Promise<void> {
    await this.#write(this.#shown.rest());
  }

  /** Throws if the copy is not whole although its reader has not left. */
  assertWhole(): void {
    if (this.#failure === undefined) return;
    throw new Error(
      `Cannot write all to standard output: ${String(this.#failure)}`,
      { cause: this.#failure },
    );
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#failure !== undefined || !this.#isReadOn) return;
    if (bytes.length === 0) return;
    try {
      await this.#output.write(bytes);
    } catch (error) {
      // The reader has enough, as in "... | head".
      if (error instanceof Deno.errors.BrokenPipe) this.#isReadOn = false;
      else this.#failure = error;
    }
  }
}
