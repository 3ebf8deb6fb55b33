import { assert, assertEquals } from "@std/assert";
import { JournalReader } from "../../../src/capio/journal/mod.ts";
import { EndlessWorkflow } from "./endless_workflow.ts";

const FILES = Deno.env.has("SLUICE_LONG") ? 100_000 : 4_500;
const MEBIBYTE = 2 ** 20;

Deno.test("a workflow that makes, reads and removes files for ever keeps a small journal and a small state", async () => {
  using workflow = new EndlessWorkflow(FILES, FILES / 3);
  const journal = `${workflow.capioDir}/.capio/CAPIO/journal`;
  let generation = 0;
  await workflow.look(() => {
    try {
      using reader = new JournalReader(journal);
      generation = Math.max(generation, reader.head?.generation ?? 0);
    } catch {
      // It has not begun yet, or has just ended.
    }
  });
  for (const step of await workflow.ended) {
    const [first, , last] = step.map(({ heap }) => heap / MEBIBYTE);
    assert(last < first + 4, `${first} MiB of heap, then ${last}`);
  }
  const most = workflow.mostBytes / MEBIBYTE;
  assert(most > 0.5 && most < 4, `${most} MiB of journals`);
  assert(generation >= FILES / 5_000, `${generation} checkpoints`);
  assertEquals([...Deno.readDirSync(workflow.capioDir)], []);
});
