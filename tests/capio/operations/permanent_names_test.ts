/** Files that a rename gives a permanent name, or takes it away from. */
import { assertEquals } from "@std/assert";
import { TestWorkflow } from "../test_workflow.ts";

Deno.test("a finished file stays when a rename makes its name permanent, and is read under one that is not", async () => {
  await using flow = new TestWorkflow();
  const rule = { name: ["*"], committed: "on_close", mode: "no_update" };
  const cl = flow.writeCl({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  }, ["out.txt", "log.txt"]);
  const { writer, reader } = await flow.runAll({
    writer: `
      const text = (name) => Deno.readTextFileSync(dir + "/" + name);
      for (const version of ["one", "two"]) {
        await Deno.writeTextFile(dir + "/out.tmp", version);
        await Deno.rename(dir + "/out.tmp", dir + "/out.txt");
        console.log(text("out.txt"));
      }
      await Deno.writeTextFile(dir + "/log.txt", "old");
      await Deno.rename(dir + "/log.txt", dir + "/log.1");
      await Deno.writeTextFile(dir + "/log.txt", "new");
      console.log(text("log.1"), text("log.txt"));
      await Deno.writeTextFile(dir + "/done", "");`,
    reader: `
      await Deno.readTextFile(dir + "/done");
      console.log(await Deno.readTextFile(dir + "/out.txt"));`,
  }, { cl });
  assertEquals(writer, "one\ntwo\nold new");
  assertEquals(reader, "two");
  assertEquals(flow.list(), ["log.1", "log.txt", "out.txt"]);
  assertEquals(Deno.readTextFileSync(`${flow.path}/out.txt`), "two");
});
