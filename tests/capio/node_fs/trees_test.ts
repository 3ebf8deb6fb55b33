/** Calls of `node:fs` on whole trees that another step is still making. */
import { assertEquals } from "@std/assert";
import { eventually } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

Deno.test("cp and glob wait for a tree that another step makes", async () => {
  const mode = "update";
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["made/*"],
      streaming: [
        { dirname: ["made"], committed: "on_termination", mode },
        { name: ["made/*"], committed: "on_close", mode: "no_update" },
      ],
    },
    reader: { reads: ["made/*"], writes: ["copy*"] },
  });
  const reading = workflow.run(
    "reader",
    `const fs = (await import("node:fs")).default;
     const pattern = dir + "/made/**/*.txt";
     const found = await Promise.all([
       Array.fromAsync(fs.promises.glob(pattern)),
       Array.fromAsync(fs.promises.glob("made/late/b.txt", { cwd: dir })),
       new Promise((resolve, reject) =>
         fs.glob(pattern, (error, all) => error ? reject(error) : resolve(all))),
       fs.promises.cp(dir + "/made", dir + "/copy", { recursive: true }),
     ]);
     fs.cpSync(dir + "/copy", dir + "/copy2", { recursive: true });
     console.log(JSON.stringify([
       ...found.slice(0, 3).map((all) => all.map((it) => it.replace(dir, "")).sort()),
       fs.globSync(dir + "/copy2/**/*.txt").length,
       await Deno.readTextFile(dir + "/copy2/late/b.txt"),
     ]));`,
    { flags: ["-A"] },
  );
  await eventually(
    workflow.path,
    (status) =>
      (status?.waits.filter(({ path }) => path.startsWith("made")).length ??
        0) >= 4,
  );
  await workflow.run(
    "writer",
    `await Deno.mkdir(dir + "/made");
     await Deno.writeTextFile(dir + "/made/a.txt", "a");
     await pause(100);
     await Deno.mkdir(dir + "/made/late");
     const file = await Deno.create(dir + "/made/late/b.txt");
     await file.write(bytes("half,"));
     await pause(100);
     await file.write(bytes("whole"));
     file.close();`,
  );
  const texts = ["/made/a.txt", "/made/late/b.txt"];
  assertEquals(JSON.parse(await reading), [
    texts,
    ["made/late/b.txt"],
    texts,
    2,
    "half,whole",
  ]);
});
