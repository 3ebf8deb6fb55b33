import { assert, assertEquals } from "@std/assert";
import { FilePuller } from "../../../src/streams/sources/file_puller.ts";
import { pattern, temporaryFile } from "../_data.ts";

const data = pattern(3_500_000);
/** As if the file were on a disk that takes its time for every read. */
const slow = { slowMilliseconds: -1 };

Deno.test("a file in the page cache is read with no wait", async () => {
  using file = await temporaryFile(data);
  const puller = new FilePuller(file.open(), { slowMilliseconds: 60_000 });
  const into = new Uint8Array(100);
  let pulled = puller.pull(into);
  let start = 0;
  // It may only wait to let the event loop have a turn that is due.
  if (typeof pulled !== "number") {
    start = await pulled;
    pulled = puller.pull(into);
  }
  assertEquals(pulled, 100);
  assertEquals(into, data.slice(start, start + 100));
});

Deno.test("a slow file is read ahead, and all of it arrives in order", async () => {
  using file = await temporaryFile(data);
  const puller = new FilePuller(file.open(), slow);
  const all = new Uint8Array(data.length);
  let end = 0;
  let waited = 0;
  for (;;) {
    const pulled = puller.pull(all.subarray(end, end + 300_000));
    if (typeof pulled !== "number") waited++;
    const count = await pulled;
    if (count === 0) break;
    end += count;
  }
  assertEquals(all, data);
  assert(waited > 10, `${waited} reads were asynchronous`);
});

Deno.test("cancelling puts a file that was read ahead back to its reader's place", async () => {
  using file = await temporaryFile(data);
  const opened = file.open();
  const puller = new FilePuller(opened, slow);
  let position = 0;
  for (let i = 0; i < 5; i++) {
    position += await puller.pull(new Uint8Array(1_000));
  }
  await puller.cancel();
  assertEquals(await opened.seek(0, Deno.SeekMode.Current), position);
});

Deno.test("nothing is read ahead past the bytes that may be read", async () => {
  using file = await temporaryFile(data);
  const opened = file.open();
  const puller = new FilePuller(opened, { ...slow, maxBytes: 5_000 });
  for (let left = 5_000; left > 0;) {
    left -= await puller.pull(new Uint8Array(Math.min(left, 1_500)));
  }
  assertEquals(await opened.seek(0, Deno.SeekMode.Current), 5_000);
});

Deno.test("slow reads that are close end the synchronous ones for a while", async () => {
  using file = await temporaryFile(pattern(50_000_000));
  using clock = ownClock();
  const puller = new FilePuller(file.open());
  const into = new Uint8Array(1_048_576);
  const pull = async () => {
    const pulled = puller.pull(into);
    await pulled;
    return typeof pulled === "number" ? "at once" : "later";
  };
  const pullSlowly = async () => {
    clock.step = 2;
    const when = await pull();
    clock.step = 0;
    return when;
  };
  for (let i = 0; i < 8; i++) assertEquals(await pull(), "at once");
  assertEquals(await pullSlowly(), "at once");
  for (let i = 0; i < 8; i++) assertEquals(await pull(), "at once");
  assertEquals(await pullSlowly(), "at once");
  assertEquals(await pull(), "at once");
  assertEquals(await pullSlowly(), "at once");
  for (let i = 0; i < 32; i++) assertEquals(await pull(), "later");
  assertEquals(await pull(), "at once");
});

/** Time that passes by `step` milliseconds whenever someone looks. */
function ownClock() {
  const { now } = performance;
  const clock = {
    step: 0,
    time: 0,
    [Symbol.dispose]() {
      performance.now = now;
    },
  };
  performance.now = () => clock.time += clock.step;
  return clock;
}
