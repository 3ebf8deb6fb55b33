/** A lock or an entry of somebody else makes no command wait for ever. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { CapioWorkspace } from "@sluice/sluice/capio";
import { StoppedHolder } from "../../support/stopped_holder.ts";
import { configFlag, denoFlags, Sluice, sluice, TestPlan } from "./sluice.ts";

/** Nothing that is "at once" takes longer on a machine with much to do, in ms. */
const SOON_MILLISECONDS = 4_000;

/** Waits until a process, or one that it has started, has a file open. */
async function untilOpen(pid: number, path: string): Promise<void> {
  const tasks = `/proc/${pid}/task`;
  for (;;) {
    const children = [...Deno.readDirSync(tasks)].flatMap(({ name }) =>
      Deno.readTextFileSync(`${tasks}/${name}/children`).trim().split(" ")
    );
    if ([`${pid}`, ...children].some((it) => hasOpen(it, path))) return;
    await delay(10);
  }
}

function hasOpen(pid: string, path: string): boolean {
  const descriptors = `/proc/${pid}/fd`;
  try {
    return [...Deno.readDirSync(descriptors)].some(({ name }) =>
      Deno.readLinkSync(`${descriptors}/${name}`) === path
    );
  } catch {
    // It has ended, or closed one.
    return false;
  }
}

async function endsSoon(
  command: Sluice,
  signal: Deno.Signal,
): Promise<{ code: number; stderr: string }> {
  const begun = performance.now();
  command.kill(signal);
  const result = await command.result;
  const took = performance.now() - begun;
  assert(took < SOON_MILLISECONDS, `it took ${took} ms to end`);
  return result;
}

Deno.test({
  name: "Ctrl-C and SIGTERM end every command that waits for a stopped process",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using plan = new TestPlan({ step: { code: `console.log("begun");` } });
    const system = `${plan.data}/.capio`;
    Deno.mkdirSync(system, { mode: 0o700 });
    const lock = `${system}/test.lock`;
    await using _holder = await StoppedHolder.of(lock);
    const common = [`--capio-dir=${plan.data}`, "--workflow-name=test"];
    // A run of another machine, which can be recovered.
    Deno.mkdirSync(`${system}/test/spool`, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(`${system}/test/journal`, "{}\n", { mode: 0o600 });
    const commands = [
      ["workflow", configFlag, plan.file],
      ["run", ...common, ...denoFlags, plan.path("step.ts")],
      ["recover", ...common, "--publish"],
    ];
    const signals = [["SIGINT", 130], ["SIGTERM", 143]] as const;
    const cases = commands.flatMap((args) =>
      signals.map(([signal, code]) => ({ args, signal, code }))
    );
    await Promise.all(cases.map(async ({ args, signal, code }) => {
      await using command = new Sluice(...args);
      await untilOpen(command.pid, lock);
      const ended = await endsSoon(command, signal);
      assertEquals([ended.code, command.stdout], [code, ""], `${args}`);
    }));
    // It takes no lock.
    const { code, stderr } = await sluice("status", ...common);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "Cannot find the workflow");
  },
});

Deno.test("Ctrl-C ends a workflow while a stopped process keeps its files from moving", async () => {
  using plan = new TestPlan({
    step: {
      code: `
        console.log("running as process", Deno.pid);
        for (;;) {
          if (await Deno.stat("go").catch(() => undefined)) break;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await Deno.writeTextFile("data/out", "out");
        console.log("written");`,
      denoFlags: ["--allow-read=go"],
    },
  });
  await using command = new Sluice("workflow", configFlag, plan.file);
  await command.printed(/running as process/);
  const base = `${plan.data}/.capio/test`;
  await using _holder = await StoppedHolder.of(`${base}/publication.lock`);
  await using _other = await StoppedHolder.of(`${base}.lock`);
  plan.write("go", "");
  await command.printed(/written/);
  const status = await sluice(
    "status",
    `--capio-dir=${plan.data}`,
    "--workflow-name=test",
  );
  assertEquals(status.code, 0, status.stderr);
  assertEquals((await endsSoon(command, "SIGINT")).code, 130);
});

/** Makes something at a path that is no file and no directory of sluice. */
const KINDS: Record<string, (path: string) => Disposable | void> = {
  "a pipe": (path) => {
    const made = new Deno.Command("mkfifo", { args: [path] }).outputSync();
    assert(made.success);
  },
  "a socket": (path) => Deno.listen({ transport: "unix", path }),
  "a directory": (path) => Deno.mkdirSync(path),
  "a link to a device": (path) => Deno.symlinkSync("/dev/tty", path),
};

Deno.test({
  name:
    "every command refuses at once what is no file at the name of a journal or a lock",
  ignore: Deno.build.os === "windows",
  async fn(test) {
    for (const [kind, make] of Object.entries(KINDS)) {
      await test.step(kind, async () => {
        const name = kind === "a directory" || kind === "a pipe"
          ? "test/journal"
          : "test.lock";
        using plan = new TestPlan({ step: { code: `console.log("begun");` } });
        Deno.mkdirSync(`${plan.data}/.capio/test`, {
          recursive: true,
          mode: 0o700,
        });
        Deno.chmodSync(`${plan.data}/.capio`, 0o700);
        using _made = make(`${plan.data}/.capio/${name}`) ?? undefined;
        const common = [`--capio-dir=${plan.data}`, "--workflow-name=test"];
        const commands = [
          ["workflow", configFlag, plan.file],
          ["run", ...common, ...denoFlags, plan.path("step.ts")],
          ...(name === "test/journal" ? [["status", ...common]] : []),
        ];
        const results = await Promise.all(commands.map((it) => sluice(...it)));
        for (const [index, { code, stdout, stderr }] of results.entries()) {
          const what = `${commands[index][0]}: ${stderr}`;
          assertEquals([code, stdout], [1, ""], what);
          assertStringIncludes(stderr, `/.capio/${name}"`, what);
        }
      });
    }
  },
});

Deno.test({
  name: "who may only read a directory can take no lock in it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    if (Deno.uid() !== 0) {
      console.log("Skipped: needs root to run as a second user");
      return;
    }
    using plan = new TestPlan({});
    for (const directory of [plan.directory, plan.data]) {
      Deno.chmodSync(directory, 0o755);
    }
    using workspace = new CapioWorkspace({
      capioDir: plan.data,
      workflowName: "test",
    });
    await workspace.fs.writeTextFile(`${plan.data}/out`, "out");
    const locks = new TextDecoder().decode(
      new Deno.Command("find", { args: [`${plan.data}/.capio`] })
        .outputSync().stdout,
    ).trim().split("\n");
    assert(locks.length > 6, `${locks}`);
    for (const path of locks) {
      // It takes a lock on directories, too.
      const { code } = await new Deno.Command("flock", {
        args: ["--nonblock", "--shared", path, "true"],
        uid: 65534,
        gid: 65534,
        stderr: "null",
      }).output();
      assert(code !== 0, `flock on ${path}`);
    }
  },
});
