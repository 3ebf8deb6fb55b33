/** A file of 1 GiB in `BENCH_DIR`, by default in shared memory if there is any. */
export class GigabyteFile {
  readonly bytes = 2 ** 30;
  readonly #path = Deno.makeTempFileSync({
    dir: directory(),
    prefix: "sluice-",
  });

  constructor() {
    using file = Deno.openSync(this.#path, { write: true });
    const block = new Uint8Array(2 ** 20);
    crypto.getRandomValues(block.subarray(0, 65_536));
    for (let size = 0; size < this.bytes;) {
      size += file.writeSync(block.subarray(0, this.bytes - size));
    }
    addEventListener("unload", () => Deno.removeSync(this.#path));
  }

  open(): Deno.FsFile {
    return Deno.openSync(this.#path);
  }
}

/** Reads all of `stream` into one buffer of `size` bytes that is used again. */
export async function readWithBuffer(
  stream: ReadableStream<Uint8Array>,
  size = 2 ** 20,
): Promise<void> {
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new Uint8Array(size);
  for (;;) {
    const { done, value } = await reader.read(buffer);
    if (done) return;
    buffer = new Uint8Array(value.buffer);
  }
}

/** Reads all of `stream` with `for await`. */
export async function iterate(
  stream: ReadableStream<Uint8Array>,
): Promise<void> {
  for await (const _ of stream);
}

function directory(): string | undefined {
  const chosen = Deno.env.get("BENCH_DIR");
  if (chosen) return chosen;
  return Deno.build.os === "linux" ? "/dev/shm" : undefined;
}
