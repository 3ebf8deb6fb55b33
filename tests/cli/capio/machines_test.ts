import { assertEquals, assertStringIncludes } from "@std/assert";
import { configFlag, sluice, TestPlan } from "./sluice.ts";

/** A plan whose steps run on the machines north and south. */
function planOfTwo(): TestPlan {
  const plan = new TestPlan({});
  plan.write("a.ts", "");
  plan.write(
    "plan.json",
    JSON.stringify({
      capioDir: "data",
      workflowName: "two",
      steps: [
        { name: "one", machine: "north", script: "a.ts" },
        { name: "two", machine: "south", script: "a.ts" },
      ],
    }),
  );
  return plan;
}

const NATS = "--nats=nats://me:secret@127.0.0.1:1";

Deno.test("what is wrong with the options of several machines is said in one line", async (t) => {
  using plan = planOfTwo();
  const cases: [name: string, args: string[], message: string][] = [
    [
      "a machine without steps",
      ["--machine=nroth", NATS],
      `"--machine" must be one of "north", "south" of "${plan.file}", found "nroth", did you mean "north"?`,
    ],
    [
      "a name that no machine has",
      ["--machine=a.b", NATS],
      '"--machine" must be a name of 1 to 32 letters, digits, "-" and "_", found "a.b"',
    ],
    [
      "no server",
      ["--machine=north"],
      '"--machine" needs "--nats URL", or $SLUICE_NATS_URL',
    ],
    [
      "another scheme",
      ["--machine=north", "--nats=http://me:secret@broker"],
      '"--nats" must be "nats://HOST:PORT" or "tls://HOST:PORT", found "http://broker"',
    ],
    [
      "a bucket",
      ["--machine=north", "--nats=nats://me:secret@broker/results"],
      '"--nats" must be "nats://HOST:PORT" or "tls://HOST:PORT", found "nats://broker/results"',
    ],
    [
      "a credentials file that is not there",
      ["--machine=north", NATS, "--credentials=missing.creds"],
      'Cannot read "--credentials missing.creds"',
    ],
    [
      "a timeout that is none",
      ["--machine=north", NATS, "--lost-after-seconds=0"],
      '"--lost-after-seconds" must be a positive number, found "0"',
    ],
    [
      "what else may be carried",
      ["--machine=north", NATS, "--carry=some"],
      '"--carry" must be "all", found "some"',
    ],
    [
      "the steps in order",
      ["--machine=north", NATS, "--sequential"],
      '"--machine" and its options cannot be used with "--sequential"',
    ],
  ];
  await Promise.all(cases.map(([name, args, message]) =>
    t.step({
      name,
      sanitizeOps: false,
      sanitizeResources: false,
      sanitizeExit: false,
      async fn() {
        const { code, stderr } = await sluice("workflow", ...args, plan.file);
        assertEquals(code, 2);
        assertStringIncludes(stderr, message);
        assertEquals(stderr.trim().split("\n").length, 1);
        assertEquals(stderr.includes("secret"), false);
      },
    })
  ));
});

Deno.test("without a machine all steps of a plan run here", async () => {
  using plan = planOfTwo();
  const { code, stderr } = await sluice("workflow", configFlag, plan.file);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "All steps ended well");
});
