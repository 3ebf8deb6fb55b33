import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, type Step, streamed, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** A "writer" whose "log" is streamed to a "reader". */
const APPS = {
  writer: streamed("log"),
  reader: { reads: ["log"], writes: ["copy"] },
};

/** The steps of one test, which wait for each other outside of the workflow. */
class Steps extends TestWorkflow {
  readonly #outside = new TestDirectory();

  override start(app: string, code: string): Step {
    const options = {
      args: [this.#outside.path],
      flags: ["--allow-read", "--allow-write"],
    };
    return super.start(app, PRELUDE + code, options);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#outside[Symbol.dispose]();
  }
}

const PRELUDE = `
  import fs from "node:fs";
  const path = dir + "/log";
  const say = (what) => fs.writeFileSync(args[0] + "/" + what, "");
  const until = async (what) => {
    while (!fs.existsSync(args[0] + "/" + what)) await pause(5);
  };`;

/** Writes the log, then does `again` once the reader has got its end. */
function writing(again: string): string {
  return `
    Deno.writeTextFileSync(path, "first\\n");
    say("closed");
    await until("seen");
    ${again}`;
}

const READINGS: Record<string, string> = {
  "read as a whole": `await Deno.readTextFile(path);`,
  "read by pieces": `
    const file = await Deno.open(path);
    await new Response(file.readable).text();`,
  "read with node:fs": `
    const fd = fs.openSync(path);
    fs.readFileSync(fd, "utf8");
    fs.closeSync(fd);`,
  "opened after its commit": `
    await until("closed");
    using file = await Deno.open(path);
    file.readSync(new Uint8Array(10));`,
  "copied": `await Deno.copyFile(path, dir + "/copy");`,
};

const REWRITINGS: Record<string, string> = {
  "appended to":
    `await Deno.writeTextFile(path, "second\\n", { append: true });`,
  "appended to with node:fs": `fs.appendFileSync(path, "second\\n");`,
  "appended to twice": `
    for (const line of ["second\\n", "third\\n"]) {
      Deno.writeTextFileSync(path, line, { append: true });
    }`,
  "written anew": `await Deno.writeTextFile(path, "second\\n");`,
  "changed in place": `
    using file = Deno.openSync(path, { read: true, write: true });
    file.writeSync(bytes("F"));`,
  "left open": `
    const file = Deno.openSync(path, { append: true });
    file.writeSync(bytes("second\\n"));`,
};

const TOLD =
  'sluice: "writer" opened "log" again and changed it after "reader" had got its end';

const cases = [
  ...Object.keys(READINGS).map((it) => [it, "appended to"]),
  ...Object.keys(REWRITINGS).slice(1).map((it) => ["read as a whole", it]),
];
for (const [read, rewritten] of cases) {
  Deno.test(`a file that was ${read} and then ${rewritten} is told to both, once`, async () => {
    await using steps = new Steps(APPS);
    const writer = steps.start("writer", writing(REWRITINGS[rewritten]));
    const reader = steps.start(
      "reader",
      `${READINGS[read]}
      say("seen");
      await until("done");
      fs.statSync(path);`,
    );
    const told = (await writer.result).stderr;
    await steps.run("other", `say("done");`);
    for (const stderr of [told, (await reader.result).stderr]) {
      const lines = stderr.trim().split("\n");
      assertEquals(lines.length, 1, stderr);
      assertStringIncludes(lines[0], TOLD);
      assertStringIncludes(lines[0], "on_termination");
    }
  });
}

const HARMLESS: Record<string, string> = {
  "opened for both and only read": `
    using file = Deno.openSync(path, { read: true, write: true });
    file.readSync(new Uint8Array(10));`,
  "opened to append, without a write": `
    fs.closeSync(fs.openSync(path, "a"));`,
};
for (const [what, again] of Object.entries(HARMLESS)) {
  Deno.test(`nothing is told of a file that is ${what} after it was read`, async () => {
    await using steps = new Steps(APPS);
    await steps.runAll({
      writer: writing(again),
      reader: `${READINGS["read as a whole"]}
        say("seen");`,
    });
  });
}

Deno.test("a producer that reads the file itself is told nothing", async () => {
  await using steps = new Steps(APPS);
  await steps.run(
    "writer",
    `for (let i = 0; i < 5; i++) {
      Deno.writeTextFileSync(path, i + "\\n", { append: true });
      Deno.readTextFileSync(path);
      using file = Deno.openSync(path);
      file.readSync(new Uint8Array(10));
    }`,
  );
});

Deno.test("the status tells who changed a file that had been read, and who had read it", async () => {
  await using steps = new Steps(APPS);
  steps.start("other", "setInterval(() => {}, 1000);");
  const writer = steps.start("writer", writing(REWRITINGS["appended to"]));
  const reader = steps.start(
    "reader",
    `${READINGS["read as a whole"]}
    say("seen");`,
  );
  await writer.result;
  await reader.result;
  const expected = [{
    path: "log",
    reader: "reader",
    writer: "writer",
    kind: "reopened",
  }];
  await eventually(steps.path, (status) => {
    return JSON.stringify(status?.rewrites) === JSON.stringify(expected);
  });
});
