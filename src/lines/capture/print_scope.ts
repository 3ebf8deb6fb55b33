import { AsyncLocalStorage } from "node:async_hooks";
import { Console } from "node:console";
import { Writable } from "node:stream";
import type { InspectOptions } from "node:util";
import { checkBoolean } from "../../internal/mod.ts";
import type {
  LineTarget,
  RedirectTargets,
  StandardStream,
} from "./print_target.ts";

/** The scope around the code that is running. */
export const printScopes = new AsyncLocalStorage<PrintScope | undefined>();

/**
 * Options with which the console of Node.js shows objects as that of Deno does.
 * The types of Node.js lack `quotes`.
 */
const INSPECT_OPTIONS: InspectOptions & { quotes: string[] } = {
  depth: 4,
  quotes: ['"', "'", "`"],
};

/** Options for {@linkcode PrintScope}. */
export interface PrintScopeOptions {
  /**
   * Lets the prints through, to where they would go without the scope.
   *
   * @default {false}
   */
  readonly tee?: boolean;
}

/** A redirection: brings the prints inside it to the targets. */
export class PrintScope {
  /** Formats as the program's own console does, with groups of its own. */
  readonly console: Console;
  /** Lets the prints through: see {@linkcode PrintScope.outside}. */
  readonly tee: boolean;
  readonly #outer: PrintScope | undefined;
  readonly #sinks: Partial<Record<StandardStream, PrintSink>>;
  #isActive = true;

  /** @throws {TypeError} If `tee` is of another type. */
  constructor(
    targets: RedirectTargets,
    outer: PrintScope | undefined,
    { tee = false }: PrintScopeOptions = {},
  ) {
    checkBoolean("tee", tee);
    this.tee = tee;
    this.#outer = outer;
    this.#sinks = {
      stdout: targets.stdout && new PrintSink(targets.stdout),
      stderr: targets.stderr && new PrintSink(targets.stderr),
    };
    this.console = new Console({
      stdout: this.#sinks.stdout?.asNodeStream() ?? nowhere(),
      stderr: this.#sinks.stderr?.asNodeStream() ?? nowhere(),
      ignoreErrors: false,
      inspectOptions: INSPECT_OPTIONS,
    });
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  leave(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    for (const sink of this.#allSinks()) sink.end();
  }

  /** The innermost scope around the caller that takes the stream's prints. */
  scopeOf(stream: StandardStream): PrintScope | undefined {
    if (this.#isActive && this.#sinks[stream]) return this;
    return this.#outer?.scopeOf(stream);
  }

  /** Prints as code around the scope does. */
  outside<T>(print: () => T): T {
    return printScopes.run(this.#outer, print);
  }

  /** Writes bytes; resolves when the target accepted the text of them. */
  write(stream: StandardStream, bytes: Uint8Array): Promise<void> {
    return this.#sinks[stream]?.bytes(bytes) ?? Promise.resolve();
  }

  /** Resolves when all prints were accepted, rejects if they were not. */
  async delivered(): Promise<void> {
    for (const sink of this.#allSinks()) await sink.delivered();
  }

  #allSinks(): PrintSink[] {
    const { stdout, stderr } = this.#sinks;
    return [stdout, stderr].filter((it) => it !== undefined);
  }
}

/** One standard stream inside a scope. */
class PrintSink {
  readonly #target: LineTarget;
  readonly #decoder = new TextDecoder();
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(target: LineTarget) {
    this.#target = target;
  }

  asNodeStream(): Writable {
    return nodeStream((text) => void this.#text(text));
  }

  bytes(bytes: Uint8Array): Promise<void> {
    return this.#text(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    const rest = this.#decoder.decode();
    if (rest !== "") this.#text(rest);
  }

  async delivered(): Promise<void> {
    await this.#last;
    this.#throwFailure();
  }

  /** A print cannot wait: its failure is thrown by the next one. */
  #text(text: string): Promise<void> {
    this.#throwFailure();
    const written = Promise.resolve(this.#target.write(text));
    this.#last = written.then(() => {}, (error) => {
      this.#failure = { error };
    });
    return this.#last;
  }

  #throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }
}

function nowhere(): Writable {
  return nodeStream(() => {});
}

/** A stream with only what a console uses: errors of a write reach the caller. */
function nodeStream(write: (text: string) => void): Writable {
  const stream = new Writable();
  stream.write = (text: string) => {
    write(text);
    return true;
  };
  return stream;
}
