import { assertEquals } from "@std/assert";
import {
  drawTimeline,
  followWorkflow,
  timelineIntervals,
  type WorkflowStatus,
  workflowStatus,
} from "../../../src/capio/mod.ts";
import { statusLines } from "../../../src/cli/capio/status/mod.ts";
import {
  type PageModel,
  pageModel,
} from "../../../src/capio/page/page_model.ts";
import { StepReports } from "../../../src/capio/page/step_reports.ts";
import { TestWorkflow } from "../test_workflow.ts";
import { ScriptedAgent } from "../workflow/scripted_agent.ts";

const NORTH = "7-00000000";

function look(workflow: TestWorkflow): WorkflowStatus {
  const status = workflowStatus(workflow.path);
  if (!status) throw new Error("There is no workflow");
  return status;
}

function pageOf(status: WorkflowStatus): PageModel {
  return pageModel({
    status,
    steps: [],
    hiddenApps: new Set(),
    reports: new StepReports(),
  });
}

/** The line of the status that begins with this text. */
function lineOf(status: WorkflowStatus, begin: string): string | undefined {
  return statusLines(status).find((line) => line.startsWith(begin))
    ?.replaceAll(/ +/g, " ").replaceAll(/\d\d:\d\d:\d\d/g, "TIME");
}

Deno.test("the status tells of machines, of homes, and of what of a file is here", async () => {
  await using workflow = new TestWorkflow();
  await using agent = new ScriptedAgent(workflow.path);
  agent.north({ event: "join", app: "writer", pid: 42 }, NORTH);
  const machines = { writer: "north", sorter: "east" };
  agent.north({ event: "rules", steps: ["writer", "sorter"], machines }, NORTH);
  assertEquals(look(workflow).machines, [
    { name: "east", state: "awaited" },
    { name: "north", state: "here" },
    { name: "south", isThis: true, state: "here", agent: Deno.pid },
  ]);

  agent.makeForeign("a.txt", 1, NORTH);
  agent.grow("a.txt", "12345");
  const open = look(workflow);
  const [growing] = open.files;
  assertEquals(
    [growing.home, growing.size, growing.sizeHere, growing.phase],
    ["north", 5, 5, "open"],
  );
  assertEquals(growing.holders?.[0].machine, "north");
  assertEquals(
    lineOf(open, "a.txt"),
    'a.txt 5 B open written by writer; home is north, 5 B of it here; held open by writer (process 42 on north) since TIME; not finished: its home "north" has not committed it yet',
  );
  assertEquals(
    lineOf(open, "machine south"),
    `machine south takes part, its agent is process ${Deno.pid}, this machine`,
  );
  assertEquals(
    lineOf(open, "writer"),
    "writer process 42 on north running since TIME",
  );

  agent.north({ event: "close", handle: 1 }, NORTH);
  agent.north({ event: "committed", file: 1, size: 10 }, NORTH);
  const committed = look(workflow);
  const [{ size, sizeHere, missing }] = committed.files;
  assertEquals([size, sizeHere], [10, 5]);
  assertEquals(
    missing,
    '5 B of 10 B are here, the rest comes from its home "north"',
  );
  assertEquals(
    lineOf(committed, "a.txt")?.includes(
      "home is north, 5 B (50 %) of it here",
    ),
    true,
  );

  const { head, files, steps } = pageOf(committed);
  assertEquals(head.machines, [
    "east: does not take part yet",
    "north: takes part",
    `south: takes part, its agent is process ${Deno.pid}, this machine`,
  ]);
  assertEquals(files[0].notes.slice(1, 3), [
    "home is north",
    "5 B of it here",
  ]);
  assertEquals(steps[0].processes, "process 42 on north");
  const intervals = timelineIntervals(committed, Date.now());
  assertEquals(intervals.map(({ machine }) => machine), ["north"]);
  assertEquals(drawTimeline(intervals).includes(">writer (north)<"), true);

  agent.say("south", { event: "machine", machine: "north", is: "lost" });
  const lost = look(workflow);
  assertEquals(lost.machines?.[1], { name: "north", state: "lost" });
  assertEquals([lost.files[0].phase, lost.files[0].sizeHere], ["lost", 5]);
  assertEquals(lineOf(lost, "machine north"), "machine north is lost");
  assertEquals(
    lineOf(lost, "a.txt")?.endsWith('; lost: machine "north" was lost'),
    true,
  );
  assertEquals(lineOf(lost, "writer"), "writer process 42 on north lost");
  const page = pageOf(lost);
  assertEquals(page.steps[0].text, 'was lost: machine "north" was lost');
  assertEquals(
    page.head.trouble?.text,
    'Step "writer" was lost (process 42 on north): machine "north" was lost',
  );
});

Deno.test("an agent that has died is shown as one that does not run", async () => {
  await using workflow = new TestWorkflow();
  const agent = new ScriptedAgent(workflow.path);
  await agent[Symbol.asyncDispose]();
  const { machines } = look(workflow);
  assertEquals(machines, [
    { name: "north", state: "here" },
    { name: "south", isThis: true, state: "here" },
  ]);
  await using next = new ScriptedAgent(workflow.path, { run: agent.run });
  await next.end();
});

Deno.test("following goes on between two steps as long as there is an agent", async () => {
  await using workflow = new TestWorkflow();
  await using agent = new ScriptedAgent(workflow.path);
  agent.north({ event: "join", app: "first", pid: 42 }, NORTH);
  agent.north({ event: "end", member: NORTH, ending: "left" }, NORTH);
  const looks = followWorkflow(workflow.path, { interval: 0 });
  const reader = looks?.getReader();
  for (let i = 0; i < 2; i++) {
    const look = await reader?.read();
    assertEquals(look?.value?.members.map(({ state }) => state), ["left"]);
  }
  await agent.end();
  let count = 0;
  while ((await reader?.read())?.done === false) count++;
  assertEquals(count, 1);
});
