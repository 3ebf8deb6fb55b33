import { assertEquals } from "@std/assert";
import {
  formatLine,
  type JournalFormat,
  readFormat,
} from "../../../src/capio/journal/journal_format.ts";

const HERE = { dev: 3, ino: 4, nlink: 1 };
const HEAD = {
  run: "a",
  generation: 2,
  position: 9000,
  checkpoint: 400,
  room: 5000,
};
const OWN: JournalFormat = { type: "own", checkedBy: "owner", head: HEAD };
const FOREIGN: JournalFormat = { type: "foreign" };
/** A copy, which is of use only on request. */
const COPIED: JournalFormat = { type: "foreign", head: HEAD };
const hasNumbers = Deno.build.os !== "windows";

Deno.test("the first line of a journal is known where it was written", () => {
  assertEquals(readFormat(formatLine(HERE, "owner", HEAD), HERE), OWN);
  const group = readFormat(formatLine(HERE, "group", HEAD), HERE);
  assertEquals(group, { ...OWN, checkedBy: "group" });
});

Deno.test({
  name: "a journal with other numbers, or with another name, is a foreign one",
  ignore: !hasNumbers,
  fn() {
    const line = formatLine(HERE, "owner", HEAD);
    assertEquals(readFormat(line, { ...HERE, dev: 5 }), COPIED);
    assertEquals(readFormat(line, { ...HERE, ino: 5 }), COPIED);
    assertEquals(readFormat(line, { ...HERE, nlink: 2 }), COPIED);
    const unnumbered = formatLine({ ...HERE, ino: null }, "kind", HEAD);
    assertEquals(readFormat(unnumbered, HERE), COPIED);
  },
});

Deno.test("without numbers of files the format alone counts", () => {
  const nowhere = { ...HERE, ino: null };
  const line = formatLine(nowhere, "kind", HEAD);
  const own: JournalFormat = { ...OWN, checkedBy: "kind" };
  assertEquals(readFormat(line, { ...nowhere, dev: 9 }), own);
});

Deno.test("another format is unknown, wherever it was written", () => {
  const line = formatLine(HERE, "owner", HEAD).replace(
    '"format":1',
    '"format":2',
  );
  const unknown: JournalFormat = { type: "unknown", format: 2 };
  assertEquals(readFormat(line, HERE), unknown);
  assertEquals(readFormat(line, { ...HERE, dev: 5 }), unknown);
});

Deno.test("any other first line is that of a foreign journal", () => {
  const line = formatLine(HERE, "owner", HEAD);
  for (
    const other of [
      "",
      "{",
      "null",
      "7",
      "[]",
      "{}",
      line.slice(1),
      line.replace('"format":1', '"format":0'),
      line.replace('"format":1', '"format":1.5'),
      line.replace('"format":1', '"format":"1"'),
      line.replace('"owner"', '"all"'),
      line.replace("{", '{"more":1,'),
      line.replace("journal", "other"),
      line.replace('"run":"a",', ""),
      line.replace("9000", "-1"),
      line.replace("400", '"400"'),
      line.replace("5000", "1e300"),
      '{"event":"join","app":"a","pid":1,"by":"1-00000000","time":1}',
    ]
  ) {
    assertEquals(readFormat(other, HERE), FOREIGN, other);
  }
});
