import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";
import { configFlag, Sluice } from "./sluice.ts";

/** Machines, and steps on each of them. */
const MACHINES = 3;
const STEPS = 3;

/**
 * Each step reads what two steps before it have made, on the same machine and on
 * another one.
 */
function plan(): string {
  const steps = [];
  for (let step = 0; step < STEPS; step++) {
    for (let machine = 0; machine < MACHINES; machine++) {
      const inputs = step === 0 ? [] : [machine, machine + 1]
        .map((it) => `{in:${step - 1}-${it % MACHINES}.txt}`);
      steps.push({
        name: `step-${step}-${machine}`,
        machine: `m${machine}`,
        command: step === 0 ? ["echo", "1"] : [
          "awk",
          "{ s += $1 } END { print s }",
          ...inputs,
        ],
        stdout: `${step}-${machine}.txt`,
      });
    }
  }
  return JSON.stringify({ workflowName: "many", capioDir: "data", steps });
}

Deno.test({
  name: "every machine of many gets what the others have made",
  ignore: !hasNatsServer || Deno.build.os === "windows",
  async fn() {
    await using server = await NatsServer.start();
    using directory = new TemporaryDirectory();
    const machines = Array.from({ length: MACHINES }, (_, index) => {
      const place = join(directory.path, `m${index}`);
      Deno.mkdirSync(join(place, "data"), { recursive: true });
      Deno.writeTextFileSync(join(place, "plan.json"), plan());
      return new Sluice(
        "workflow",
        `--machine=m${index}`,
        `--nats=nats://${server.address}`,
        configFlag,
        join(place, "plan.json"),
      );
    });
    try {
      for (const { result } of machines) {
        const { code, stderr } = await result;
        assertEquals(code, 0, stderr);
      }
    } finally {
      for (const machine of machines) await machine[Symbol.asyncDispose]();
    }
    for (let index = 0; index < MACHINES; index++) {
      const name = `m${index}/data/${STEPS - 1}-${index}.txt`;
      assertEquals(
        Deno.readTextFileSync(join(directory.path, name)),
        `${2 ** (STEPS - 1)}\n`,
      );
    }
  },
});
