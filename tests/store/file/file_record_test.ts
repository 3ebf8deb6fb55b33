import { assertEquals, assertThrows } from "@std/assert";
import {
  decodeRecord,
  encodeRecord,
} from "../../../src/store/file/file_record.ts";
import { blobName } from "../../../src/store/file/file_names.ts";
import { StoreError } from "../../../src/store/mod.ts";

const record = {
  key: "a\n\0👩",
  metadata: { text: "line\nfeed" },
  size: 3,
  created: 1,
  modified: 2,
};
const data = new Uint8Array([10, 0, 10]);

Deno.test("a record is decoded with its data", () => {
  const bytes = encodeRecord(record, data);
  assertEquals(decodeRecord(bytes, "path"), { record, data });
  const other = { ...record, blob: blobName(record.key) };
  const none = new Uint8Array();
  assertEquals(decodeRecord(encodeRecord(other, none), "path"), {
    record: other,
    data: none,
  });
});

Deno.test("the error of a file that is cut short or no record has its path", () => {
  const whole = encodeRecord(record, data);
  const damaged = [
    ...Array.from(whole, (_, length) => whole.slice(0, length)),
    new Uint8Array([...whole, 0]),
    ...["{}\n", "null\n", "[]\n", '{"key":7}\n', "\xff\n"]
      .map((text) => Uint8Array.from(text, (c) => c.charCodeAt(0))),
  ];
  for (const bytes of damaged) {
    const error = assertThrows(
      () => decodeRecord(bytes, "some/path"),
      StoreError,
      'Cannot read "some/path"',
    );
    assertEquals(error.code, "DAMAGED");
  }
});
