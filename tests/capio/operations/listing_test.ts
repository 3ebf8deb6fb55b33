import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const LISTING = `
  for await (const { name } of Deno.readDir(dir + "/parts")) console.log(name);
  console.log("and no more");`;

for (const mode of ["update", "no_update"]) {
  Deno.test(`a listing of a directory whose writer was killed gives all entries, then an error: ${mode}`, async () => {
    await using workflow = new TestWorkflow({
      writer: {
        reads: ["never"],
        writes: ["parts"],
        streaming: [
          { dirname: ["parts"], committed: "on_n_files", n_files: 3, mode },
        ],
      },
      reader: { reads: ["parts"] },
    });
    const reader = workflow.start("reader", LISTING);
    const writer = workflow.start(
      "writer",
      `await Deno.mkdir(dir + "/parts");
       await Deno.writeTextFile(dir + "/parts/1", "");
       await Deno.readTextFile(dir + "/never");`,
    );
    await eventually(
      workflow.path,
      (status) => status?.waits.some(({ path }) => path === "never") ?? false,
    );
    writer.kill();
    const { code, stdout, stderr } = await reader.result;
    assertEquals([code, stdout], [1, "1\n"]);
    assertStringIncludes(
      stderr,
      'CapioError: Cannot list "parts" past entry 1: its writer "writer"',
    );
  });
}

for (const parts of ["parts", "parts/deep"]) {
  Deno.test(`a directory that an output stream names, or one above it, is listed when its producer has ended: ${parts}`, async () => {
    await using workflow = new TestWorkflow({
      writer: { writes: ["parts"] },
      reader: { reads: ["parts"] },
    });
    const reader = workflow.run(
      "reader",
      LISTING.replace("parts", parts),
    );
    await workflow.run(
      "writer",
      `await Deno.mkdir(dir + "/${parts}", { recursive: true });
       for (const name of ["1", "2"]) {
         await Deno.writeTextFile(dir + "/${parts}/" + name, "");
         await pause(20);
       }`,
    );
    const lines = (await reader).split("\n");
    assertEquals(lines.toSorted(), ["1", "2", "and no more"]);
  });
}

Deno.test("a directory that only a streaming rule names is waited for", async () => {
  const rule = { committed: "on_termination", mode: "update" };
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["parts/*", "more/*"],
      streaming: [
        { ...rule, dirname: ["parts"] },
        { ...rule, dirname: ["mor?"] },
      ],
    },
    reader: { reads: ["parts/*", "more/*"] },
  });
  const reading = workflow.run(
    "reader",
    `const fs = (await import("node:fs")).default;
     const names = fs.promises.readdir(dir + "/parts");
     const kind = fs.promises.lstat(dir + "/more");
     const more = Array.fromAsync(Deno.readDir(dir + "/more"));
     console.log(await names, (await kind).isDirectory(), (await more).length);`,
  );
  await eventually(workflow.path, (status) => status?.waits.length === 3);
  await workflow.run(
    "writer",
    `for (const name of ["parts", "more"]) {
      await Deno.mkdir(dir + "/" + name);
      await Deno.writeTextFile(dir + "/" + name + "/1", "");
    }`,
  );
  assertEquals(await reading, '[ "1" ] true 1');
});

Deno.test("a directory that only a glob for files matches is listed at once", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      reads: ["heard"],
      writes: ["parts*"],
      streaming: [{ name: ["parts*"], committed: "on_close" }],
    },
    reader: { reads: ["parts*"], writes: ["heard"] },
  });
  const writer = workflow.run(
    "writer",
    `await Deno.mkdir(dir + "/parts");
     await Deno.writeTextFile(dir + "/parts/1", "");
     await Deno.readTextFile(dir + "/heard");`,
  );
  const output = await workflow.run(
    "reader",
    `await Deno.readTextFile(dir + "/parts/1");
     ${LISTING}
     await Deno.writeTextFile(dir + "/heard", "");`,
  );
  await writer;
  assertEquals(output, "1\nand no more");
});

Deno.test("a member never waits for a directory without producers that it fills itself", async () => {
  await using workflow = new TestWorkflow({
    only: { streaming: [{ dirname: ["parts"] }] },
  });
  const output = await workflow.run(
    "only",
    `await Deno.mkdir(dir + "/parts");
     await Deno.writeTextFile(dir + "/parts/1", "");
     ${LISTING}`,
  );
  assertEquals(output, "1\nand no more");
});

Deno.test("an entry that is removed as soon as it is listed is gone", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["parts"],
      streaming: [
        {
          dirname: ["parts"],
          committed: "on_n_files",
          n_files: 200,
          mode: "no_update",
        },
        { name: ["parts/*"], committed: "on_close", mode: "no_update" },
      ],
    },
    reader: { reads: ["parts"] },
  });
  await workflow.runAll({
    writer: `
      await Deno.mkdir(dir + "/parts");
      for (let i = 0; i < 200; i++) {
        await Deno.writeTextFile(dir + "/parts/" + i, "");
        await pause(1);
      }`,
    reader: `
      for await (const { name } of Deno.readDir(dir + "/parts")) {
        await Deno.remove(dir + "/parts/" + name);
      }`,
  });
  assertEquals(workflow.list(), ["parts"]);
});
