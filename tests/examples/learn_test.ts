/**
 * The configuration of the examples is learned, and what they give with it at
 * once is what they give in order.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { parseCapioCl, parseWorkflowPlan } from "@sluice/sluice/capio";
import { chooseSteps } from "../../examples/polyglot/steps.ts";
import { configFlag, sluice } from "../cli/capio/sluice.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

/** An example runs in a directory of its own, without its configuration. */
async function learnAndVerify(
  steps: readonly unknown[],
  prepare: (data: string) => Promise<void>,
) {
  using directory = new TemporaryDirectory();
  const plan = `${directory.path}/plan.json`;
  Deno.writeTextFileSync(plan, JSON.stringify({ capioDir: "out", steps }));
  Deno.mkdirSync(`${directory.path}/out`);
  await prepare(`${directory.path}/out`);
  const learned = await sluice("learn", configFlag, plan);
  assertEquals(learned.code, 0, learned.stderr);
  const verified = await sluice("workflow", "--verify", configFlag, plan);
  assertEquals(verified.code, 0, verified.stderr);
  assertMatch(
    verified.stderr,
    /\nsluice workflow: Verified: [^\n]+ times as fast: [^\n]+\n$/,
  );
  const configuration = `${directory.path}/plan.capio.json`;
  return parseCapioCl(Deno.readTextFileSync(configuration));
}

function pathOf(name: string): string {
  return fromFileUrl(new URL(`../../examples/${name}`, import.meta.url));
}

Deno.test("the configuration of the flights example is learned, and verified", async () => {
  const plan = parseWorkflowPlan(
    Deno.readTextFileSync(pathOf("flights/flights.json")),
  );
  const steps = plan.steps.map((step) => ({
    ...step,
    ..."script" in step && {
      script: pathOf(`flights/${step.script}`),
      args: step.args.map((it) => it === "150000000" ? "1000000" : it),
    },
  }));
  const { ioGraph, permanent } = await learnAndVerify(steps, async () => {});
  // What the hand-made one says, but for what need not be kept.
  assertEquals(ioGraph[0].streaming, [{
    kind: "file",
    paths: ["flights.csv"],
    committed: { type: "on_close", count: 1 },
    mode: "no_update",
  }]);
  assertEquals(ioGraph[1].inputStream, ["flights.csv"]);
  assertEquals(permanent, ["report.svg", "evening.csv"]);
});

Deno.test({
  name: "the configuration of the polyglot example is learned, and verified",
  ignore: Deno.build.os === "windows",
  async fn() {
    const { plan } = await chooseSteps();
    const steps = plan.steps.map((step) =>
      "script" in step
        ? { ...step, script: pathOf(`polyglot/${step.script}`) }
        : step
    );
    const lines = Array.from(
      { length: 20_000 },
      (_, n) => `${String(n % 24).padStart(2, "0")}:30,${n % 90},${n % 997}\n`,
    );
    const text = ["time,delay,distance\n", ...lines].join("");
    const config = await learnAndVerify(steps, async (data) => {
      const packed = new Blob([text]).stream()
        .pipeThrough(new CompressionStream("gzip"));
      await Deno.writeFile(`${data}/flights.csv.gz`, packed);
    });
    const graph = JSON.stringify(config.ioGraph);
    assertStringIncludes(graph, '"no_update"');
    const parts = config.ioGraph.find(({ name }) => name === "parts");
    if (parts) assertEquals(parts.outputStream, ["parts/*", "parts"]);
  },
});
