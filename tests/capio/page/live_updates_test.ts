import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { liveUpdates } from "../../../src/capio/page/live_updates.ts";
import { PageSource } from "../../../src/capio/page/page_source.ts";

const OPTIONS = {
  sourceId: "id",
  lastEventId: null,
  pause: 1,
};

function source() {
  return new PageSource({
    steps: [],
    hiddenApps: new Set(),
    signal: undefined,
  });
}

Deno.test("page: no update is made while the reader takes none", async () => {
  using pages = source();
  const ended = Promise.withResolvers<void>();
  const reader = liveUpdates(pages, { ...OPTIONS, onEnd: ended.resolve })
    .pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: page")) text += (await reader.read()).value;
  for (let line = 0; line < 100; line++) {
    pages.print("step", [`line ${line}`]);
    await delay(5);
  }
  pages.end(undefined);
  while (!text.includes("event: end")) text += (await reader.read()).value;
  await reader.cancel();
  await ended.promise;
  const updates = text.match(/event: update/g)?.length ?? 0;
  // Those that were under way when the reader stopped, and the last one.
  assert(updates >= 1 && updates < 8, `${updates} updates`);
  assert(text.includes("line 99"));
});

Deno.test("page: updates end when the reader leaves, also while nothing happens", async () => {
  using pages = source();
  let ends = 0;
  const updates = liveUpdates(pages, { ...OPTIONS, onEnd: () => void ends++ });
  const reader = updates.getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  assertEquals(ends, 1);
});
