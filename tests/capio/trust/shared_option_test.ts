import { assertEquals, assertThrows } from "@std/assert";
import {
  CapioWorkspace,
  stepCommand,
  workflowStatus,
} from "@sluice/sluice/capio";
import { TestDirectory } from "../step.ts";

Deno.test("a step is started as a member of a shared workflow", () => {
  const options = { capioDir: "data", script: "step.ts" };
  const { env, args } = stepCommand({ ...options, shared: "group" });
  assertEquals(env.CAPIO_SHARED, "group");
  const allowed = args.find((it) => it.startsWith("--allow-env="));
  assertEquals(allowed?.split(/[=,]/).includes("CAPIO_SHARED"), true);
  assertEquals(stepCommand(options).env.CAPIO_SHARED, undefined);
});

Deno.test("a workflow is shared with a group and with nobody else", () => {
  using dir = new TestDirectory();
  const capioDir = dir.path;
  assertThrows(
    () => new CapioWorkspace({ capioDir, shared: "all" as "group" }),
    TypeError,
    `"shared" must be "group", found "all"`,
  );
  assertEquals(dir.list(), []);
});

Deno.test({
  name: "the status says by what a run knows its own files",
  ignore: Deno.build.os === "windows",
  fn() {
    using dir = new TestDirectory();
    const capioDir = dir.path;
    for (const shared of [undefined, "group"] as const) {
      using workspace = new CapioWorkspace({ capioDir, shared });
      const checkedBy = shared ?? "owner";
      assertEquals(workspace.status().checkedBy, checkedBy);
      assertEquals(workflowStatus(capioDir)?.checkedBy, checkedBy);
    }
  },
});
