/**
 * A step of a random workflow: does what it is told, and prints how each thing
 * came out. It knows nothing of sluice.
 */
import process from "node:process";
import { KINDS } from "./kinds/mod.ts";
import type { App } from "./piece.ts";
import type { PlannedTask } from "./plan.ts";

/** What a step is told. */
export interface Part {
  readonly dir: string;
  readonly app: App;
  readonly tasks: readonly PlannedTask[];
}

/** A line that a step prints. */
export interface Line {
  /** Nothing: it has got to its end. */
  readonly piece?: string;
  readonly outcome?: unknown;
}

/** Does all that a step has to do, in a worker when it is told to. */
export async function act(part: Part): Promise<void> {
  if (!part.app.inWorker) return await actHere(part);
  const url = import.meta.resolve("./worker.ts");
  const worker = new Worker(url, { type: "module" });
  worker.postMessage(part);
}

/** Does all of it in this thread. */
export async function actHere({ dir, app, tasks }: Part): Promise<void> {
  const perform = async ({ kind, piece, action }: PlannedTask) =>
    await KINDS[kind].perform(action, {
      app: app.name,
      path: (name) => `${dir}/${piece}${name}`,
      tell: (outcome) => print({ piece, outcome }),
      pause: (time) => new Promise((resolve) => setTimeout(resolve, time)),
    });
  const [last, others] = [true, false].map((isLast) =>
    tasks.filter((task) => isLast === !!task.isLast)
  );
  if (app.isTogether) await Promise.all(others.map(perform));
  else for (const task of others) await perform(task);
  for (const task of last) await perform(task);
  print({});
  if (app.ending === "Deno.exit") Deno.exit();
  if (app.ending === "process.exit") process.exit();
}

function print(line: Line): void {
  console.log(JSON.stringify(line));
}
