import { assertEquals, assertRejects } from "@std/assert";
import { withHeartbeats } from "../../../src/streams/mod.ts";

/** Texts that the test sends, and what came of them. */
function watched(interval: number, signal = new AbortController().signal) {
  const { readable, writable } = new TransformStream<string, string>();
  let ends = 0;
  const onEnd = () => void ends++;
  return {
    reader: withHeartbeats(readable, { interval, signal, onEnd }).getReader(),
    writer: writable.getWriter(),
    ends: () => ends,
  };
}

Deno.test("heartbeats are sent while no text comes, and no text is lost to them", async () => {
  const { reader, writer, ends } = watched(20);
  assertEquals((await reader.read()).value, ":\n\n");
  assertEquals((await reader.read()).value, ":\n\n");
  writer.write("text");
  assertEquals((await reader.read()).value, "text");
  writer.close();
  assertEquals((await reader.read()).done, true);
  assertEquals(ends(), 1);
});

Deno.test("a signal ends the texts, also one that is aborted already", async () => {
  const stopping = new AbortController();
  const open = watched(1_000, stopping.signal);
  const read = open.reader.read();
  stopping.abort();
  assertEquals((await read).done, true);
  const late = watched(1_000, stopping.signal);
  assertEquals((await late.reader.read()).done, true);
  assertEquals([open.ends(), late.ends()], [1, 1]);
});

Deno.test("a reader that leaves and texts that fail end the stream, once", async () => {
  const left = watched(1_000);
  await left.reader.cancel();
  const failing = watched(1_000);
  const read = failing.reader.read();
  await failing.writer.abort(new Error("broken"));
  await assertRejects(() => read, Error, "broken");
  assertEquals([left.ends(), failing.ends()], [1, 1]);
});
