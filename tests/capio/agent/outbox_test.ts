import { assertEquals } from "@std/assert";
import { Outbox } from "../../../src/capio/agent/outbox.ts";
import type { WorkflowFile } from "../../../src/capio/journal/mod.ts";

Deno.test("of a file that is gone the others get to know so, in place of its size", () => {
  const outbox = new Outbox();
  const files = [1, 2].map((number) => ({ number }) as WorkflowFile);
  for (const file of files) {
    const { number } = file;
    outbox.add(number, [{
      type: "committed",
      file,
      by: "1-00000000",
      time: 0,
    }]);
  }
  const { lines } = outbox.take(
    1,
    ({ number }) => number === 1 ? { size: 7, mode: 0o600 } : undefined,
  );
  const common = { event: "committed", by: "1-00000000", time: 0 } as const;
  assertEquals(lines.map(({ event }) => event), [
    { ...common, file: 1, size: 7, mode: 0o600 },
    { ...common, file: 2, size: 0, gone: true },
  ]);
});
