import { callsOf, type Form, nameOf } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";

interface Append {
  readonly do: "append";
  readonly form: Form;
  readonly isOverlapping: boolean;
  readonly isOpened: boolean;
  readonly records: readonly string[];
  readonly pause: number;
}

interface Rotate {
  readonly do: "rotate";
  readonly form: Form;
  readonly times: number;
  readonly pause: number;
}

/** A log that is renamed away while others append to it. */
export const rotation = {
  draw(cast: Cast): Piece<Append | Rotate> {
    const { random, name } = cast;
    const producers = cast.producers(3);
    const appends = producers.map((app): Append => ({
      do: "append",
      form: cast.form(app),
      isOverlapping: cast.chance(0.3),
      isOpened: cast.chance(0.5),
      records: Array.from(
        { length: 2 + random.below(20) },
        (_, i) => `${app.name} ${i}`,
      ),
      pause: random.pick([0, 1, 5]),
    }));
    const rotator = random.pick(producers);
    const all = appends.flatMap(({ records }) => records);
    return {
      rules: [{
        path: `${name}log*`,
        producers: producers.map(({ name }) => name),
        committed: cast.committed("on_close", "on_close", "on_termination"),
        mode: cast.mode(),
        isPermanent: true,
      }],
      tasks: [
        ...producers.map((app, i) => ({ app: app.name, action: appends[i] })),
        {
          app: rotator.name,
          action: {
            do: "rotate",
            form: cast.form(rotator),
            times: 1 + random.below(10),
            pause: random.pick([0, 1, 5, 20]),
          },
        },
      ],
      check(seen: Seen): string[] {
        // A second run replaces files of the first: what is new must be there.
        const found = [...seen.after.values()].join("").split("\n");
        const count = (lines: string[], line: string) =>
          lines.filter((it) => it === line).length;
        const most = seen.before.size > 0 ? 2 : 1;
        const lost = all.filter((line) => {
          const times = count(found, line);
          return times < 1 || times > most;
        });
        const strange = found.filter((line) => line && !all.includes(line));
        return [
          ...lost.length > 0
            ? [
              `${lost.length} of ${all.length} records are lost or doubled, such as ${
                lost[0]
              }`,
            ]
            : [],
          ...strange.length > 0 ? [`not a record: ${shown(strange[0])}`] : [],
        ];
      },
    };
  },

  async perform(action: Append | Rotate, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    const path = actor.path("log");
    if (action.do === "rotate") {
      for (let i = 0; i < action.times; i++) {
        await actor.pause(action.pause);
        try {
          await calls.rename(path, `${path}.${i}`);
        } catch (error) {
          if (nameOf(error) !== "NotFound") throw error;
        }
      }
      return;
    }
    const append = async (record: string) => {
      if (!action.isOpened) {
        await calls.writeFile(path, `${record}\n`, { append: true });
        return;
      }
      const file = await calls.open(path, "a");
      await actor.pause(action.pause);
      await file.write(`${record}\n`);
      await file.close();
    };
    if (action.isOverlapping) {
      await Promise.all(action.records.map(append));
      return;
    }
    for (const record of action.records) {
      await append(record);
      await actor.pause(action.pause);
    }
  },
};
