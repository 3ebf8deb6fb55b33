import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  GroupedMessage,
  LinesError,
  StopIteration,
} from "../../../src/lines/mod.ts";
import { MirrorPipeline } from "../../../src/lines/mirror/mirror_pipeline.ts";
import type { MirrorPost } from "../../../src/lines/protocol/mod.ts";

/** A transport in memory, whose posts are answered by the test. */
class TestTransport {
  readonly posts: string[] = [];
  readonly waiting: PromiseWithResolvers<void>[] = [];
  /** Answers each post at once. */
  isOpen = true;
  closings: unknown[] = [];

  async deliver(post: MirrorPost): Promise<void> {
    this.posts.push(post.type === "str" ? post.text : `<${post.type}>`);
    if (this.isOpen) return;
    const answer = Promise.withResolvers<void>();
    this.waiting.push(answer);
    await answer.promise;
  }

  async checkStates(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await Promise.reject(new StopIteration());
  }

  close(reason?: unknown): void {
    this.closings.push(reason);
    const closed = new LinesError("CLOSED", "closed", { cause: reason });
    for (const { reject } of this.waiting.splice(0)) reject(closed);
  }

  /** Waits for a post, and gives back what answers it. */
  async nextAnswer(): Promise<PromiseWithResolvers<void>> {
    for (;;) {
      const answer = this.waiting.at(-1);
      if (answer !== undefined) return answer;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

function pipelineOver(transport: TestTransport, aggressive = false) {
  return new MirrorPipeline(transport, aggressive);
}

Deno.test("what comes through the stream and through methods has one order", async () => {
  const transport = new TestTransport();
  const pipeline = pipelineOver(transport);
  const writer = pipeline.writable.getWriter();
  await writer.write("1\n2");
  pipeline.write(" and\n3\n");
  await writer.write("4");
  pipeline.message(new GroupedMessage("five", "warning"));
  await writer.write("6");
  await writer.close();
  const texts = transport.posts.join("|").replaceAll("\n|<", "\n<");
  assertEquals(
    texts.replaceAll("|", ""),
    "1\n2 and\n3\n4\n<message>6\n<close>",
  );
  assertEquals([pipeline.closed, transport.closings], [true, [undefined]]);
});

Deno.test("one batch is under way, and the rest is collected for the next", async () => {
  const transport = new TestTransport();
  transport.isOpen = false;
  const pipeline = pipelineOver(transport);
  const writes = ["a\n", "b\n", "c\n"].map((text) => pipeline.write(text));
  const first = await transport.nextAnswer();
  assertEquals(transport.posts, ["a\n"]);
  pipeline.write("d\n");
  transport.isOpen = true;
  first.resolve();
  await Promise.all(writes);
  await pipeline.idle();
  assertEquals(transport.posts, ["a\n", "b\nc\nd\n"]);
  await pipeline.close();
});

Deno.test("a post that fails fails what follows it, and the next one is tried", async () => {
  const transport = new TestTransport();
  transport.isOpen = false;
  const pipeline = pipelineOver(transport, true);
  const lost = ["a\nb", "c\n"].map((text) => pipeline.write(text));
  const answer = await transport.nextAnswer();
  transport.isOpen = true;
  answer.reject(new LinesError("REJECTED", "no", { status: 507 }));
  for (const write of lost) {
    const error = await assertRejects(() => write ?? Promise.resolve());
    const { code, status, undelivered } = error as LinesError;
    assertEquals([code, status, undelivered], ["REJECTED", 507, [
      "a\nb",
      "c\n",
    ]]);
  }
  await pipeline.idle();
  // No line is open at the buffer, so there is none to end.
  pipeline.endLine();
  await pipeline.write("d\n");
  await pipeline.close();
  assertEquals(transport.posts, ["a\nb", "d\n", "<close>"]);
});

Deno.test("the stream is held back while a mebibyte waits, and fails with a post", async () => {
  const transport = new TestTransport();
  transport.isOpen = false;
  const pipeline = pipelineOver(transport);
  const writer = pipeline.writable.getWriter();
  const mebibyte = "x".repeat(1024 * 1024 - 1) + "\n";
  let isWritten = false;
  const written = writer.write(mebibyte).then(() => isWritten = true);
  const answer = await transport.nextAnswer();
  assertEquals(isWritten, false);
  answer.reject(new StopIteration());
  await written;
  await assertRejects(() => writer.closed, StopIteration);
  transport.isOpen = true;
  await pipeline.close();
});

Deno.test("aborting the stream closes the mirror with the reason", async () => {
  const transport = new TestTransport();
  const pipeline = pipelineOver(transport);
  await pipeline.writable.abort("too far");
  assertEquals(transport.posts, ["<message>"]);
  assertThrows(() => pipeline.write("x"), LinesError, "closed");
});

Deno.test("a signal ends the closing, and the error has what is undelivered", async () => {
  const transport = new TestTransport();
  transport.isOpen = false;
  const pipeline = pipelineOver(transport);
  pipeline.write("a\nb");
  const giveUp = new AbortController();
  const closing = pipeline.close(undefined, giveUp.signal);
  await transport.nextAnswer();
  giveUp.abort("enough");
  const error = await assertRejects(() => closing, LinesError);
  assertEquals([error.code, error.cause], ["CLOSED", "enough"]);
  assertEquals(error.undelivered, ["a\n", "b\n"]);
});
