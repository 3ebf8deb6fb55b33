/** The commands need no more permissions than docs/security.md shows. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CapioWorkspace } from "@sluice/sluice/capio";
import { configFlag, denoFlags, sluiceArgs, TestPlan } from "./sluice.ts";

/** Runs a command with these flags of Deno in the place of all permissions. */
async function sluiceWith(
  flags: readonly string[],
  cwd: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = sluiceArgs(...args)
    .flatMap((arg) => arg === "-A" ? ["--no-prompt", ...flags] : [arg]);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: command,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("workflow, status and run need the directory, the plan and what starts Deno", async () => {
  using plan = new TestPlan({
    writer: { code: `await Deno.writeTextFile("data/out", "out");` },
    reader: { code: `console.log(await Deno.readTextFile("data/out"));` },
  });
  const { directory, data } = plan;
  const supervising = [
    `--allow-read=${directory}`,
    `--allow-write=${data}`,
    "--allow-run=deno",
  ];
  const ran = await sluiceWith(
    supervising,
    directory,
    "workflow",
    configFlag,
    "plan.json",
  );
  assertEquals([ran.code, ran.stdout], [0, "reader | out\n"], ran.stderr);
  const step = await sluiceWith(
    supervising,
    directory,
    "run",
    "--capio-dir=data",
    ...denoFlags,
    "reader.ts",
  );
  assertEquals([step.code, step.stdout], [0, "out\n"], step.stderr);
  using _ = new CapioWorkspace({ capioDir: data, appName: "present" });
  const status = await sluiceWith(
    [`--allow-read=${data}`],
    directory,
    "status",
    "--capio-dir=data",
  );
  assertEquals([status.code, status.stderr], [0, ""]);
  assertStringIncludes(status.stdout, "present");
});
