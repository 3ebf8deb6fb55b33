import { assertEquals, assertStringIncludes } from "@std/assert";
import { streamed, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

/** "later" comes after "earlier", by a file that has nothing to do with it. */
const APPS = {
  earlier: { ...streamed("link"), writes: ["link", "log"] },
  later: { reads: ["link"], writes: ["log"] },
};

const PRELUDE = `
  import fs from "node:fs";
  const [outside] = args;
  const path = dir + "/log";
  const input = dir + "/input";
  const say = (what) => fs.writeFileSync(outside + "/" + what, "");
  const until = async (what) => {
    while (!fs.existsSync(outside + "/" + what)) await pause(5);
  };`;

/** Plays both steps, and returns what they print on standard error. */
async function played(
  { earlier, later, given }: { earlier: string; later: string; given?: string },
): Promise<string> {
  await using dir = new TestWorkflow(APPS);
  using outside = new TestDirectory();
  if (given !== undefined) Deno.writeTextFileSync(`${dir.path}/input`, given);
  const options = {
    args: [outside.path],
    flags: ["--allow-read", "--allow-write"],
  };
  const steps = [
    dir.start("earlier", PRELUDE + earlier, options),
    dir.start("later", PRELUDE + later, options),
  ];
  const ends = await Promise.all(steps.map(({ result }) => result));
  for (const { code, stderr } of ends) assertEquals(code, 0, stderr);
  return ends.map(({ stderr }) => stderr).join("");
}

const REMOVALS: Record<string, string> = {
  "removes a file": `Deno.removeSync(input);`,
  "removes a file with node:fs": `fs.unlinkSync(input);`,
  "renames a file": `Deno.renameSync(input, dir + "/other");`,
};

Deno.test("a file is removed with its directory after a later step has found it, and that is told", async () => {
  const said = await played({
    earlier: `
      Deno.mkdirSync(dir + "/sub"); Deno.writeTextFileSync(dir + "/sub/a", "1");
      say("made");
      await until("read"); Deno.removeSync(dir + "/sub", { recursive: true });`,
    later: `
      await until("made"); fs.existsSync(dir + "/sub/a"); say("read");`,
  });
  assertStringIncludes(said, '"earlier" removed or renamed "sub/a"');
});

for (const [name, removal] of Object.entries(REMOVALS)) {
  Deno.test(`a step that ${name} after a later one has read it is told of that`, async () => {
    const said = await played({
      given: "of an earlier run",
      earlier: `await until("read"); ${removal}`,
      later: `Deno.readTextFileSync(input); say("read");`,
    });
    assertStringIncludes(
      said,
      '"earlier" removed or renamed "input" after "later" had found it there',
    );
  });
}

Deno.test("a file of the run that is removed after a later step has read it is told", async () => {
  const said = await played({
    earlier: `
      Deno.writeTextFileSync(dir + "/link", "1"); say("made");
      await until("read"); Deno.removeSync(dir + "/link");`,
    later: `
      await until("made");
      const file = Deno.openSync(dir + "/link");
      file.readSync(new Uint8Array(1)); say("read");`,
  });
  assertStringIncludes(said, '"earlier" removed or renamed "link"');
});

const UNDOINGS: Record<string, string> = {
  "truncates": `fs.writeFileSync(path, "head\\n");`,
  "truncates as it opens": `Deno.createSync(path).close();`,
  "replaces": `
    fs.writeFileSync(path + ".tmp", "head\\n");
    fs.renameSync(path + ".tmp", path);`,
};

for (const [name, undoing] of Object.entries(UNDOINGS)) {
  Deno.test(`a step that ${name} what a later one has written is told of that`, async () => {
    const said = await played({
      earlier: `await until("written"); ${undoing}`,
      later: `fs.appendFileSync(path, "tail\\n"); say("written");`,
    });
    assertStringIncludes(
      said,
      '"earlier" wrote "log" from its beginning after "later" had written to it',
    );
  });
}

const FINE: Record<string, Parameters<typeof played>[0]> = {
  "steps that append to one log": {
    earlier: `await until("b"); fs.appendFileSync(path, "1"); say("a");`,
    later: `
      fs.appendFileSync(path, "2"); say("b");
      await until("a"); fs.appendFileSync(path, "3");`,
  },
  "a step that reads before it writes the whole": {
    earlier: `
      await until("b");
      const n = Number(fs.readFileSync(path, "utf8"));
      fs.writeFileSync(path, String(n + 1));`,
    later: `fs.writeFileSync(path, "1"); say("b");`,
  },
  "a step that removes what it has read itself": {
    given: "1",
    earlier: `await until("b");`,
    later: `fs.readFileSync(input); fs.unlinkSync(input); say("b");`,
  },
  "a later step that removes what an earlier one has read": {
    given: "1",
    earlier: `fs.readFileSync(input); say("a");`,
    later: `await until("a"); fs.unlinkSync(input);`,
  },
};

for (const [name, steps] of Object.entries(FINE)) {
  Deno.test(`nothing is told of ${name}`, async () => {
    assertEquals(await played(steps), "");
  });
}

Deno.test("a later step is told when it asks for what an earlier one then removes", async () => {
  const said = await played({
    given: "1",
    earlier: `await until("asked"); fs.unlinkSync(input);`,
    later: `fs.existsSync(input); say("asked");`,
  });
  assertStringIncludes(said, '"earlier" removed or renamed "input"');
});

Deno.test("a later step is told when it lists a directory that an earlier one fills", async () => {
  const said = await played({
    earlier: `
      fs.mkdirSync(dir + "/full"); say("made");
      await until("listed"); fs.writeFileSync(dir + "/full/b", "");`,
    later: `
      await until("made"); fs.readdirSync(dir + "/full"); say("listed");`,
  });
  assertStringIncludes(
    said,
    '"later" listed the directory of "full/b" before "earlier" made it',
  );
});

Deno.test("a later step is told when it lists a directory that an earlier one is to make", async () => {
  const said = await played({
    earlier: `await until("listed"); fs.mkdirSync(dir + "/full");`,
    later: `
      try { fs.readdirSync(dir + "/full"); } catch { say("listed"); }
      await until("listed");`,
  });
  assertStringIncludes(said, '"later" looked for "full" before "earlier" made');
});

Deno.test("a later step is told when it goes by the times of what an earlier one writes again", async () => {
  const said = await played({
    given: "1",
    earlier: `await until("asked"); fs.writeFileSync(input, "2");`,
    later: `fs.statSync(input); say("asked");`,
  });
  assertStringIncludes(
    said,
    '"later" asked for the size or the times of "input" before "earlier" wrote it again',
  );
});
