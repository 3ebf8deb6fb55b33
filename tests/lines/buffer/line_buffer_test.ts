import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { splitLines } from "../../../src/lines/buffer/line_breaks.ts";
import {
  GroupedMessage,
  LineBuffer,
  type LineItem,
  LinesError,
} from "../../../src/lines/mod.ts";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { seededRandom } from "../../support/seeded_random.ts";

Deno.test("each completed line is an item and the rest is the last line", () => {
  const buffer = new LineBuffer();
  assertEquals(buffer.write("one\ntw"), 6);
  assertEquals(buffer.read(), ["one", "tw"]);
  buffer.write("o\n\n");
  assertEquals(buffer.read(), ["one", "two", ""]);
  assertEquals(buffer.write(""), 0);
  assertEquals(buffer.length, 3);
});

Deno.test("the oldest item gives way to the last line", () => {
  const buffer = new LineBuffer({ maxlen: 3 });
  buffer.write("1\n2\n3\n4\n");
  assertEquals(buffer.read(), ["2", "3", "4"]);
  buffer.write("5");
  assertEquals(buffer.read(), ["3", "4", "5"]);
  assertEquals(buffer.length, 3);
  assertEquals(buffer.dropped, 1);
});

Deno.test("read(n) gives the last n, and none for zero and below", () => {
  const buffer = new LineBuffer();
  buffer.write("1\n2\n3");
  assertEquals(buffer.read(2), ["2", "3"]);
  assertEquals(buffer.read(1), ["3"]);
  assertEquals(buffer.read(99), ["1", "2", "3"]);
  assertEquals(buffer.read(0), []);
  assertEquals(buffer.read(-1), []);
  assertThrows(() => buffer.read(1.5), RangeError, "1.5");
});

Deno.test("newLine completes a last line that is not empty, and does nothing otherwise", () => {
  const buffer = new LineBuffer();
  buffer.newLine();
  assertEquals(buffer.length, 0);
  buffer.write("a");
  buffer.newLine();
  buffer.newLine();
  buffer.write("b");
  assertEquals(buffer.read(), ["a", "b"]);
});

Deno.test("a \\r\\n is one break also when newLine or a message comes between its halves", () => {
  const buffer = new LineBuffer();
  buffer.write("a\r");
  buffer.newLine();
  buffer.write("\nb\r");
  buffer.append(new GroupedMessage("message"));
  buffer.write("\nc\n");
  assertEquals(buffer.read().map(String), ["a", "b", "message", "c"]);
});

Deno.test("a message completes the last line and is one item", () => {
  const buffer = new LineBuffer();
  const message = new GroupedMessage(["x", "y"], "error");
  buffer.write("half");
  buffer.append(message);
  assertEquals(buffer.length, 2);
  assertEquals(
    JSON.stringify(buffer.read()),
    JSON.stringify(["half", message]),
  );
});

Deno.test("clear empties items and last lines", () => {
  const buffer = new LineBuffer({ maxlen: 1 });
  buffer.write("1\n2\n3\r");
  buffer.write("4", "other");
  buffer.clear();
  assertEquals(buffer.length, 0);
  assertEquals(buffer.dropped, 0);
  buffer.write("\n");
  assertEquals(buffer.read(), [""]);
});

Deno.test("a text is the same lines wherever it is split", () => {
  const { random, seed } = seededRandom();
  const alphabet = [..."abc\n\r\r\n\v\x85\u2028\u{1f40b}"];
  for (let round = 0; round < 300; round++) {
    const text = Array.from(
      { length: 30 },
      () => alphabet[Math.floor(random() * alphabet.length)],
    ).join("");
    const buffer = new LineBuffer({ maxlen: 100 });
    for (let at = 0; at < text.length;) {
      const length = Math.floor(random() * 5);
      buffer.write(text.slice(at, at + length));
      at += length;
    }
    assertEquals(buffer.read(), splitLines(text), `seed ${seed}`);
  }
});

Deno.test("each writer has a last line of its own", () => {
  const buffer = new LineBuffer();
  buffer.write("a", "first");
  buffer.write("b\r", "second");
  buffer.write("a\n", "first");
  buffer.write("\nc", "second");
  assertEquals(buffer.read(), ["b", "aa", "c"]);
  buffer.newLine("first");
  assertEquals(buffer.read(), ["b", "aa", "c"]);
});

