import { assertEquals, assertThrows } from "@std/assert";
import { GroupedMessage } from "../../../src/lines/mod.ts";
import {
  decodePost,
  encodePost,
  type MirrorPost,
  Refusal,
} from "../../../src/lines/protocol/mod.ts";

Deno.test("posts have the form that syncstream gives them", () => {
  const message = new GroupedMessage(["a", "b"], "error");
  const posts: [MirrorPost, string][] = [
    [{ type: "str", text: "x\n" }, '{"type":"str","data":{"value":"x\\n"}}'],
    [
      { type: "message", message },
      '{"type":"error","data":{"/is_syncsdata":true,' +
      '"/type":"GroupedMessage","type":"error","data":["a","b"]}}',
    ],
    [{ type: "close" }, '{"type":"close"}'],
  ];
  for (const [post, body] of posts) {
    assertEquals(encodePost(post), body);
    assertEquals(JSON.stringify(decodePost(body)), JSON.stringify(post));
  }
});

Deno.test("a text that is grouped travels as a warning and stays a text", () => {
  const message = new GroupedMessage(["a"], "str");
  const body = encodePost({ type: "message", message });
  assertEquals(JSON.parse(body).type, "warning");
  assertEquals(JSON.parse(body).data.type, "str");
  const post = decodePost(body);
  assertEquals(post.type === "message" && post.message.type, "str");
});

Deno.test("a body that is not a post is refused with what was found", () => {
  const error = assertThrows(() => decodePost('{"type":"other"}'), Refusal);
  assertEquals([error.status, error.message], [
    400,
    'The "type" must be "str", "warning", "error" or "close", found "other"',
  ]);
});
