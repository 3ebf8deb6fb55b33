import { assert, assertEquals } from "@std/assert";
import { withCapio } from "@sluice/sluice/capio";
import { seededRandom } from "../../support/seeded_random.ts";
import { type ClApp, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";
import { append, type Appending, lineOf, WAYS } from "./appender.ts";

const APPENDER = new URL("appender.ts", import.meta.url).href;
/** A step that appends as its argument says. */
const APPEND = `
  import { append } from "${APPENDER}";
  await append(JSON.parse(args[0]));`;
/** The same in as many threads as it has arguments. */
const APPEND_IN_THREADS = `
  const code = \`
    import "${new URL(
  "../../../src/capio/session/preload.ts",
  import.meta.url,
)}";
    import { append } from "${APPENDER}";
    self.onmessage = async ({ data }) => {
      await append(JSON.parse(data));
      self.postMessage("done");
      self.close();
    };\`;
  const url = "data:text/javascript," + encodeURIComponent(code);
  await Promise.all(args.map((appending) => {
    const worker = new Worker(url, { type: "module" });
    worker.postMessage(appending);
    return new Promise((resolve) => worker.onmessage = resolve);
  }));`;

const RULES = ["on_close", "on_close:7", "on_termination"];

/** A "writer" of "log" with a commit rule. */
function writing(committed: string): ClApp {
  const rule = { name: ["log"], committed, mode: "no_update" };
  return { writes: ["log"], streaming: [rule] };
}

/** Checks that the file has exactly these lines, each whole and once. */
function assertLines(
  path: string,
  appendings: readonly Appending[],
  old: string[] = [],
): void {
  const expected = [...old];
  for (const { name, count } of appendings) {
    for (let i = 0; i < count; i++) expected.push(lineOf(name, i));
  }
  const short = (line: string) => line.slice(0, 40) + line.length;
  const found = Deno.readTextFileSync(path).split(/(?<=\n)/);
  assertEquals(found.map(short).sort(), expected.map(short).sort());
}

/** Shares out so many appends among so many. */
function shareOut(
  path: string,
  count: number,
  among: number,
  more: Partial<Appending> = {},
): Appending[] {
  const random = seededRandom();
  return Array.from({ length: among }, (_, i) => ({
    path,
    name: `writer${i}`,
    count: Math.ceil(count / among),
    seed: random.below(2 ** 32),
    pause: 4,
    ...more,
  }));
}

for (const way of Object.keys(WAYS)) {
  Deno.test(`a hundred appends that overlap are all kept: ${way}`, async () => {
    using dir = new TestDirectory();
    const path = `${dir.path}/log`;
    const rules = [{ path: "log", committed: "on_close" } as const];
    const appendings = shareOut(path, 100, 1, { ways: [way] });
    await withCapio(
      { capioDir: dir.path, rules },
      () => append(appendings[0]),
    );
    assertLines(path, appendings);
    assertEquals(dir.list(), ["log"]);
  });
}

for (const processes of [1, 2, 8]) {
  Deno.test(`a thousand appends by ${processes} processes lose no byte`, async () => {
    await using workflow = new TestWorkflow({ writer: writing("on_close") });
    const path = `${workflow.path}/log`;
    const appendings = shareOut(path, 1000, processes);
    await Promise.all(
      appendings.map((appending) =>
        workflow.run("writer", APPEND, { args: [JSON.stringify(appending)] })
      ),
    );
    assertLines(path, appendings);
    assertEquals(workflow.list(), ["log"]);
  });
}

for (const committed of RULES) {
  Deno.test(`appends to an old file are all kept, under ${committed}`, async () => {
    await using workflow = new TestWorkflow({ writer: writing(committed) });
    const path = `${workflow.path}/log`;
    Deno.writeTextFileSync(path, "old\n");
    const appendings = shareOut(path, 300, 3);
    await Promise.all(
      appendings.map((appending) =>
        workflow.run("writer", APPEND, { args: [JSON.stringify(appending)] })
      ),
    );
    assertLines(path, appendings, ["old\n"]);
  });
}

Deno.test("appends of processes of different apps, without any rule, are all kept", async () => {
  await using workflow = new TestWorkflow();
  const path = `${workflow.path}/log`;
  const appendings = shareOut(path, 300, 3);
  await Promise.all(
    appendings.map((appending) =>
      workflow.run(appending.name, APPEND, {
        args: [JSON.stringify(appending)],
      })
    ),
  );
  assertLines(path, appendings);
});

Deno.test("appends of several threads are all kept", async () => {
  await using workflow = new TestWorkflow({ writer: writing("on_close") });
  const path = `${workflow.path}/log`;
  const appendings = shareOut(path, 300, 3);
  await workflow.run("writer", APPEND_IN_THREADS, {
    args: appendings.map((it) => JSON.stringify(it)),
    flags: ["--allow-import", "--allow-read", "--allow-env"],
  });
  assertLines(path, appendings);
});

Deno.test("appends of two contexts on one thread are all kept", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/log`;
  const rules = [{ path: "log", committed: "on_close" } as const];
  const appendings = shareOut(path, 200, 2);
  await Promise.all(appendings.map((appending) =>
    withCapio(
      { capioDir: dir.path, appName: appending.name, rules },
      () => append(appending),
    )
  ));
  assertLines(path, appendings);
});

for (const mode of ["no_update", "update"]) {
  Deno.test(`what readers get under ${mode} during appends is how the file begins`, async () => {
    const rule = { name: ["log"], committed: "on_close", mode };
    await using workflow = new TestWorkflow({
      writer: { writes: ["log"], streaming: [rule] },
      reader: { reads: ["log"], writes: ["seen"] },
    });
    const path = `${workflow.path}/log`;
    const appendings = shareOut(path, 200, 2);
    const writers = appendings.map((appending) =>
      workflow.start("writer", APPEND, { args: [JSON.stringify(appending)] })
    );
    const reader = workflow.start(
      "reader",
      `
        const texts = [];
        for (let i = 0; i < 10; i++) {
          if (i % 2) texts.push(await Deno.readTextFile(dir + "/log"));
          else {
            const file = await Deno.open(dir + "/log");
            texts.push(await new Response(file.readable).text());
          }
          await pause(5);
        }
        Deno.writeTextFileSync(dir + "/seen", JSON.stringify(texts));`,
    );
    // That a reader had an early version is told, and nothing else.
    for (const step of [...writers, reader]) {
      const { code, stderr } = await step.result;
      const complaints = stderr.split("\n").filter((line) =>
        line !== "" && !/^sluice: "writer" opened "log" again/.test(line)
      );
      assertEquals({ code, complaints }, { code: 0, complaints: [] });
    }
    assertLines(path, appendings);
    const whole = Deno.readTextFileSync(path);
    const seen = Deno.readTextFileSync(`${workflow.path}/seen`);
    for (const text of JSON.parse(seen)) {
      assert(whole.startsWith(text), `${text.length} of ${whole.length}`);
      assert(text === "" || text.endsWith("\n"));
    }
  });
}
