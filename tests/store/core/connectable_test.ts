import { assert, assertEquals, assertRejects } from "@std/assert";
import { Connectable } from "../../../src/store/core/connectable.ts";

/** Opens when the test says so, and logs what happens. */
class Target extends Connectable {
  readonly log: string[] = [];
  readonly obeys: boolean;
  signal: AbortSignal | undefined;
  finish = () => {};

  constructor({ obeys }: { obeys: boolean }) {
    super();
    this.obeys = obeys;
  }

  protected override open(signal: AbortSignal): Promise<void> {
    this.log.push("open");
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      if (!this.obeys) return;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  protected override close(): void {
    this.log.push("close");
  }
}

Deno.test("callers that connect at the same time share one opening", async () => {
  const target = new Target({ obeys: true });
  const both = Promise.all([target.connect(), target.connect()]);
  await Promise.resolve();
  target.finish();
  await both;
  assert(target.isConnected());
  assertEquals(target.log, ["open"]);
});

Deno.test("a caller that gives up leaves the opening to the others", async () => {
  const target = new Target({ obeys: true });
  const abort = new AbortController();
  const one = target.connect({ signal: abort.signal });
  const other = target.connect();
  abort.abort(new Error("enough"));
  await assertRejects(() => one, Error, "enough");
  assert(target.signal?.aborted === false);
  target.finish();
  await other;
  assert(target.isConnected());
});

for (const obeys of [true, false]) {
  const name = obeys ? "ends" : "does not end";
  Deno.test(`an opening that ${name} with its last caller leaves nothing open`, async () => {
    const target = new Target({ obeys });
    const abort = new AbortController();
    const one = target.connect({ signal: abort.signal });
    abort.abort(new Error("enough"));
    await assertRejects(() => one, Error, "enough");
    assertEquals(target.signal?.reason.message, "enough");
    const again = target.connect();
    target.finish();
    while (target.log.at(-1) !== "open" || target.signal?.aborted) {
      await Promise.resolve();
    }
    target.finish();
    await again;
    assert(target.isConnected());
    await target.disconnect();
    const once = obeys ? ["open"] : ["open", "close"];
    assertEquals(target.log, [...once, "open", "close"]);
  });
}

Deno.test("a caller that gives up in the moment of the opening leaves nothing open", async () => {
  for (let turns = 0; turns < 20; turns++) {
    const target = new Target({ obeys: false });
    const abort = new AbortController();
    const one = target.connect({ signal: abort.signal }).then(
      () => "connected",
      () => "aborted",
    );
    await Promise.resolve().then(() => {});
    await Promise.resolve();
    target.finish();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    abort.abort(new Error("enough"));
    const result = await one;
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals(target.isConnected(), result === "connected");
  }
});

Deno.test("an opening that throws can be tried again", async () => {
  class Failing extends Connectable {
    isFailing = true;
    protected override open(): void {
      if (this.isFailing) throw new Error("no");
    }
  }
  const target = new Failing();
  await assertRejects(() => target.connect(), Error, "no");
  target.isFailing = false;
  await target.connect();
  assert(target.isConnected());
});
