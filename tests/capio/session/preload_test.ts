import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { basename, fromFileUrl, join } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { flow, Step, TestDirectory, untilReaderWaits } from "../step.ts";
import { printing, TestWorkflow } from "../test_workflow.ts";

Deno.test("a reader that comes first gets what a later writer writes", async () => {
  await using workflow = new TestWorkflow(flow("out.txt"));
  const read = workflow.run("reader", printing("out.txt"));
  await delay(1000);
  await workflow.run(
    "writer",
    `
    const file = await Deno.open(dir + "/out.txt", { create: true, write: true });
    for (const word of ["half ", "and ", "half"]) {
      await file.write(bytes(word));
      await pause(50);
    }
    file.close();`,
  );
  assertEquals(await read, "half and half");
  assertEquals(workflow.list(), ["out.txt"]);
});

Deno.test("without a configuration a reader gets the file when its writer has ended", async () => {
  await using workflow = new TestWorkflow();
  const read = workflow.run("app", printing("out.txt"));
  await workflow.run(
    "app",
    `
    await Deno.writeTextFile(dir + "/out.txt", "first");
    await pause(300);
    await Deno.writeTextFile(dir + "/out.txt", "second");`,
  );
  assertEquals(await read, "second");
  const text = await Deno.readTextFile(join(workflow.path, "out.txt"));
  assertEquals(text, "second");
});

Deno.test("a reader gets all that a killed writer wrote, and then an error", async () => {
  await using workflow = new TestWorkflow(flow("out.bin"));
  const read = workflow.run(
    "reader",
    `
    const file = await Deno.open(dir + "/out.bin");
    let size = 0;
    try {
      for await (const chunk of file.readable) size += chunk.length;
      console.log("ended", size);
    } catch (error) {
      console.log(error.name, error.code, size, error.message);
    }`,
  );
  const writer = workflow.start(
    "writer",
    `
    const file = await Deno.open(dir + "/out.bin", { create: true, write: true });
    for (let i = 0; i < 10; i++) await file.write(new Uint8Array(1000));
    await pause(60_000);`,
  );
  await untilReaderWaits(workflow.path, 10_000);
  writer.kill();
  assertEquals((await writer.result).signal, "SIGKILL");
  const said = await read;
  assertStringIncludes(said, "CapioError WRITER_LOST 10000");
  assertStringIncludes(said, `"out.bin" past byte 10000`);
  assertEquals(workflow.list(), []);
});

Deno.test("a reader gets 100-byte writes one by one", async () => {
  await using workflow = new TestWorkflow(flow("out.txt"));
  const { reader } = await workflow.runAll({
    reader: `
      const file = await Deno.open(dir + "/out.txt");
      let size = 0, reads = 0;
      for await (const chunk of file.readable) {
        size += chunk.length;
        reads++;
      }
      console.log(JSON.stringify({ size, reads }));`,
    writer: `
      const file = await Deno.open(dir + "/out.txt", { create: true, write: true });
      const record = new Uint8Array(100).fill(65);
      for (let i = 0; i < 200; i++) {
        file.writeSync(record);
        await pause(5);
      }
      file.close();`,
  });
  const { size, reads } = JSON.parse(reader);
  assertEquals(size, 20_000);
  // Not held back: the reader sees far more than a few large pieces.
  assertGreater(reads, 20);
});

Deno.test("a gigabyte in 1 MiB writes arrives whole and in order", async () => {
  await using workflow = new TestWorkflow(flow("big.bin"));
  const { reader } = await workflow.runAll({
    reader: `
      const file = await Deno.open(dir + "/big.bin");
      const words = new BigUint64Array(1 << 17);
      const buffer = new Uint8Array(words.buffer);
      let position = 0, wrong = 0;
      for (let filled = 0;;) {
        const count = await file.read(buffer.subarray(filled));
        if (count === null) break;
        filled += count;
        if (filled < buffer.length) continue;
        // Every 4 KiB carry their own position.
        for (let i = 0; i < words.length; i += 512) {
          if (words[i] !== BigInt(position + i * 8)) wrong++;
        }
        position += filled;
        filled = 0;
      }
      file.close();
      console.log(JSON.stringify({ position, wrong }));`,
    writer: `
      const file = await Deno.open(dir + "/big.bin", { create: true, write: true });
      const words = new BigUint64Array(1 << 17);
      const buffer = new Uint8Array(words.buffer);
      for (let mebibyte = 0; mebibyte < 1024; mebibyte++) {
        for (let i = 0; i < words.length; i += 512) {
          words[i] = BigInt(mebibyte * buffer.length + i * 8);
        }
        for (let rest = buffer; rest.length > 0;) {
          rest = rest.subarray(await file.write(rest));
        }
      }
      file.close();`,
  });
  assertEquals(JSON.parse(reader), { position: 2 ** 30, wrong: 0 });
});

