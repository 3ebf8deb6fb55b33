import { assertEquals, assertThrows } from "@std/assert";
import { GroupedMessage } from "../../../src/lines/mod.ts";

Deno.test("a message is built from a text, from lines or from an error", () => {
  assertEquals(new GroupedMessage("one\r\ntwo\n").data, ["one", "two"]);
  assertEquals(new GroupedMessage(["one", "two\n"]).data, ["one", "two\n"]);
  const message = new GroupedMessage(new RangeError("too far"));
  assertEquals(message.type, "error");
  assertEquals(message.data[0], "RangeError: too far");
  assertEquals(message.data[1].startsWith("    at "), true);
});

Deno.test("a warning is told from an error by its name", () => {
  class DeprecationWarning extends Error {
    override name = "DeprecationWarning";
  }
  assertEquals(
    new GroupedMessage(new DeprecationWarning("old")).type,
    "warning",
  );
  assertEquals(new GroupedMessage("text").type, "str");
  assertEquals(new GroupedMessage("text", "warning").type, "warning");
});

Deno.test("the serialized form is exactly that of syncstream", () => {
  assertEquals(
    JSON.stringify(new GroupedMessage(["line"], "error")),
    '{"/is_syncsdata":true,"/type":"GroupedMessage","type":"error","data":["line"]}',
  );
});

Deno.test("a message survives its serialization", () => {
  const message = new GroupedMessage(["a", "", "\u{1f40b}\n<b>"], "warning");
  const copy = GroupedMessage.deserialize(JSON.parse(JSON.stringify(message)));
  assertEquals(copy.serialize(), message.serialize());
  assertEquals(`${copy}`, "a\n\n\u{1f40b}\n<b>");
});

Deno.test("a value that is not a serialized message is refused", () => {
  const good = new GroupedMessage("x").serialize();
  const bad: unknown[] = [
    null,
    "text",
    [],
    {},
    { foo: 1 },
    { ...good, "/is_syncsdata": 1 },
    { ...good, "/type": "Other" },
    { ...good, type: "fatal" },
    { ...good, data: "x" },
    { ...good, data: ["x", 1] },
  ];
  for (const value of bad) {
    assertThrows(() => GroupedMessage.deserialize(value), TypeError);
  }
  // deno-lint-ignore no-explicit-any
  assertThrows(() => new GroupedMessage(7 as any), TypeError, "source");
});
