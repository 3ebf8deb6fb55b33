import { assertEquals } from "@std/assert";
import { eventually } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

Deno.test("a program that goes by sizes never takes what a killed writer has left for the whole file", async () => {
  await using workflow = new TestWorkflow({
    writer: {
      writes: ["out"],
      streaming: [{ name: ["out"], committed: "on_close", mode: "update" }],
    },
    reader: { reads: ["out"] },
  });
  const writer = workflow.start(
    "writer",
    `
    const file = await Deno.create(dir + "/out");
    await file.write(new Uint8Array(10));
    await pause(60_000);`,
  );
  const reader = workflow.start(
    "reader",
    `
    import fs from "node:fs";
    const path = dir + "/out";
    const told = {};
    const ask = async (name, fn) => {
      try {
        told[name] = await fn();
      } catch (error) {
        told[name] = error.code;
      }
    };
    using file = await Deno.open(path);
    const descriptor = fs.openSync(path);
    const buffer = new Uint8Array(100);
    await ask("stat", () => Deno.stat(path));
    await ask("lstatSync", () => Deno.lstatSync(path));
    await ask("file.stat", () => file.stat());
    await ask("file.statSync", () => file.statSync());
    await ask("file.seek", () => file.seek(0, Deno.SeekMode.End));
    await ask("file.seekSync", () => file.seekSync(0, Deno.SeekMode.End));
    await ask("fs.statSync", () => fs.statSync(path));
    await ask("fs.fstatSync", () => fs.fstatSync(descriptor));
    await ask("fs.promises.stat", () => fs.promises.stat(path));
    // What is there can still be read, and has no end.
    await ask("file.read", () => file.read(buffer));
    await ask("file.read at the end", () => file.read(buffer));
    await ask("fs.existsSync", () => fs.existsSync(path));
    console.log(JSON.stringify(told));`,
  );
  await eventually(workflow.path, (it) => (it?.files[0]?.size ?? 0) > 0);
  await eventually(workflow.path, (it) => (it?.waits.length ?? 0) > 0);
  writer.kill();
  await writer.result;
  const { stdout, stderr } = await reader.result;
  assertEquals(
    JSON.parse(stdout || stderr),
    {
      "stat": "WRITER_LOST",
      "lstatSync": "WRITER_LOST",
      "file.stat": "WRITER_LOST",
      "file.statSync": "WRITER_LOST",
      "file.seek": "WRITER_LOST",
      "file.seekSync": "WRITER_LOST",
      "fs.statSync": "WRITER_LOST",
      "fs.fstatSync": "WRITER_LOST",
      "fs.promises.stat": "WRITER_LOST",
      "file.read": 10,
      "file.read at the end": "WRITER_LOST",
      "fs.existsSync": true,
    },
  );
});
