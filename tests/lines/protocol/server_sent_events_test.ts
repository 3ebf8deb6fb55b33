import { assertEquals, assertRejects } from "@std/assert";
import type { LineEvent } from "../../../src/lines/mod.ts";
import { GroupedMessage } from "../../../src/lines/mod.ts";
import {
  eventPieces,
  EventStreamDecoder,
  LineEventDecoder,
  type ServerSentEvent,
} from "../../../src/lines/protocol/mod.ts";
import { seededRandom } from "../../support/seeded_random.ts";

const EVENTS: LineEvent[] = [
  { kind: "item", id: 4, item: "data: x\nid: 7\r\n\u2028\u{1f40b}" },
  { kind: "gap", dropped: 2, next: 7 },
  { kind: "clear", next: 8 },
  { kind: "item", id: 8, item: new GroupedMessage(["a", ""], "error") },
  { kind: "last", lines: ["half", "<b>"] },
];

/** The text of events, as a host named so sends it. */
function textOf(events: LineEvent[], buffer: string): string {
  return Array.from(eventPieces(events, buffer)).join("");
}

/** The server-sent events of chunks of text. */
async function sentIn(...chunks: string[]): Promise<ServerSentEvent[]> {
  const sent = ReadableStream.from(chunks).pipeThrough(
    new EventStreamDecoder(1_000),
  );
  return (await Array.fromAsync(sent)).flat();
}

/** What server-sent events say about a buffer. */
async function eventsIn(sent: ServerSentEvent[]): Promise<LineEvent[]> {
  const events = ReadableStream.from([sent]).pipeThrough(
    new LineEventDecoder(),
  );
  return (await Array.fromAsync(events)).flat();
}

Deno.test("events survive the wire, wherever it is cut", async () => {
  const { random, seed } = seededRandom();
  const text = textOf([{ kind: "start", next: 4 }, ...EVENTS], "a-b");
  for (let round = 0; round < 200; round++) {
    const chunks: string[] = [];
    for (let at = 0; at < text.length;) {
      const length = 1 + Math.floor(random() * 20);
      chunks.push(text.slice(at, at + length));
      at += length;
    }
    const sent = await sentIn(...chunks);
    assertEquals(
      JSON.stringify(await eventsIn(sent)),
      JSON.stringify(EVENTS),
      `seed ${seed}`,
    );
    assertEquals(sent.findLast(({ id }) => id)?.id, "a-b-9");
  }
});

Deno.test("the start names the position even before the first item", async () => {
  const text = textOf([{ kind: "start", next: 0 }], "b");
  assertEquals(text, "retry: 500\nid: b-0\n\n");
  const sent = await sentIn(text);
  assertEquals(sent, [{ event: undefined, data: undefined, id: "b-0" }]);
  assertEquals(await eventsIn(sent), []);
});

Deno.test("an event that is cut off leaves the position before it", async () => {
  const text = textOf([
    { kind: "start", next: 4 },
    { kind: "item", id: 4, item: "four" },
  ], "b");
  const idsIn = async (...chunks: string[]) =>
    (await sentIn(...chunks)).map(({ id }) => id);
  assertEquals(await idsIn(text.slice(0, -1)), ["b-4"]);
  assertEquals(await idsIn(text.slice(0, -1), "\n"), ["b-4", "b-5"]);
});

Deno.test("comments, other fields and events of later hosts are passed over", async () => {
  const sent = await sentIn(
    ":\r\n\r\nfoo: bar\r\nevent: new\r\ndata\r",
    "\ndata:x\r\n\r\n",
  );
  assertEquals(sent, [{ event: "new", data: "\nx", id: undefined }]);
  assertEquals(await eventsIn(sent), []);
});

Deno.test("data of several lines is one event", async () => {
  const text = "event: x\ndata: a\ndata: \ndata: b\n\n";
  assertEquals((await sentIn(text))[0].data, "a\n\nb");
});

Deno.test("an event without end is refused, in one line or in many", async () => {
  let sent = 0;
  const endless = (text: string) =>
    new ReadableStream<string>({
      pull(controller) {
        sent += text.length;
        controller.enqueue(text);
      },
    });
  for (const text of ["data: x", "data: x\n", "data:\r\n: y\r"]) {
    sent = 0;
    const events = endless(text.repeat(10))
      .pipeThrough(new EventStreamDecoder(1_000));
    await assertRejects(
      () => Array.fromAsync(events),
      Deno.errors.InvalidData,
      "1000 characters",
    );
    assertEquals(sent < 5_000, true, `${sent} characters were taken`);
  }
  assertEquals((await sentIn(`data: ${"x".repeat(900)}\n\n`)).length, 1);
});

Deno.test("an event whose data is not what it promises fails the stream", async () => {
  for (const data of ["{", '{"foo":1}']) {
    await assertRejects(() => eventsIn([{ data, id: "b-1" }]));
  }
});
