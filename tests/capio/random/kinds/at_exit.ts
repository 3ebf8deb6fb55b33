import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type App,
  type Cast,
  checkTree,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";
import process from "node:process";
import { acquire } from "./lock_file.ts";

interface Write {
  readonly do: "write";
  readonly form: "denoSync" | "nodeSync";
  readonly listener: "unload" | "exit";
  readonly how: "report" | "flush" | "kept" | "lock";
  readonly text: string;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
  readonly apps: readonly string[];
}

/** Files that programs write, finish or remove in their exit handlers. */
export const atExit = {
  draw(cast: Cast): Piece<Write | Read> {
    const { random, name } = cast;
    const producers = cast.producers(2)
      .filter((app) => listenersOf(app).length > 0);
    const how = random.pick(["report", "flush", "kept", "lock"] as const);
    const writes = producers.map((app): Write => ({
      do: "write",
      form: random.pick(["denoSync", "nodeSync"]),
      listener: random.pick(listenersOf(app)),
      how,
      text: `${app.name} `.repeat(1 + random.below(200)),
    }));
    const readers = how === "lock" || producers.length === 0
      ? []
      : cast.readersOf(producers);
    const committed = how === "flush"
      ? cast.committed("on_close:2", "on_termination")
      : cast.committed("on_close", "on_termination");
    const expected: Record<string, string> = {};
    producers.forEach(({ name: app }, i) => {
      expected[`${name}${how === "lock" ? "held" : "report"}.${app}`] =
        writes[i].text;
    });
    return {
      rules: producers.flatMap(({ name: app }) => [
        {
          path: `${name}report.${app}`,
          producers: [app],
          readers: readers.map(({ name }) => name),
          committed,
          mode: cast.mode(),
          isPermanent: true,
        },
        {
          path: `${name}held.${app}`,
          producers: [app],
          committed: "on_close",
          mode: "update" as const,
          isPermanent: true,
        },
      ]),
      tasks: [
        ...producers.map((app, i) => ({
          app: app.name,
          action: writes[i],
          isLast: how === "lock",
        })),
        ...readers.map((app) => ({
          app: app.name,
          action: {
            do: "read",
            form: cast.form(app),
            apps: producers.map(({ name }) => name),
          } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const problems = checkTree(seen, expected);
        for (const reader of readers) {
          for (const told of seen.told(reader.name)) {
            for (const [app, text] of told as [string, string][]) {
              if (text === expected[`${name}report.${app}`]) continue;
              problems.push(`${reader.name} read ${shown(text)} of ${app}`);
            }
          }
        }
        return problems;
      },
    };
  },

  async perform(action: Write | Read, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    if (action.do === "read") {
      const texts: [string, string][] = [];
      for (const app of action.apps) {
        texts.push([app, await calls.readFile(actor.path(`report.${app}`))]);
      }
      return actor.tell(texts);
    }
    const { how, text, listener } = action;
    const path = actor.path(`report.${actor.app}`);
    const half = text.length >> 1;
    switch (how) {
      case "report":
        return atEnd(listener, () => void calls.writeFile(path, text));
      case "flush":
        await calls.writeFile(path, text.slice(0, half));
        return atEnd(
          listener,
          () => void calls.writeFile(path, text.slice(half), { append: true }),
        );
      case "kept": {
        const file = await calls.open(path, "w");
        await file.write(text.slice(0, half));
        return atEnd(listener, () => {
          file.write(text.slice(half));
          file.close();
        });
      }
      case "lock":
        await acquire(calls, "file", actor);
        await calls.writeFile(actor.path(`held.${actor.app}`), text);
        return atEnd(listener, () => void calls.remove(actor.path("lock")));
    }
  },
};

/** The listeners that run when the app ends as it does. */
function listenersOf({ ending, inWorker }: App): Write["listener"][] {
  switch (ending) {
    case "natural":
      // A worker closes itself then.
      return inWorker ? [] : ["unload", "exit"];
    case "Deno.exit":
      return ["unload"];
    case "process.exit":
      return ["unload", "exit"];
  }
}

/** Calls `finish` when the program ends. */
function atEnd(listener: Write["listener"], finish: () => void): void {
  if (listener === "exit") process.on("exit", finish);
  else addEventListener("unload", finish);
}