Deno.test("a line that is too long is cut, and an item says so", () => {
  const buffer = new LineBuffer({ maxLineChars: 5 });
  buffer.write("12345\n123");
  buffer.write("456");
  buffer.write("789\nnext\n");
  buffer.write("1234\u{1f40b}\n");
  assertEquals(buffer.read().map(String), [
    "12345",
    "12345",
    "The line before this one is cut after 5 characters",
    "next",
    "1234",
    "The line before this one is cut after 5 characters",
  ]);
});

Deno.test("64 MiB without a line break do not stay in memory", () => {
  const buffer = new LineBuffer();
  const mebibyte = "x".repeat(1024 * 1024);
  for (let i = 0; i < 64; i++) buffer.write(mebibyte);
  const chars = buffer.read().reduce((sum, it) => sum + String(it).length, 0);
  assertEquals(chars < 70_000, true, `${chars} characters`);
});

Deno.test("a line kept of a large text does not keep the whole text in memory", async () => {
  const module = new URL("../../../src/lines/mod.ts", import.meta.url);
  const program = `
    import { LineBuffer } from ${JSON.stringify(module.href)};
    const buffer = new LineBuffer({ maxlen: 600, backlog: 600 });
    const heap = () => (gc(), Deno.memoryUsage().heapUsed);
    const before = heap();
    for (let i = 0; i < 100; i++) {
      const tooLong = String.fromCharCode(97 + i % 26).repeat(2 * 1024 * 1024);
      buffer.write(\`the line \${i} to keep \${tooLong}\\n\`);
      buffer.write(\`\${tooLong}\\nan unfinished line \${i}\`, \`writer \${i}\`);
    }
    console.log(heap() - before);
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--v8-flags=--expose-gc",
      ...await stdConfigArgs(),
      program,
    ],
    stderr: "inherit",
  }).output();
  const grown = Number(new TextDecoder().decode(stdout));
  // What is shown are 200 lines of 64 Ki characters.
  assertEquals(
    grown > 12_000_000 && grown < 30_000_000,
    true,
    `${grown} bytes`,
  );
});

Deno.test("all items together stay below the limit of characters", () => {
  const buffer = new LineBuffer({ maxlen: 100, maxChars: 1_000 });
  for (let i = 0; i < 100; i++) buffer.write("x".repeat(99) + "\n");
  buffer.append(new GroupedMessage("y".repeat(500)));
  assertEquals(buffer.length, 5);
  assertEquals(buffer.dropped, 96);
});

Deno.test("messages of very many empty lines stay below the limit, too", () => {
  const buffer = new LineBuffer({ maxlen: 100, maxChars: 1_000_000 });
  for (let i = 0; i < 100; i++) {
    buffer.append(new GroupedMessage(Array(10_000).fill("")));
  }
  assertEquals(buffer.length, 6);
});

Deno.test("unfinished lines of many writers are limited, and none is lost", () => {
  const buffer = new LineBuffer({ maxlen: 3_000, maxChars: 1_000_000 });
  for (let i = 0; i < 2_000; i++) buffer.write(`line ${i}`, `writer ${i}`);
  assertEquals(new Set(buffer.read()).size, 2_000);
});

Deno.test("only texts are written and only messages appended", () => {
  const buffer = new LineBuffer();
  const number: unknown = 5;
  assertThrows(() => buffer.write(number as string), TypeError, "found 5");
  const text: unknown = "two\nlines";
  assertThrows(
    () => buffer.append(text as GroupedMessage),
    TypeError,
    "must be a GroupedMessage",
  );
  assertEquals(buffer.read(), []);
});

Deno.test("limits must be positive integers", () => {
  for (const maxlen of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new LineBuffer({ maxlen }), RangeError, "maxlen");
  }
  const text: unknown = "3";
  assertThrows(
    () => new LineBuffer({ maxlen: text as number }),
    TypeError,
    '"maxlen" must be a positive integer, found "3"',
  );
  assertThrows(() => new LineBuffer({ maxChars: 0 }), RangeError, "maxChars");
});

Deno.test("using a closed buffer is an error, closing it twice is not", async () => {
  const buffer = new LineBuffer();
  const { writable } = buffer;
  assertEquals([buffer.isReadable(), buffer.isWritable()], [true, true]);
  buffer.close();
  buffer.close();
  assertEquals(buffer.closed, true);
  assertEquals([buffer.isReadable(), buffer.isWritable()], [false, false]);
  assertThrows(() => buffer.write("x"), LinesError, "closed");
  assertThrows(() => buffer.read(), LinesError, "closed");
  assertThrows(() => buffer.clear(), LinesError, "closed");
  assertThrows(() => buffer.lines(), LinesError, "closed");
  await assertRejects(() => writable.getWriter().write("x"), LinesError);
});

Deno.test("a buffer is no terminal and no file", () => {
  const buffer = new LineBuffer();
  assertEquals([buffer.isatty(), buffer.seekable()], [false, false]);
  assertThrows(() => buffer.seek(), Deno.errors.NotSupported);
  assertThrows(() => buffer.fileno(), Deno.errors.NotSupported);
});

Deno.test("the live stream has every item in order, from now or from the start", async () => {
  const buffer = new LineBuffer({ maxlen: 2 });
  buffer.write("1\n2\n3\n");
  const fromNow = Array.fromAsync(buffer.lines());
  const fromStored = Array.fromAsync(buffer.lines({ stored: true }));
  const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i}`);
  for (let i = 0; i < lines.length; i += 500) {
    buffer.write(lines.slice(i, i + 500).join("\n") + "\n");
    await new Promise((resolve) => setTimeout(resolve));
  }
  buffer.close();
  assertEquals(await fromNow, lines);
  assertEquals(await fromStored, ["2", "3", ...lines]);
});

