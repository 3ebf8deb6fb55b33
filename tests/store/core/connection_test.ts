import { assert, assertEquals, assertRejects } from "@std/assert";
import { Connection } from "../../../src/store/core/connection.ts";

/** Opens when the test says so, and logs what happens. */
class Target {
  readonly log: string[] = [];
  readonly obeys: boolean;
  signal: AbortSignal | undefined;
  finish = () => {};

  constructor({ obeys }: { obeys: boolean }) {
    this.obeys = obeys;
  }

  open(signal: AbortSignal): Promise<void> {
    this.log.push("open");
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      if (!this.obeys) return;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  close(): void {
    this.log.push("close");
  }
}

Deno.test("callers that connect at the same time share one opening", async () => {
  const target = new Target({ obeys: true });
  const connection = new Connection(target);
  const both = Promise.all([connection.connect(), connection.connect()]);
  await Promise.resolve();
  target.finish();
  await both;
  assert(connection.isOpen);
  assertEquals(target.log, ["open"]);
});

Deno.test("a caller that gives up leaves the opening to the others", async () => {
  const target = new Target({ obeys: true });
  const connection = new Connection(target);
  const abort = new AbortController();
  const one = connection.connect(abort.signal);
  const other = connection.connect();
  abort.abort(new Error("enough"));
  await assertRejects(() => one, Error, "enough");
  assert(target.signal?.aborted === false);
  target.finish();
  await other;
  assert(connection.isOpen);
});

for (const obeys of [true, false]) {
  const name = obeys ? "ends" : "does not end";
  Deno.test(`an opening that ${name} with its last caller leaves nothing open`, async () => {
    const target = new Target({ obeys });
    const connection = new Connection(target);
    const abort = new AbortController();
    const one = connection.connect(abort.signal);
    abort.abort(new Error("enough"));
    await assertRejects(() => one, Error, "enough");
    assertEquals(target.signal?.reason.message, "enough");
    const again = connection.connect();
    target.finish();
    while (target.log.at(-1) !== "open" || target.signal?.aborted) {
      await Promise.resolve();
    }
    target.finish();
    await again;
    assert(connection.isOpen);
    await connection.disconnect();
    const once = obeys ? ["open"] : ["open", "close"];
    assertEquals(target.log, [...once, "open", "close"]);
  });
}
