import { assertEquals, assertRejects } from "@std/assert";
import {
  resumedEvents,
  untilCut,
} from "../../../src/lines/client/resumed_events.ts";
import { LinesError } from "../../../src/lines/mod.ts";

const encoded = (text: string) => new TextEncoder().encode(text);

/** A connection that sends a text and then does what `then` says. */
function connection(
  text: string,
  then: (controller: ReadableStreamDefaultController) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) return then(controller);
      isSent = true;
      controller.enqueue(encoded(text));
    },
  }, { highWaterMark: 0 });
}

Deno.test("events go on after the last one that was whole, however a connection ends", async () => {
  const asked: string[] = [];
  const connections = [
    connection("id: b-1\ndata: 1\n\nid: b-2\nda", (it) => it.close()),
    connection("id: b-2\ndata: 2\n\n", (it) => it.error(new Error("reset"))),
    connection("id: b-3\ndata: 3\n\n", () => {}),
  ];
  const reader = resumedEvents((lastId) => {
    asked.push(lastId);
    return Promise.resolve(connections.shift() ?? new ReadableStream());
  }, 1_000).getReader();
  const data: (string | undefined)[] = [];
  while (data.length < 3) {
    const { value = [] } = await reader.read();
    data.push(...value.map((event) => event.data));
  }
  assertEquals([data, asked], [["1", "2", "3"], ["", "b-1", "b-2"]]);
  await reader.cancel();
});

Deno.test("cancelling ends a connection that is being opened", async () => {
  const aborted = Promise.withResolvers<unknown>();
  const opening = Promise.withResolvers<void>();
  const reader = resumedEvents((_, signal) => {
    opening.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        aborted.resolve(signal.reason);
        reject(signal.reason);
      });
    });
  }, 1_000).getReader();
  const read = reader.read();
  await opening.promise;
  await reader.cancel("enough");
  assertEquals(await aborted.promise, "enough");
  assertEquals((await read).done, true);
});

Deno.test("a host that cannot be reached again is an error of the stream", async () => {
  const reader = resumedEvents(
    () => Promise.reject(new LinesError("UNREACHABLE", "no host")),
    1_000,
  ).getReader();
  await assertRejects(() => reader.read(), LinesError, "no host");
});

Deno.test("a connection that falls silent ends, and what came before is kept", async () => {
  let isCancelled = false;
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encoded("here")),
    cancel: () => void (isCancelled = true),
  });
  const chunks = await Array.fromAsync(untilCut(silent, 30));
  assertEquals(chunks.map((it) => new TextDecoder().decode(it)), ["here"]);
  assertEquals(isCancelled, true);
});
