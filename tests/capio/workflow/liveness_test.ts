import { assertEquals, assertLess } from "@std/assert";
import { delay } from "@std/async";
import { CapioWorkspace } from "../../../src/capio/mod.ts";
import { system } from "../../../src/capio/platform/mod.ts";
import { eventually, Step, TestDirectory } from "../step.ts";

const MEMBERS = 40;
/** Six looks, if the machine has time for them. */
const LOOKING_MILLISECONDS = 650;

Deno.test("among many members each looks at few, and one that dies is found", async () => {
  using dir = new TestDirectory();
  using members = new DisposableStack();
  const capioDir = dir.path;
  for (let n = 0; n < MEMBERS; n++) {
    members.use(new CapioWorkspace({ capioDir, appName: `member${n}` }));
  }
  using last = new CapioWorkspace({ capioDir, appName: "last" });
  await using step = new Step({
    capioDir,
    app: "other",
    code: "setInterval(() => {}, 1000);",
  });
  await eventually(capioDir, (it) => it?.members.length === MEMBERS + 2);
  last.status();
  const looks = await countLocksLookedAt(async () => {
    const end = performance.now() + LOOKING_MILLISECONDS;
    while (performance.now() < end) {
      last.status();
      await delay(10);
    }
  });
  assertLess(looks, 2 * MEMBERS);
  step.kill();
  await step.result;
  for (;;) {
    const { members } = last.status();
    const other = members.find(({ app }) => app === "other");
    if (other?.state === "lost") break;
    assertEquals(other?.state, "running");
    await delay(10);
  }
});

async function countLocksLookedAt(fn: () => Promise<void>): Promise<number> {
  const { openSync } = system;
  let count = 0;
  system.openSync = (path, options) => {
    if (/\/members\/[^/.]+$/.test(String(path))) count++;
    return openSync(path, options);
  };
  try {
    await fn();
  } finally {
    system.openSync = openSync;
  }
  return count;
}
