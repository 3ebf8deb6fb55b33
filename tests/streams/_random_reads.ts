import type { ByteSource } from "../../src/streams/mod.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** Most bytes that {@linkcode readOnce} asks for. */
export const LARGEST_READ = 2_000;

/** The next chunk of `stream` through a reader of a random kind. */
export async function readOnce(
  stream: ReadableStream<Uint8Array>,
  random: SeededRandom,
): Promise<Uint8Array | undefined> {
  if (random.below(2) === 0) {
    const reader = stream.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    return value;
  }
  const reader = stream.getReader({ mode: "byob" });
  const buffer = new Uint8Array(1 + random.below(LARGEST_READ));
  const { done, value } = await reader.read(buffer);
  reader.releaseLock();
  return done ? undefined : value;
}

/** A source, and how to release what is behind it. */
export interface RandomSource {
  bytes: ByteSource;
  close(): void;
}

/** A source of a random kind that gives `data` and then ends, or fails. */
export function randomSource(
  random: SeededRandom,
  data: Uint8Array<ArrayBuffer>,
  error: Error | null,
): RandomSource {
  let taken = 0;
  const take = (most: number) => {
    const count = Math.min(most, 1 + random.below(1_500), data.length - taken);
    taken += count;
    return data.slice(taken - count, taken);
  };
  const fill = (into: Uint8Array) => {
    const bytes = take(into.length);
    into.set(bytes);
    if (bytes.length > 0) return bytes.length;
    if (error) throw error;
    return null;
  };
  const chunks = function* () {
    while (taken < data.length) yield take(random.pick([0, 1, 1_500]));
    if (error) throw error;
  };
  const patience = random.pick([0, 1, 10]);
  const slowChunks = async function* () {
    for (const chunk of chunks()) {
      await random.pause(patience);
      yield chunk;
    }
  };
  const read = async (into: Uint8Array) => {
    await random.pause(patience);
    return fill(into);
  };
  const kinds: (() => ByteSource)[] = [
    () => chunks(),
    () => slowChunks(),
    () => ReadableStream.from(slowChunks()),
    () => ({ readSync: fill }),
    () => ({ read }),
    () => byteStream(read),
  ];
  // A file cannot be made to fail.
  if (error === null && random.below(kinds.length + 1) === 0) {
    return openFile(data);
  }
  return { bytes: random.pick(kinds)(), close() {} };
}

function byteStream(read: (into: Uint8Array) => Promise<number | null>) {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { byobRequest } = controller;
      const { buffer, byteOffset, byteLength } = byobRequest?.view ??
        new Uint8Array(100);
      const view = new Uint8Array(
        buffer as ArrayBuffer,
        byteOffset,
        byteLength,
      );
      const count = await read(view);
      if (count === null) controller.close();
      if (byobRequest) byobRequest.respond(count ?? 0);
      else if (count !== null) controller.enqueue(view.subarray(0, count));
    },
  });
}

/** A file that holds `data`, until it is closed. */
function openFile(data: Uint8Array): RandomSource {
  const path = Deno.makeTempFileSync({ prefix: "streams-" });
  Deno.writeFileSync(path, data);
  const file = Deno.openSync(path);
  const close = () => {
    file.close();
    Deno.removeSync(path);
  };
  return { bytes: file, close };
}
