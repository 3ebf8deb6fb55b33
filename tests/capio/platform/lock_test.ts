import { assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { CapioWorkspace, workflowStatus } from "../../../src/capio/mod.ts";
import { Step, TestDirectory } from "../step.ts";

/** A process that holds the lock on a file, and is stopped. */
async function stoppedHolder(path: string): Promise<AsyncDisposableStack> {
  const code = `
    Deno.openSync(Deno.args[0], { write: true, create: true }).lockSync(true);
    console.log("held");
    setInterval(() => {}, 1000);`;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["eval", code, path],
    stdout: "piped",
  }).spawn();
  const stack = new AsyncDisposableStack();
  stack.defer(async () => {
    holder.kill("SIGKILL");
    await holder.status;
  });
  const reader = holder.stdout.getReader();
  await reader.read();
  await reader.cancel();
  holder.kill("SIGSTOP");
  return stack;
}

Deno.test("a member that waits for a stopped process reports it, and goes on with that process", async () => {
  using dir = new TestDirectory();
  using _ = new CapioWorkspace({ capioDir: dir.path, appName: "me" });
  await using holder = await stoppedHolder(
    join(dir.path, ".capio/CAPIO/publication.lock"),
  );
  await using step = new Step({
    capioDir: dir.path,
    app: "writer",
    args: [join(dir.path, "out.txt")],
    code: `
      await Deno.writeTextFile(Deno.args[0], "text");
      await Deno.rename(Deno.args[0], Deno.args[0] + ".2");`,
  });
  let waits;
  while (!(waits = workflowStatus(dir.path)?.waits)?.length) await delay(20);
  assertEquals(
    waits.map(({ app, path, why }) => [app, path, why]),
    [[
      "writer",
      ".capio/CAPIO/publication.lock",
      "the process that holds it does not go on, it may be stopped",
    ]],
  );
  await holder.disposeAsync();
  const { code, stderr } = await step.result;
  assertEquals(code, 0);
  assertStringIncludes(stderr, "does not go on: it may be stopped");
  assertEquals(workflowStatus(dir.path)?.waits, []);
  assertEquals(Deno.readTextFileSync(join(dir.path, "out.txt.2")), "text");
});
