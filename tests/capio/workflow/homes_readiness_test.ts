import { assertEquals } from "@std/assert";
import { missingForCommit } from "../../../src/capio/workflow/missing.ts";
import {
  contentReadiness,
  endReadiness,
} from "../../../src/capio/workflow/readiness.ts";
import {
  AGENT,
  AGENT_OF_NORTH,
  READER,
  South,
  WRITER,
} from "../journal/south.ts";

Deno.test("a reader of another machine's file waits for its home, and then for its bytes", () => {
  const south = new South();
  assertEquals(
    endOf(south),
    `its home "north" has not committed it yet. See how it stands there, and whether its agent runs: sluice status`,
  );
  south.commit();
  assertEquals(
    missingForCommit(south.state, south.at("a"), 3e6),
    `3.0 MB of 10.0 MB are here, the rest comes from its home "north"`,
  );
  assertEquals(
    endOf(south),
    `not all of its 10.0 MB are here, they come from its home "north". See how it stands there, and whether its agent runs: sluice status`,
  );
  const me = { id: READER, app: "reader" };
  assertEquals(contentReadiness(south.state, me, south.at("a")).type, "wait");
  south.here(AGENT, { event: "whole", file: south.at("a").number });
  assertEquals(endOf(south), "go");
  assertEquals(contentReadiness(south.state, me, south.at("a")).type, "go");
});

Deno.test("a reader is told which machine was lost", () => {
  const lost = { event: "machine", is: "lost" } as const;
  const south = new South();
  south.from("south", AGENT, { ...lost, machine: "north" });
  const error =
    `its home, the machine "north", was lost before all of it was here`;
  const text = `CapioError: Cannot read "a" past byte 3000000: `;
  assertEquals(endOf(south), text + error);

  const own = new South();
  own.commit();
  own.from("north", AGENT_OF_NORTH, { ...lost, machine: "south" });
  assertEquals(
    endOf(own),
    `${text}this machine, "south", was declared lost and takes no part in the run any more. Begin a new run, on all machines`,
  );
});

Deno.test("a reader is told that its home has lost a file, or the rest of it", () => {
  const south = new South();
  const lost = { event: "lost", file: 0, member: WRITER } as const;
  south.from("north", WRITER, { event: "close", handle: 0, failed: true });
  south.from("north", AGENT_OF_NORTH, { ...lost, why: "no space" });
  const text = `CapioError: Cannot read "a" past byte 3000000: `;
  assertEquals(
    endOf(south),
    `${text}its writer "writer" (process 3) gave up before it was finished: no space`,
  );

  const late = new South();
  late.commit();
  const why = "it was removed there";
  late.here(AGENT, { ...lost, file: late.at("a").number, why });
  assertEquals(
    endOf(late),
    `${text}its home "north" does not have the rest any more: it was removed there`,
  );
});

/** What the reader on a machine is told at the end of the bytes that are here. */
function endOf(south: South): string {
  const me = { id: READER, app: "reader" };
  const verdict = endReadiness(south.state, me, south.at("a"), () => 3e6);
  switch (verdict.type) {
    case "go":
      return "go";
    case "wait":
      return `${verdict.why}. ${verdict.remedy}`;
    case "refuse":
      return String(verdict.error);
  }
}