Deno.test("a hundred small files arrive, each whole", async () => {
  await using workflow = new TestWorkflow(flow("*.txt"));
  const { reader } = await workflow.runAll({
    reader: `
      for (let i = 99; i >= 0; i--) {
        const text = await Deno.readTextFile(dir + "/" + i + ".txt");
        if (text !== "contents of " + i) console.log("wrong", i, text);
      }
      console.log("all read");`,
    writer: `
      for (let i = 0; i < 100; i++) {
        await Deno.writeTextFile(dir + "/" + i + ".txt", "contents of " + i);
      }`,
  });
  assertEquals(reader, "all read");
  assertEquals(workflow.list().length, 100);
});

Deno.test("two workflows in one directory do not see each other's files", async () => {
  await using dir = new TestWorkflow(flow("out.txt"));
  // A reader that comes after both ended finds the later one's file.
  const write = `
    const [workflow] = args;
    using file = await Deno.open(dir + "/out.txt", {
      create: true,
      write: true,
      truncate: true,
    });
    for (const letter of workflow + " letters") {
      await file.write(bytes(letter));
      while (!Array.from(Deno.readDirSync(dir)).some(({ name }) => name === workflow)) {
        await pause(10);
      }
    }`;
  const read = `
    const [workflow] = args;
    using file = await Deno.open(dir + "/out.txt");
    await Deno.writeTextFile(dir + "/" + workflow, "opened");
    console.log(await new Response(file.readable).text());`;
  const outputs = await Promise.all(["red", "blue"].map(async (workflow) => {
    const options = { workflow, args: [workflow] };
    const reader = dir.run("reader", read, options);
    await dir.run("writer", write, options);
    return await reader;
  }));
  assertEquals(outputs, ["red letters", "blue letters"]);
  assertEquals(dir.list(), ["blue", "out.txt", "red"]);
});

Deno.test("a step that starts after its producer has ended finds everything", async () => {
  await using workflow = new TestWorkflow(flow("out.txt"));
  await workflow.run(
    "writer",
    `await Deno.writeTextFile(dir + "/out.txt", "done long ago");`,
  );
  const text = await workflow.run("reader", printing("out.txt"));
  assertEquals(text, "done long ago");
  assertEquals(workflow.list(), ["out.txt"]);
});

Deno.test("a step that starts after its producer was killed is told", async () => {
  await using workflow = new TestWorkflow(flow("out.txt"));
  const flags = ["--allow-run"];
  const writer = workflow.start(
    "writer",
    `
    const file = await Deno.open(dir + "/out.txt", { create: true, write: true });
    await file.write(bytes("half"));
    Deno.kill(Deno.pid, "SIGKILL");`,
    { flags },
  );
  assertEquals((await writer.result).signal, "SIGKILL");
  const said = await workflow.run(
    "reader",
    `await Deno.readTextFile(dir + "/out.txt").catch((e) => console.log(e.code));`,
    { flags },
  );
  assertEquals(said, "WRITER_LOST");
  assertEquals(workflow.list(), []);
});

