import { assertEquals } from "@std/assert";
import { NamelessReplicas } from "../../../src/capio/agent/bytes/nameless_replicas.ts";
import type { WorkflowFile } from "../../../src/capio/journal/mod.ts";

function fileOf(number: number, phase: WorkflowFile["phase"]): WorkflowFile {
  const home = { machine: "north", number };
  return { number, phase, home, unlinked: true } as WorkflowFile;
}

Deno.test("replicas without a name go when they are whole, or when nobody wants them for long", () => {
  const removed: string[] = [];
  const nameless = new NamelessReplicas((it) => void removed.push(it));
  const read = fileOf(2, "open");
  for (const file of [fileOf(1, "committed"), read, fileOf(3, "open")]) {
    nameless.add(file);
  }
  // It was renamed.
  const renamed = fileOf(4, "committed");
  renamed.unlinked = false;
  nameless.add(renamed);
  nameless.look((file) => file === read);
  assertEquals(removed, ["north.1"]);
  for (let n = 0; n < 100; n++) nameless.look((file) => file === read);
  assertEquals(removed, ["north.1", "north.3"]);
  read.phase = "committed";
  nameless.look(() => false);
  assertEquals(removed, ["north.1", "north.3", "north.2"]);
});
