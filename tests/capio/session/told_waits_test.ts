import { assertEquals, assertThrows } from "@std/assert";
import { enterCapio, workflowStatus } from "@sluice/sluice/capio";
import { eventually, TestDirectory } from "../step.ts";
import { TestWorkflow } from "../test_workflow.ts";

const NOBODY = `nobody has created it yet`;
const UNDECLARED =
  `sluice: "reader" waits for "missing": ${NOBODY}. It waits until NotFound after 4 seconds. Name the file and its producer in a CAPIO-CL configuration, or set the time with CAPIO_OPEN_TIMEOUT_SECONDS\n`;
const DECLARED =
  `sluice: "reader" waits for "missing": "writer" has not created it yet. Start "writer" if it does not run, or take the file out of the "output_stream" of a step that does not make it\n`;

const WAYS = {
  asynchronous: `await Deno.open(dir + "/missing")`,
  synchronous: `Deno.openSync(dir + "/missing")`,
};

/** Runs all combinations at once: each of them takes its time. */
async function forAll(
  test: (open: string, silent?: boolean) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Object.values(WAYS).flatMap((open) =>
      [undefined, true, false].map((silent) => test(open, silent))
    ),
  );
}

/** All at once: each of them takes its time. */
const TOLD: Record<string, () => Promise<void>> = {
  "a wait for a file that no rule names is told unless silent is true":
    async () => {
      await forAll(async (open, silent) => {
        await using workflow = new TestWorkflow();
        const code = `
      const begun = performance.now();
      try { ${open}; } catch (error) { console.log(error.name); }
      if (performance.now() - begun < 4000) console.log("too early");`;
        const options = { silent, openTimeoutSeconds: 4 };
        const reader = workflow.start("reader", code, options);
        const { stdout, stderr } = await reader.result;
        assertEquals(stdout, "NotFound\n");
        assertEquals(stderr, silent ? "" : UNDECLARED);
      });
    },
  "any other wait is told when silent is false": async () => {
    await forAll(async (open, silent) => {
      await using workflow = new TestWorkflow({
        writer: { writes: ["missing"] },
        reader: { reads: ["missing"] },
      });
      const reader = workflow.start("reader", `${open};`, { silent });
      await eventually(workflow.path, (it) => it?.waits.length === 1);
      const code = `
      await pause(5600);
      Deno.writeTextFileSync(dir + "/missing", "");`;
      await workflow.run("writer", code);
      const { stderr } = await reader.result;
      assertEquals(stderr, silent === false ? DECLARED : "");
    });
  },
  "slow writing of a file is told once": async () => {
    await using workflow = new TestWorkflow({
      writer: {
        writes: ["slow"],
        streaming: [{
          name: ["slow"],
          committed: "on_close",
          mode: "no_update",
        }],
      },
      reader: { reads: ["slow"] },
    });
    const reader = workflow.start(
      "reader",
      `using file = await Deno.open(dir + "/slow");
     for await (const chunk of file.readable) console.log(chunk.length);`,
      { silent: false },
    );
    await workflow.run(
      "writer",
      `using file = await Deno.open(dir + "/slow", { write: true, create: true });
     for (let part = 1; part <= 2; part++) {
       await file.write(bytes("part"));
       await pause(5600);
     }`,
    );
    const { stdout, stderr } = await reader.result;
    assertEquals(stdout, "4\n4\n");
    assertEquals(
      stderr.replace(/: "writer".*\. It/, ": REASON. It"),
      `sluice: "reader" waits for "slow": REASON. It is finished when its writer closes it\n`,
    );
  },
};

Deno.test("long waits are told", async (t) => {
  const steps = Object.entries(TOLD).map(([name, fn]) =>
    t.step({
      name,
      fn,
      sanitizeExit: false,
      sanitizeOps: false,
      sanitizeResources: false,
    })
  );
  await Promise.all(steps);
});

Deno.test("the environment says whether waits are told", () => {
  using dir = new TestDirectory();
  const enter = () => enterCapio({ capioDir: dir.path }).leave();
  try {
    Deno.env.set("CAPIO_SILENT", "yes");
    assertThrows(
      enter,
      TypeError,
      `"CAPIO_SILENT" must be "0" or "1", found "yes"`,
    );
    for (const value of ["", "0", "1"]) {
      Deno.env.set("CAPIO_SILENT", value);
      enter();
    }
  } finally {
    Deno.env.delete("CAPIO_SILENT");
  }
  assertEquals(workflowStatus(dir.path), undefined);
});
