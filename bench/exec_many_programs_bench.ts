/**
 * What does a plan of 200 programs cost beside 200 bare processes, beyond the
 * start of the command itself?
 */
import { assert } from "@std/assert";
import { stdConfigArgs } from "../tools/std_config.ts";
import { TestDirectory } from "../tests/capio/step.ts";

const STEPS = 200;

const directory = new TestDirectory(Deno.env.get("BENCH_DIR"));
const config = await stdConfigArgs();
const cli = new URL("../src/cli/mod.ts", import.meta.url).href;

addEventListener("unload", () => directory[Symbol.dispose]());

const group = `${STEPS} programs`;

Deno.bench({
  name: `${STEPS} bare Deno.Command`,
  group,
  baseline: true,
  n: 10,
  async fn() {
    await Promise.all(
      Array.from(
        { length: STEPS },
        () => new Deno.Command("/bin/true").output(),
      ),
    );
  },
});

Deno.bench({
  name: `sluice workflow with ${STEPS} programs`,
  group,
  n: 10,
  async fn() {
    await workflow(STEPS);
  },
});

Deno.bench({
  name: "sluice workflow with 1 program, the start of the command",
  group,
  n: 10,
  async fn() {
    await workflow(1);
  },
});

async function workflow(count: number): Promise<void> {
  const plan = `${directory.path}/plan.json`;
  const steps = Array.from({ length: count }, (_, index) => ({
    name: `step ${index}`,
    command: ["/bin/true"],
  }));
  await Deno.writeTextFile(plan, JSON.stringify({ steps }));
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...config, cli, "workflow", plan],
    stdin: "null",
  }).output();
  assert(success);
}
