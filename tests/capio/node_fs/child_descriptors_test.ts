import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, flow, TestDirectory } from "../step.ts";
import { printing, TestWorkflow } from "../test_workflow.ts";

/** What the child does: the last line comes long after the first. */
const LINES = "echo first; sleep 0.5; echo last";

/** Ways to start a child whose output is the file "log". */
const STARTS: Record<string, string> = {
  "spawn with a descriptor": `
    const fd = fs.openSync(path, "w");
    spawn("sh", ["-c", lines], { stdio: ["ignore", fd, "inherit"] });
    fs.closeSync(fd);`,
  "spawn with a descriptor twice, closed by callback": `
    fs.open(path, "w", (error, fd) => {
      spawn("sh", ["-c", lines + " >&2"], { stdio: ["ignore", fd, fd] });
      fs.close(fd);
    });`,
  "spawn with a handle's descriptor": `
    const handle = await fs.promises.open(path, "w");
    spawn("sh", ["-c", lines], { stdio: ["ignore", handle.fd, "inherit"] });
    await handle.close();`,
  // The runtime reads what the child writes, and writes it to the stream.
  "spawn with a stream": `
    const stream = fs.createWriteStream(path);
    stream.on("open", () => {
      spawn("sh", ["-c", lines], { stdio: ["ignore", stream, "inherit"] })
        .on("close", () => stream.end());
    });`,
  "fork with a descriptor": `
    const script = args[0] + "/child.mjs";
    fs.writeFileSync(script, \`
      console.log("first");
      setTimeout(() => console.log("last"), 500);\`);
    const fd = fs.openSync(path, "w");
    childProcess.fork(script, { stdio: ["ignore", fd, "inherit", "ipc"] });
    fs.closeSync(fd);`,
  "spawnSync with a descriptor": `
    const fd = fs.openSync(path, "w");
    childProcess.spawnSync("sh", ["-c", lines], { stdio: ["ignore", fd, 2] });
    fs.closeSync(fd);`,
};

const PRELUDE = `
  import fs from "node:fs";
  import childProcess, { spawn } from "node:child_process";
  const path = dir + "/log";
  const lines = "${LINES}";`;
const flags = ["--allow-run", "--allow-read", "--allow-write", "--allow-env"];

for (const [how, start] of Object.entries(STARTS)) {
  Deno.test(`a file is open until the child has ended: ${how}`, async () => {
    await using workflow = new TestWorkflow(flow("log"));
    using outside = new TestDirectory();
    const writer = workflow.run("writer", PRELUDE + start, {
      flags,
      args: [outside.path],
    });
    const text = await workflow.run("reader", printing("log"));
    await writer;
    assertEquals(text, "first\nlast");
    assertEquals(
      Deno.readTextFileSync(`${workflow.path}/log`),
      "first\nlast\n",
    );
  });
}

Deno.test("a child that cannot be started holds nothing open", async () => {
  await using workflow = new TestWorkflow(flow("log"));
  const writer = workflow.run(
    "writer",
    `${PRELUDE}
    const fd = fs.openSync(path, "w");
    fs.writeSync(fd, "alone");
    const child = spawn("/nonexistent", { stdio: ["ignore", fd, "inherit"] });
    fs.closeSync(fd);
    child.on("error", async () => {
      // The reader has the end of the file while this process goes on.
      while (!fs.existsSync(dir + "/seen")) await pause(10);
      console.log("seen");
    });`,
    { flags },
  );
  await workflow.run(
    "reader",
    `Deno.writeTextFileSync(
      dir + "/seen", Deno.readTextFileSync(dir + "/log"));`,
  );
  assertEquals(await writer, "seen");
});

Deno.test("the status says which process holds a file open for a child", async () => {
  await using workflow = new TestWorkflow(flow("log"));
  const writer = workflow.start(
    "writer",
    `${PRELUDE}
    Deno.addSignalListener("SIGTERM", () => Deno.exit());
    const fd = fs.openSync(path, "w");
    spawn("sleep", ["1"], { stdio: ["ignore", fd, "inherit"] });
    fs.closeSync(fd);
    fs.writeFileSync(dir + "/closed", "");`,
    { flags },
  );
  await eventually(
    workflow.path,
    (status) => {
      const [log, closed] = status?.files ?? [];
      return closed !== undefined && log.holders?.at(0)?.app === "writer";
    },
  );
  writer.kill("SIGTERM");
  assertEquals((await writer.result).code, 0);
});

/** Ways to start a child whose input is the file "log". */
const INPUTS: Record<string, string> = {
  "a descriptor": `
    const fd = fs.openSync(path);
    const child = spawn("cat", [], { stdio: [fd, "pipe", "inherit"] });`,
  "a handle's descriptor": `
    const handle = await fs.promises.open(path);
    const options = { stdio: [handle.fd, "pipe", "inherit"] };
    const child = spawn("cat", [], options);`,
  "a descriptor with another number": `
    const fd = fs.openSync(path);
    const options = { stdio: ["ignore", "pipe", "inherit", fd] };
    const child = spawn("sh", ["-c", "cat <&3"], options);`,
};
for (const mode of ["no_update", "update"]) {
  Deno.test(`a child gets all of a file that is still written: ${mode}`, async () => {
    await using workflow = new TestWorkflow({
      writer: {
        writes: ["log"],
        streaming: [{ name: ["log"], committed: "on_close", mode }],
      },
      reader: { reads: ["log"] },
    });
    using outside = new TestDirectory();
    const writer = workflow.run(
      "writer",
      `using file = Deno.openSync(dir + "/log", { write: true, create: true });
      file.writeSync(bytes("one "));
      for (;;) {
        try { Deno.statSync(args[0] + "/go"); break; } catch { await pause(10); }
      }
      file.writeSync(bytes("two"));`,
      { flags, args: [outside.path] },
    );
    const readers = Object.values(INPUTS).map((start) =>
      workflow.run(
        "reader",
        `${PRELUDE}
        ${start}
        let text = "";
        for await (const chunk of child.stdout) text += chunk;
        console.log(text);`,
        { flags },
      )
    );
    await eventually(
      workflow.path,
      (status) => status?.waits.length === readers.length,
    );
    Deno.writeTextFileSync(`${outside.path}/go`, "");
    assertEquals(await Promise.all(readers), readers.map(() => "one two"));
    await writer;
  });
}

Deno.test("a child is not started with a file that only its own thread could finish", async () => {
  await using workflow = new TestWorkflow(flow("log"));
  const { code, stdout, stderr } = await workflow.start(
    "reader",
    `${PRELUDE}
    import { withCapio } from "@sluice/sluice/capio";
    const options = {
      capioDir: dir,
      appName: "writer",
      capioClConfigurationFile: "${workflow.cl}",
    };
    const opened = Promise.withResolvers();
    withCapio(options, async () => {
      using file = await Deno.open(path, { write: true, create: true });
      opened.resolve();
      await pause(60_000);
    });
    await opened.promise;
    const fd = fs.openSync(path);
    spawn("cat", [], { stdio: [fd, "inherit", "inherit"] });`,
    { flags },
  ).result;
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertStringIncludes(
    stderr,
    "blocks the only thread that could end the wait",
  );
});
