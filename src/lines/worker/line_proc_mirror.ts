import {
  LineMirror,
  type LineMirrorOptions,
  type MirrorTransport,
} from "../mirror/mod.ts";
import { abortable } from "@std/async";
import { checkInteger, startTimer } from "../../internal/mod.ts";
import { LinesError, StopIteration } from "../buffer/mod.ts";
import type { PortReply, PortRequest } from "./port_messages.ts";
import { encodePost, type MirrorPost } from "../protocol/mod.ts";

/** Options for {@linkcode LineProcMirror}. */
export interface LineProcMirrorOptions extends LineMirrorOptions {
  /**
   * Longest time in which the owner must acknowledge a post, in milliseconds.
   *
   * @default {30_000}
   */
  timeout?: number;
}

/**
 * Writes to a {@linkcode LineProcBuffer} from a worker of the same program.
 *
 * @example In the worker
 * ```ts
 * import { LineProcMirror } from "@sluice/sluice/lines";
 *
 * self.addEventListener("message", async (event) => {
 *   await using mirror = new LineProcMirror((event as MessageEvent).data.port);
 *   await mirror.run(() => console.log("seen by the owner"));
 * });
 * ```
 */
export class LineProcMirror extends LineMirror {
  /**
   * Takes over the port.
   *
   * @param port The port that {@linkcode LineProcBuffer.connect} returned.
   * @param options When to send, and how long to wait.
   * @throws {RangeError} If the timeout is not a positive integer.
   */
  constructor(port: MessagePort, options: LineProcMirrorOptions = {}) {
    const { timeout = 30_000 } = options;
    checkInteger("timeout", timeout, { min: 1 });
    super(new PortTransport(port, timeout), options);
  }
}

/** Brings posts through a port, one at a time. */
class PortTransport implements MirrorTransport {
  readonly #port: MessagePort;
  readonly #timeout: number;
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();
  #number = 0;
  /** Why nothing can be sent any more. */
  #failure: LinesError | undefined;

  constructor(port: MessagePort, timeout: number) {
    this.#port = port;
    this.#timeout = timeout;
    port.onmessage = ({ data }: MessageEvent<PortReply>) => this.#receive(data);
  }

  async deliver(post: MirrorPost): Promise<void> {
    const body = encodePost(post);
    await this.#ask((number) => ({ kind: "post", number, body }));
  }

  async checkStates(signal?: AbortSignal): Promise<void> {
    const checked = this.#ask((number) => ({ kind: "check", number }));
    await (signal === undefined ? checked : abortable(checked, signal));
  }

  close(reason?: unknown): void {
    if (this.#failure?.code === "CLOSED") return;
    this.#post({ kind: "end" });
    this.#port.close();
    this.#fail(closedError(reason));
  }

  async #ask(request: (number: number) => PortRequest): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = ++this.#number;
    const reply = Promise.withResolvers<boolean>();
    this.#waiting.set(number, reply);
    const timer = startTimer(
      this.#timeout,
      () => reply.reject(lateError(this.#timeout)),
    );
    try {
      this.#post(request(number));
      if (await reply.promise) throw new StopIteration();
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(number);
    }
  }

  #post(request: PortRequest): void {
    this.#port.postMessage(request);
  }

  #receive(reply: PortReply): void {
    switch (reply.kind) {
      case "done":
        this.#waiting.get(reply.number)?.resolve(reply.stopped);
        break;
      case "gone":
        this.#fail(goneError());
        break;
      default:
        reply satisfies never;
    }
  }

  #fail(failure: LinesError): void {
    this.#failure = failure;
    for (const { reject } of this.#waiting.values()) reject(failure);
  }
}

function goneError(): LinesError {
  return new LinesError("LOST", "The buffer of this mirror is closed");
}

function closedError(cause: unknown): LinesError {
  const message = "The connection to the buffer was closed here";
  return new LinesError("CLOSED", message, { cause });
}

function lateError(timeout: number): LinesError {
  return new LinesError(
    "TIMEOUT",
    `The owner of the buffer did not answer within ${timeout} ms`,
  );
}
