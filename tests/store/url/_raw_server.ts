/** A request as a server of raw answers sees it. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** The first and the last byte that are asked for, if it is a range. */
  readonly range: readonly [first: number, last: number] | undefined;
  /** How many requests for the path with the same method came before. */
  readonly before: number;
}

/** An answer, written as it is; the connection ends behind it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array | string;
  /** Sends the body in a chunk, and the end of it only with `true`. */
  readonly chunked?: boolean | "without end";
}

/** A server that may say what no library would: `undefined` hangs up. */
export class RawServer implements AsyncDisposable {
  readonly requests: RawRequest[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #answer: (request: RawRequest) => RawAnswer | undefined;
  readonly #accepted: Promise<void>;

  constructor(answer: (request: RawRequest) => RawAnswer | undefined) {
    this.#answer = answer;
    this.#accepted = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}/data/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepted;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      serving.push(this.#serve(connection).catch(() => {}));
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    using _connection = connection;
    const request = this.#parse(await head(connection));
    this.requests.push(request);
    const answer = this.#answer(request);
    if (answer === undefined) return;
    await write(connection, encoded(request, answer));
    await connection.closeWrite();
    // A connection that closes with bytes unread is reset, and the answer lost.
    while (await connection.read(new Uint8Array(1024)) !== null);
  }

  #parse(text: string): RawRequest {
    const [line, ...lines] = text.split("\r\n");
    const [method, path] = line.split(" ");
    const headers = new Headers(
      lines.filter((line) => line !== "")
        .map((line) => line.split(": ", 2) as [string, string]),
    );
    const [, first, last] =
      /^bytes=(\d+)-(\d+)$/.exec(headers.get("Range") ?? "") ?? [];
    const before =
      this.requests.filter((other) =>
        other.method === method && other.path === path
      ).length;
    const range = first ? [Number(first), Number(last)] as const : undefined;
    return { method, path, headers, range, before };
  }
}

async function head(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error("no request");
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}

function encoded({ method }: RawRequest, answer: RawAnswer): Uint8Array {
  const { status, headers = {}, body = "", chunked } = answer;
  const bytes = typeof body === "string"
    ? new TextEncoder().encode(body)
    : body;
  const lines = [
    `HTTP/1.1 ${status} Status`,
    "Connection: close",
    ...Object.entries(headers).map((pair) => pair.join(": ")),
    ...chunked ? ["Transfer-Encoding: chunked"] : [],
  ];
  const text = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
  if (method === "HEAD") return text;
  if (!chunked) return concat(text, bytes);
  const size = new TextEncoder().encode(`${bytes.length.toString(16)}\r\n`);
  const end = chunked === true ? "\r\n0\r\n\r\n" : "\r\n";
  const last = new TextEncoder().encode(end);
  return bytes.length > 0
    ? concat(text, size, bytes, last)
    : concat(text, last.subarray(2));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
