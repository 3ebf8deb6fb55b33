import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Step, type StepOptions, TestDirectory } from "../step.ts";

const FILES = 200;

/** Writes many files within moments. */
const BURST = `
  const [directory] = Deno.args;
  const file = (i) => directory + "/" + String(i).padStart(3, "0");
  for (let i = 0; i < ${FILES}; i++) Deno.writeTextFileSync(file(i), "x" + i);`;

/** Runs the writer of a run that does not end with it. */
async function written(
  directory: TestDirectory,
  committed: "on_close" | "on_termination",
  options: Pick<StepOptions, "code" | "flags">,
) {
  const rule = { name: ["*"], committed };
  const cl = directory.writeCl({
    writer: { writes: ["*"], streaming: [rule] },
    reader: { reads: ["*"] },
  });
  const { path: capioDir } = directory;
  const args = [capioDir];
  await using step = new Step({
    capioDir,
    app: "writer",
    cl,
    args,
    ...options,
  });
  return await step.result;
}

function publications({ path }: TestDirectory): number {
  const journal = Deno.readTextFileSync(`${path}/.capio/CAPIO/journal`);
  return journal.split('"event":"publish"').length - 1;
}

function assertAllThere({ path }: TestDirectory): void {
  for (let i = 0; i < FILES; i++) {
    const name = `${path}/${String(i).padStart(3, "0")}`;
    assertEquals(Deno.readTextFileSync(name), `x${i}`);
  }
}

Deno.test("files that are finished at the same moment are published together", async () => {
  using dir = new TestDirectory();
  const { code, stderr } = await written(dir, "on_termination", {
    code: BURST,
  });
  assertEquals([code, stderr], [0, ""]);
  assertAllThere(dir);
  assert(publications(dir) < FILES / 50, `${publications(dir)} publications`);
});

Deno.test("a program that a step starts finds each file that the step has finished", async () => {
  using dir = new TestDirectory();
  const start = `
    const last = file(${FILES - 1});
    const { stdout } = new Deno.Command("cat", { args: [last] }).outputSync();
    console.log(new TextDecoder().decode(stdout));`;
  const flags = ["--allow-run=cat"];
  const { stdout } = await written(dir, "on_close", {
    code: BURST + start,
    flags,
  });
  assertEquals(stdout, `x${FILES - 1}\n`);
});

Deno.test("what a step has finished is in its place although it dies of an error", async () => {
  using dir = new TestDirectory();
  const { code, stderr } = await written(dir, "on_close", {
    code: `${BURST} throw new Error("on purpose");`,
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "on purpose");
  assertAllThere(dir);
});

Deno.test("timers run while a step makes one small call after another", async () => {
  using dir = new TestDirectory();
  const code = `
    const [directory] = Deno.args;
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const file = await Deno.open(directory + "/out", { create: true, write: true });
    const end = performance.now() + 300;
    while (performance.now() < end) await file.write(new Uint8Array(10));
    file.close();
    for (const end = performance.now() + 300; performance.now() < end;) {
      await Deno.readFile(directory + "/out");
    }
    clearInterval(timer);
    console.log(ticks);`;
  const { stdout } = await written(dir, "on_close", { code });
  assert(Number(stdout) > 20, `${stdout} ticks`);
});
