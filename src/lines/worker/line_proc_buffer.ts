import {
  MessageChannel,
  type MessagePort as OwnPort,
} from "node:worker_threads";
import { checkSignal } from "../../internal/mod.ts";
import {
  GroupedMessage,
  type LineBufferOptions,
  untilAborted,
  type WaitOptions,
} from "../buffer/mod.ts";
import { MirroredLineBuffer, refusesPost, storePost } from "../mirror/mod.ts";
import { decodePost } from "../protocol/mod.ts";
import type { PortReply, PortRequest } from "./port_messages.ts";

/**
 * A line buffer that workers and child processes of the program write to.
 *
 * A worker gets a port and makes a {@linkcode LineProcMirror} of it. The owner
 * acknowledges each post, so that a fast worker waits for a slow owner. A worker
 * that ends without closing its mirror leaves an error item.
 *
 * @example A worker
 * ```ts
 * import { LineProcBuffer } from "@sluice/sluice/lines";
 *
 * const buffer = new LineProcBuffer();
 * const worker = new Worker(import.meta.resolve("./worker.ts"), {
 *   type: "module",
 * });
 * const port = buffer.connect("worker 1");
 * worker.postMessage({ port }, [port]);
 * for await (const line of buffer.lines()) console.log(String(line));
 * ```
 *
 * @example A child process
 * ```ts
 * import { LineProcBuffer } from "@sluice/sluice/lines";
 *
 * const buffer = new LineProcBuffer();
 * const child = new Deno.Command("ls", { stdout: "piped" }).spawn();
 * await buffer.attach(child);
 * console.log(buffer.read());
 * ```
 */
export class LineProcBuffer extends MirroredLineBuffer {
  readonly #ports = new Set<OwnPort>();
  #count = 0;

  /**
   * Starts empty.
   *
   * @param options Limits of the buffer.
   */
  constructor(options: LineBufferOptions = {}) {
    super(options);
  }

  /**
   * Opens a connection for one worker. It keeps the program alive until the
   * worker closes its mirror or ends, or the buffer is closed.
   *
   * @param name Names the worker in the error item if it ends without an end
   * signal.
   * @returns A port to transfer to the worker.
   */
  connect(name: string = `worker ${this.#count + 1}`): MessagePort {
    const { port1: port, port2 } = new MessageChannel();
    const writer = `${++this.#count}`;
    let hasEnded = false;
    port.on("message", (request: PortRequest) => {
      if (this.closed) return;
      switch (request.kind) {
        case "post":
          hasEnded = this.#take(request, writer, port);
          break;
        case "check":
          this.#acknowledge(request.number, port);
          break;
        case "end":
          hasEnded = true;
          break;
        default:
          request satisfies never;
      }
    });
    port.on("close", () => {
      this.#ports.delete(port);
      if (!hasEnded && !this.closed) this.#storeEnd(name, writer);
    });
    this.#ports.add(port);
    // It is a `MessagePort`, which the types of Node.js describe apart.
    return port2 as unknown as MessagePort;
  }

  /**
   * Stores the standard output of a child process, until its end. A process
   * that fails leaves an error item.
   *
   * @param child A process whose `stdout` is piped.
   * @param name Names the process in the error item.
   * @param options Signal that ends the wait: the rest of the output is not
   * read, and the process gets a broken pipe.
   * @returns The status with which the process ended.
   */
  async attach(
    child: Deno.ChildProcess,
    name: string = `process ${child.pid}`,
    options: WaitOptions = {},
  ): Promise<Deno.CommandStatus> {
    const { signal } = options;
    checkSignal("signal", signal);
    const writer = `${++this.#count}`;
    await child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeTo(this.#writableOf(writer), { signal });
    const status = await untilAborted(child.status, signal);
    if (status.success) this.newLine(writer);
    else {
      const how = status.signal ?? `exit code ${status.code}`;
      this.append(errorMessage(`The ${name} failed: ${how}`), writer);
    }
    return status;
  }

  /** Closes the buffer and its connections; waiting mirrors are told so. */
  override close(): void {
    super.close();
    for (const port of this.#ports) {
      port.postMessage({ kind: "gone" } satisfies PortReply);
      port.close();
    }
    this.#ports.clear();
  }

  #writableOf(writer: string): WritableStream<string> {
    return new WritableStream({
      write: (text) => void this.write(text, writer),
      abort: () => {
        if (!this.closed) this.newLine(writer);
      },
    });
  }

  /** Stores a post, and returns whether the writer has ended with it. */
  #take(
    request: PortRequest & { kind: "post" },
    writer: string,
    port: OwnPort,
  ): boolean {
    const post = decodePost(request.body);
    if (!refusesPost(this, post)) storePost(this, post, writer);
    this.#acknowledge(request.number, port);
    return post.type === "close";
  }

  #acknowledge(number: number, port: OwnPort): void {
    const stopped = this.mirrorsStopped;
    port.postMessage({ kind: "done", number, stopped } satisfies PortReply);
  }

  #storeEnd(name: string, writer: string): void {
    const text = `The ${name} ended without an end signal`;
    this.append(errorMessage(text), writer);
  }
}

function errorMessage(text: string): GroupedMessage {
  return new GroupedMessage([text], "error");
}
