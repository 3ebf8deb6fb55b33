import { delay } from "@std/async";
import { existsSync } from "node:fs";
import { NatsServer } from "../../../support/nats_server.ts";
import { eventually, type StepResult } from "../../step.ts";
import { Machines, type TestMachine } from "../machines.ts";
import { byteAt, type Told } from "./actor.ts";
import type { Plan, PlannedStep } from "./plan.ts";

const ACTOR = import.meta.resolve("./actor.ts");

/** What readers of a file may be told whose writer did not come to its end. */
const LOST = ["WRITER_LOST", "NotFound", "ENOENT"];

/** Plays a plan with real processes; says what is not as it should be. */
export async function playRound(
  server: NatsServer,
  plan: Plan,
): Promise<string[]> {
  await using machines = new Machines(server, plan.cl);
  const started = await machines.start(...plan.machines);
  const byName = new Map(started.map((machine) => [machine.name, machine]));
  const victims = Map.groupBy(plan.troubles, ({ victim }) => victim);
  const troubles = [...victims].map(([victim, of]) =>
    make(of.map(({ at }) => at), byName.get(victim) ?? server)
  );
  const ended = await Promise.all(plan.steps.map(async (step) => {
    const machine = byName.get(step.machine);
    if (!machine) throw new Error(`No machine "${step.machine}"`);
    return { step, result: await run(machine, step) };
  }));
  await Promise.all(troubles);
  const codes = await machines.stop();
  const killed = new Set(
    ended.filter(({ result }) => result.signal === "SIGKILL")
      .flatMap(({ step }) => step.writes.map(({ path }) => path)),
  );
  return [
    ...codes.some((code) => code !== 0) ? [`agents ended with ${codes}`] : [],
    ...ended.flatMap(({ step, result }) => problemsOf(step, result, killed)),
    ...started.flatMap((machine) => problemsIn(machine, plan, killed)),
  ];
}

/** Kills an agent or a server at some times, and starts it again. */
async function make(
  times: readonly number[],
  victim: TestMachine | NatsServer,
): Promise<void> {
  const start = performance.now();
  for (const at of times.toSorted((a, b) => a - b)) {
    await delay(Math.max(0, at - (performance.now() - start)));
    if (victim instanceof NatsServer) {
      await victim.kill();
      await delay(at / 4);
      await victim.startAgain();
    } else {
      victim.agent.kill();
      await victim.agent.result;
      await victim.start();
    }
  }
}

async function run(
  machine: TestMachine,
  step: PlannedStep,
): Promise<StepResult> {
  await delay(step.start);
  await using process = machine.step({
    app: step.name,
    args: [JSON.stringify(step)],
    code: `
      import { act } from "${ACTOR}";
      await act(Deno.args[0], JSON.parse(Deno.args[1]));`,
    openTimeoutSeconds: 50,
  });
  if (step.kill !== undefined) {
    // Others wait for a step that never came as long as they may.
    await untilJoined(machine, step.name);
    await delay(step.kill);
    process.killIfRunning();
  }
  return await process.result;
}

function untilJoined({ dir, workflow }: TestMachine, app: string) {
  return eventually(
    dir,
    (it) => it?.members.some((member) => member.app === app) ?? false,
    workflow,
  );
}

function problemsOf(
  step: PlannedStep,
  { code, signal, stdout, stderr }: StepResult,
  killed: ReadonlySet<string>,
): string[] {
  if (signal === "SIGKILL" && step.kill !== undefined) return [];
  const where = `${step.name} on ${step.machine}`;
  if (code !== 0) return [`${where} ended with ${code}: ${stderr}`];
  const told: Told[] = stdout.trim().split("\n").filter((it) => it !== "")
    .map((line) => JSON.parse(line));
  return step.reads.flatMap(({ path, size, how }) => {
    const it = told.find((told) => told.path === path);
    const text = `${where}: ${path} (${how}, ${size}): ${JSON.stringify(it)}`;
    if (!it || it.wrong !== undefined) return [text];
    if (it.end === "whole" && it.bytes === size) return [];
    return killed.has(path) && LOST.includes(it.end) ? [] : [text];
  });
}

function problemsIn(
  { name, dir }: TestMachine,
  { steps }: Plan,
  killed: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  if (existsSync(`${dir}/.capio`)) problems.push(`${name}: .capio is left`);
  for (const { machine, writes } of steps) {
    for (const { path, key, size } of writes) {
      const isHome = machine === name;
      if (!existsSync(`${dir}/${path}`)) {
        if (isHome && !killed.has(path)) problems.push(`${name}: no ${path}`);
        continue;
      }
      if (!isHome) {
        problems.push(`${name}: ${path} of ${machine}`);
        continue;
      }
      const bytes = Deno.readFileSync(`${dir}/${path}`);
      const isRight = bytes.length === size &&
        bytes.every((it, at) => it === byteAt(key, at));
      if (!isRight) problems.push(`${name}: ${path} has other bytes`);
    }
  }
  return problems;
}
