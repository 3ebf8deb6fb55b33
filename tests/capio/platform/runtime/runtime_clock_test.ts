import { assertEquals } from "@std/assert";
import { TestWorkflow } from "../../test_workflow.ts";

Deno.test("a program that puts clocks and timers of its own in place waits as any other", async () => {
  await using flow = new TestWorkflow({
    writer: {
      writes: ["numbers"],
      streaming: [{
        name: ["numbers"],
        committed: "on_close",
        mode: "no_update",
      }],
    },
    reader: { reads: ["numbers"] },
  });
  const { reader } = await flow.runAll({
    writer: `
      await pause(150);
      const file = await Deno.open(dir + "/numbers", { create: true, write: true });
      for (let n = 0; n < 3; n++) {
        await file.write(bytes(String(n)));
        await pause(150);
      }
      file.close();`,
    reader: `
      let calls = 0;
      const still = () => (calls++, 0);
      Object.assign(performance, { now: still });
      Object.assign(Date, { now: still });
      Object.assign(globalThis, { setTimeout: still, clearTimeout: still });
      console.log(await Deno.readTextFile(dir + "/numbers"), calls);`,
  });
  assertEquals(reader, "012 0");
});