Deno.test("a run after a crash starts clean and says what it found", async () => {
  await using workflow = new TestWorkflow();
  const flags = ["--allow-run"];
  const crashed = workflow.start(
    "app",
    `
    await Deno.writeTextFile(dir + "/out.txt", "from the first run");
    Deno.kill(Deno.pid, "SIGKILL");`,
    { flags },
  );
  assertEquals((await crashed.result).signal, "SIGKILL");
  const second = workflow.start(
    "app",
    `await Deno.writeTextFile(dir + "/out.txt", "from the second run");`,
    { flags },
  );
  const { code, stderr } = await second.result;
  assertEquals(code, 0);
  assertStringIncludes(stderr, "did not end properly");
  assertStringIncludes(stderr, "discarded 1 unfinished file");
  const text = await Deno.readTextFile(join(workflow.path, "out.txt"));
  assertEquals(text, "from the second run");
  assertEquals(workflow.list(), ["out.txt"]);
});

Deno.test("a step may read the settings that its configuration names", async () => {
  await using workflow = new TestWorkflow({ app: { writes: ["a"] } });
  const cl = `${workflow.path}.json`;
  const document = JSON.parse(await Deno.readTextFile(cl));
  const configuration = `${basename(workflow.path)}.toml`;
  await Deno.writeTextFile(`${workflow.path}.toml`, "monitor = {}");
  await Deno.writeTextFile(
    cl,
    JSON.stringify({ ...document, version: 1.1, configuration }),
  );
  await workflow.run("app", `Deno.writeTextFileSync(dir + "/a", "");`);
  assertEquals(workflow.list(), ["a"]);
  await Deno.remove(`${workflow.path}.toml`);
});

Deno.test("a run after one that a step never joined says what it found", async () => {
  await using workflow = new TestWorkflow({
    one: { writes: ["a"] },
    other: { writes: ["a"] },
  });
  const code = `Deno.writeTextFileSync(dir + "/a", "");`;
  await workflow.run("one", code);
  const { stderr } = await workflow.start("one", code).result;
  assertStringIncludes(stderr, "discarded 1 unfinished file");
});

Deno.test("a run after a failed one that left nothing says nothing", async () => {
  await using workflow = new TestWorkflow();
  const failed = workflow.start("app", `throw new Error("no luck");`);
  assertEquals((await failed.result).code, 1);
  await workflow.run("app", `Deno.writeTextFileSync(dir + "/a", "");`);
  assertEquals(workflow.list(), ["a"]);
});

for (
  const [what, visible, expected] of [
    ["whose directory it may not see is refused", "CAPIO_APP_NAME", [
      1,
      "",
      "sluice: Requires env access to CAPIO_DIR, CAPIO_WORKFLOW_NAME, CAPIO_CL, run again with --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL\n",
    ]],
    [
      "that may not see its configuration says so",
      "CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME",
      [
        0,
        "begun\n",
        "sluice: Without env access to CAPIO_CL the default holds; where that is not meant, run again with --allow-env=CAPIO_DIR,CAPIO_APP_NAME,CAPIO_WORKFLOW_NAME,CAPIO_CL\n",
      ],
    ],
  ] as const
) {
  Deno.test(`a program ${what}`, async () => {
    using dir = new TestDirectory();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        ...await stdConfigArgs(),
        `--preload=${
          import.meta.resolve("../../../src/capio/session/preload.ts")
        }`,
        "--allow-read",
        "--allow-write",
        `--allow-env=${visible}`,
        "data:application/javascript,console.log('begun')",
      ],
      cwd: fromFileUrl(new URL("../../../", import.meta.url)),
      env: { CAPIO_DIR: dir.path },
    }).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assertEquals([code, decode(stdout), decode(stderr)], [...expected]);
  });
}

