import { assertEquals } from "@std/assert";
import type {
  EventBody,
  JournalEvent,
} from "../../../src/capio/journal/events/event.ts";
import { fold, initialState } from "../../../src/capio/journal/fold/mod.ts";

/** A journal as a list of `[member, event]`. */
type Script = [by: string, event: EventBody][];

/** Returns who is told of whom, in a workflow of a writer "w" and a reader "r". */
function told(...script: Script): string[] {
  const whole: Script = [
    ["w", { event: "join", app: "writer", pid: 1 }],
    ["r", { event: "join", app: "reader", pid: 2 }],
    ["w", { event: "open", path: "a", handle: 0 }],
    ...script,
  ];
  const events = whole.map(([by, body], time): JournalEvent => ({
    ...body,
    by,
    time,
  }));
  return [...events.reduce(fold, initialState("/data")).rewrites.values()]
    .map(({ path, reader, writer, kind }) =>
      `${kind} ${path} ${reader} ${writer}`
    );
}

const TOLD = ["overwritten a r w"];
const rewrite = (offset: number): Script[number] => [
  "w",
  { event: "rewrite", handle: 0, offset },
];
const read = (to: number, rewrites?: number): Script[number] => [
  "r",
  { event: "read", path: "a", first: 0, bytes: to, file: 0, to, rewrites },
];
const close: Script[number] = ["w", { event: "close", handle: 0 }];

Deno.test("a member that had read past an offset before it was overwritten is told, once", () => {
  assertEquals(told(read(10), rewrite(9)), TOLD);
  assertEquals(told(read(10), rewrite(9), rewrite(0), read(20)), TOLD);
  assertEquals(told(read(10), rewrite(10)), []);
  assertEquals(told(read(10), read(5), rewrite(5)), TOLD);
});

Deno.test("it is the same when it reports only afterwards that it had read", () => {
  assertEquals(told(rewrite(9), read(10)), TOLD);
  assertEquals(told(rewrite(9), close, read(10)), TOLD);
  assertEquals(told(rewrite(9), rewrite(4), read(9, 1)), TOLD);
  assertEquals(told(rewrite(10), read(10)), []);
});

Deno.test("a member is told nothing that knew of the rewrite when it read", () => {
  assertEquals(told(rewrite(0), read(10, 1)), []);
  assertEquals(told(rewrite(0), rewrite(0), read(10, 2), read(20, 2)), []);
  assertEquals(told(rewrite(0), read(10, 1), rewrite(0)), TOLD);
});

Deno.test("a renamed file is still the one that was read, and another of its name is not", () => {
  const renamed: Script[number] = ["w", {
    event: "rename",
    from: "a",
    to: "b",
  }];
  const opened: Script[number] = [
    "w",
    { event: "open", path: "a", handle: 1 },
  ];
  assertEquals(
    told(renamed, opened, rewrite(0), read(10)),
    ["overwritten b r w"],
  );
  const other: Script[number] = [
    "w",
    { event: "rewrite", handle: 1, offset: 0 },
  ];
  assertEquals(told(read(10), renamed, opened, other), []);
});

Deno.test("a producer of the file, and an unknown handle, are passed over", () => {
  const opens: Script[number] = [
    "r",
    { event: "open", path: "a", handle: 0, file: 0 },
  ];
  assertEquals(told(opens, read(10), rewrite(0)), []);
  assertEquals(
    told(read(10), ["w", { event: "rewrite", handle: 7, offset: 0 }]),
    [],
  );
});