Deno.test("a reader that lags gets a mark in place of the items it missed", async () => {
  const buffer = new LineBuffer({ maxlen: 2, backlog: 3 });
  const reader = buffer.lines().getReader();
  const read = async () => String((await reader.read()).value as LineItem);
  buffer.write("1\n");
  assertEquals(await read(), "1");
  buffer.write("2\n3\n4\n5\n6\n");
  assertEquals(await read(), "2 lines were dropped here");
  assertEquals([await read(), await read(), await read()], ["4", "5", "6"]);
  await reader.cancel();
});

Deno.test("events report clearings and unfinished lines", async () => {
  const buffer = new LineBuffer();
  const reader = buffer.events().getReader();
  const read = async () => (await reader.read()).value;
  assertEquals(await read(), [{ kind: "start", next: 0 }]);
  buffer.write("a");
  assertEquals(await read(), [{ kind: "last", lines: ["a"] }]);
  buffer.write("b\n");
  assertEquals(await read(), [
    { kind: "item", id: 0, item: "ab" },
    { kind: "last", lines: [] },
  ]);
  buffer.clear();
  assertEquals(await read(), [{ kind: "clear", next: 2 }]);
  await reader.cancel();
});

Deno.test("events from a number on report the clearing after it", async () => {
  const buffer = new LineBuffer();
  buffer.write("a\n");
  buffer.clear();
  const first = async (next: number) => {
    const reader = buffer.events({ next }).getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return value;
  };
  assertEquals(await first(1), [
    { kind: "start", next: 1 },
    { kind: "clear", next: 2 },
  ]);
  assertEquals(await first(2), [{ kind: "start", next: 2 }]);
  buffer.write("b\n");
  assertEquals(await first(0), [
    { kind: "start", next: 0 },
    { kind: "clear", next: 2 },
    { kind: "item", id: 2, item: "b" },
  ]);
  assertEquals(buffer.dropped, 0);
});

Deno.test("a signal ends a live stream with its reason", async () => {
  using buffer = new LineBuffer();
  const stopping = new AbortController();
  const items = buffer.lines({ signal: stopping.signal }).getReader();
  buffer.write("1\n");
  assertEquals((await items.read()).value, "1");
  const next = items.read();
  stopping.abort("enough");
  assertEquals(await next.catch((reason) => reason), "enough");
  const signal: unknown = 5;
  assertThrows(
    () => buffer.lines({ signal: signal as AbortSignal }),
    TypeError,
    '"signal" must be an AbortSignal, found 5',
  );
});
