import {
  bufferIterator,
  BufferIteratorIO,
  HashingStream,
  tee,
} from "@sluice/sluice/streams";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertBeginsIn, failureOf } from "../support/first_frame.ts";

const FILE = import.meta.url;
const LIST = [new Uint8Array(1), "no bytes"] as Uint8Array[];

/** A stream that somebody reads already. */
function lockedStream(): ReadableStream<Uint8Array> {
  const stream = new Blob(["bytes"]).stream();
  stream.getReader();
  return stream;
}

/** What a stream that fails in code of the caller fails with. */
const OWN = new Error("my own");

function failing(): AsyncIterable<Uint8Array> {
  return (async function* () {
    yield new Uint8Array(1);
    await Promise.resolve();
    throw OWN;
  })();
}

const CALLS: Record<string, () => unknown> = {
  "bufferIterator of no source": () => bufferIterator(5 as never),
  "bufferIterator of a locked stream": () => bufferIterator(lockedStream()),
  "a chunk that is none": async () =>
    await Array.fromAsync(bufferIterator(LIST)),
  "tee into none": () => tee(new Uint8Array(), 0),
  "a chunk for several that is none": async () => {
    const [one, two] = tee(LIST);
    await Promise.all([Array.fromAsync(one), Array.fromAsync(two)]);
  },
  "no hash of this name": () => new HashingStream("sha"),
  "a chunk to hash that is none": async () => {
    const source = ReadableStream.from(["no bytes"] as never[]);
    await Array.fromAsync(source.pipeThrough(new HashingStream("md5")));
  },
  "a read of no bytes": async () =>
    await new BufferIteratorIO(new Uint8Array()).read(0),
  "a read of a source of no bytes": async () =>
    await new BufferIteratorIO(LIST).read(),
  "a read after the close": async () => {
    const io = new BufferIteratorIO(new Uint8Array());
    await io.close();
    await io.read();
  },
};

Deno.test("traces of streams begin in the caller's code", async () => {
  for (const [name, call] of Object.entries(CALLS)) {
    await assertBeginsIn(FILE, name, call);
  }
});

Deno.test("the caller's own errors keep their traces", async () => {
  const { stack } = OWN;
  const calls = [
    () => Array.fromAsync(bufferIterator(failing())),
    () => Array.fromAsync(tee(failing(), 1)[0]),
    () => new BufferIteratorIO(failing()).read(),
  ];
  for (const call of calls) {
    assertEquals(await failureOf(call), OWN);
    assertEquals(OWN.stack, stack);
    assertStringIncludes(`${stack}`, FILE);
  }
});
