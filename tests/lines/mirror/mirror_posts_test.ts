import { assertEquals, assertRejects } from "@std/assert";
import { GroupedMessage, LinesError } from "../../../src/lines/mod.ts";
import {
  MirrorPosts,
  MOST_POST_CHARS,
} from "../../../src/lines/mirror/mirror_posts.ts";

Deno.test("texts are collected up to the length of one post, and messages are alone", async () => {
  const posts = new MirrorPosts(() => {});
  const long = "x".repeat(MOST_POST_CHARS - 2);
  posts.text("first");
  for (const text of ["1", "2", long, "3"]) posts.text(text);
  posts.post({ type: "message", message: new GroupedMessage("m", "error") });
  posts.text("last");
  posts.close();
  const batches = [];
  for await (const batch of posts.readable) {
    batches.push(batch.post?.type ?? batch.text.length);
    posts.accept(batch);
  }
  assertEquals(batches, [5, long.length + 2, 1, "message", 4]);
  await posts.idle();
});

Deno.test("a failure reaches every writer, and no writer after it", async () => {
  let failures = 0;
  const posts = new MirrorPosts(() => failures++);
  const lost = [posts.text("a"), posts.text("b")];
  const reader = posts.readable.getReader();
  const { value: batch } = await reader.read();
  if (batch) posts.fail(batch, new LinesError("TIMEOUT", "late"));
  for (const text of lost) {
    const error = await assertRejects(() => text, LinesError, "late");
    assertEquals(error.undelivered, ["a", "b"]);
  }
  await posts.idle();
  const kept = posts.text("c");
  const next = (await reader.read()).value;
  assertEquals([next?.text, failures], ["c", 1]);
  if (next) posts.accept(next);
  await kept;
});

Deno.test("the wait for less text ends when the buffer accepted enough", async () => {
  const posts = new MirrorPosts(() => {});
  assertEquals(posts.drained(1), undefined);
  posts.text("12345");
  let isDrained = false;
  const drained = posts.drained(3)?.then(() => isDrained = true);
  posts.acceptChars(2);
  await Promise.resolve();
  assertEquals(isDrained, false);
  posts.acceptChars(1);
  await drained;
});