for (
  const [what, prepare, expected] of [
    ["a directory that does not exist", { capioDir: "/nowhere/at/all" }, [
      `Cannot use "/nowhere/at/all" as capioDir: it does not exist`,
      "create it first",
    ]],
    ["a configuration that does not exist", { cl: "/nowhere/cl.json" }, [
      `Cannot read the CAPIO-CL configuration "/nowhere/cl.json"`,
    ]],
    ["a configuration that is not JSON", { clText: `{"name": ` }, [
      "JSON",
    ]],
    ["a configuration with an unknown member", {
      clText: `{"name": "x", "IO_Graph": [], "colour": "red"}`,
    }, ["colour"]],
    ["a configuration with several mistakes", {
      clText: `{"name": 7, "IO_Graph": {}}`,
    }, ["and 1 more problem\n  $.name (line 1,", "\n  $.IO_Graph (line 1,"]],
    ["settings that do not exist", {
      clText:
        `{"version": 1.1, "name": "x", "IO_Graph": [], "configuration": "no.toml"}`,
    }, ["Cannot read the CAPIO-CL settings", "no.toml"]],
    ["a missing permission", { denyWrite: true }, [
      "Requires write access",
      "--allow-write",
    ]],
  ] as const
) {
  Deno.test(`${what} is reported without a stack, and nothing is left behind`, async () => {
    using dir = new TestDirectory();
    const options: {
      capioDir?: string;
      cl?: string;
      clText?: string;
      denyWrite?: boolean;
    } = prepare;
    if (options.clText) {
      await Deno.writeTextFile(`${dir.path}.json`, options.clText);
    }
    await using step = new Step({
      capioDir: options.capioDir ?? dir.path,
      cl: options.clText ? `${dir.path}.json` : options.cl,
      flags: options.denyWrite ? [`--deny-write=${dir.path}`] : [],
      code: `console.log("ran");`,
    });
    const { code, stdout, stderr } = await step.result;
    assertEquals(stdout, "");
    assertEquals(code, 1);
    const [, ...others] = stderr.trim().split("\n");
    for (const line of others) assertMatch(line, /^ {2}\$/);
    for (const part of expected) assertStringIncludes(stderr, part);
    assert(stderr.startsWith("sluice: "));
    assertEquals(dir.list(), []);
  });
}

Deno.test("the environment says how long a file that nobody creates is waited for", async () => {
  await using workflow = new TestWorkflow();
  const said = await workflow.run(
    "app",
    `
    try {
      await Deno.readTextFile(dir + "/missing.txt");
    } catch (error) {
      console.log(error.name, error.code);
    }`,
    { openTimeoutSeconds: 0 },
  );
  assertEquals(said, "NotFound ENOENT");
});

Deno.test("a limit that is no number is refused before the program begins", async () => {
  await using workflow = new TestWorkflow();
  const step = workflow.start("app", `console.log("begun");`, {
    openTimeoutSeconds: NaN,
  });
  const { code, stdout, stderr } = await step.result;
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(
    stderr,
    `"CAPIO_OPEN_TIMEOUT_SECONDS" must be a non-negative number`,
  );
});

Deno.test("a step that gives up its write permission says what it cannot publish, and the next run does", async () => {
  await using workflow = new TestWorkflow();
  const hardened = workflow.start(
    "app",
    `
    await Deno.writeTextFile(dir + "/out.txt", "written");
    Deno.permissions.revokeSync({ name: "write" });`,
  );
  const { code, stderr } = await hardened.result;
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot publish "out.txt", which stays in`);
  const next = workflow.start("app", printing("out.txt"));
  assertEquals((await next.result).stdout, "written\n");
  assertEquals(workflow.list(), ["out.txt"]);
});

Deno.test("a reader that gives up its permissions ends as it would outside", async () => {
  await using workflow = new TestWorkflow();
  const { reader } = await workflow.runAll({
    reader: `
      Deno.permissions.revokeSync({ name: "write" });
      ${printing("out.txt")}
      Deno.permissions.revokeSync({ name: "read" });`,
    writer: `
      await Deno.writeTextFile(dir + "/out.txt", "late");
      await pause(300);`,
  });
  assertEquals(reader, "late");
});

Deno.test("calls of a step that may write but no longer read are left to Deno", async () => {
  await using workflow = new TestWorkflow();
  const step = workflow.start(
    "app",
    `
    Deno.permissions.revokeSync({ name: "read" });
    const said = (call) => {
      try {
        call();
        return "done";
      } catch ({ name }) {
        return name;
      }
    };
    console.log(
      said(() => Deno.mkdirSync(dir)),
      said(() => Deno.chmodSync(dir + "/none", 0o600)),
      said(() => Deno.makeTempDirSync({ dir })),
    );`,
  );
  const { stdout } = await step.result;
  assertEquals(stdout, "AlreadyExists NotFound done\n");
});
