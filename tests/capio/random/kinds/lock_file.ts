import { callsOf, type FileCalls, type Form, nameOf } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  checkTree,
  type Piece,
  type Seen,
} from "../piece.ts";

interface Count {
  readonly form: Form;
  readonly lock: "file" | "opened" | "directory";
  readonly isReplaced: boolean;
  readonly times: number;
  readonly pause: number;
}

/** A number that several steps count up, each time under a lock file. */
export const lockFile = {
  needsRules: true,

  draw(cast: Cast): Piece<Count> {
    const { random, name } = cast;
    const producers = cast.producers(3);
    const lock = random.pick(["file", "opened", "directory"] as const);
    const counts = producers.map((app): Count => ({
      form: cast.form(app),
      lock,
      isReplaced: cast.chance(0.4),
      times: 1 + random.below(8),
      pause: random.pick([0, 0, 1, 5]),
    }));
    const total = counts.reduce((sum, { times }) => sum + times, 0);
    const path = `${name}number`;
    const rule = (path: string) => ({
      path,
      producers: producers.map(({ name }) => name),
      committed: cast.committed("on_close", "on_termination"),
      mode: cast.mode(),
      isPermanent: true,
    });
    return {
      given: cast.isGiven(0.4) ? { [path]: "10" } : {},
      rules: [
        rule(path),
        ...cast.chance(0.5) && lock !== "directory"
          ? [rule(`${name}lock`)]
          : [],
      ],
      tasks: producers.map((app, i) => ({ app: app.name, action: counts[i] })),
      check: (seen: Seen) =>
        checkTree(seen, {
          [path]: String(Number(seen.before.get(path) ?? 0) + total),
        }),
    };
  },

  async perform(action: Count, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    const path = actor.path("number");
    for (let i = 0; i < action.times; i++) {
      await acquire(calls, action.lock, actor);
      const number = await calls.readFile(path).catch((error) => {
        if (nameOf(error) === "NotFound") return "0";
        throw error;
      });
      await actor.pause(action.pause);
      const next = String(Number(number) + 1);
      if (action.isReplaced) {
        await calls.writeFile(`${path}.tmp`, next);
        await calls.rename(`${path}.tmp`, path);
      } else await calls.writeFile(path, next);
      if (action.lock === "directory") await calls.rmdir(actor.path("lock"));
      else await calls.remove(actor.path("lock"));
      await actor.pause(action.pause);
    }
  },
};

/** Tries again and again, as lock files are taken. */
export async function acquire(
  calls: FileCalls,
  lock: Count["lock"],
  actor: Actor,
): Promise<void> {
  const path = actor.path("lock");
  for (;;) {
    try {
      switch (lock) {
        case "file":
          return await calls.writeFile(path, actor.app, { createNew: true });
        case "opened": {
          const file = await calls.open(path, "wx");
          await file.write(actor.app);
          return await file.close();
        }
        case "directory":
          return await calls.mkdir(path);
      }
    } catch (error) {
      if (nameOf(error) !== "AlreadyExists") throw error;
      await actor.pause(2);
    }
  }
}
