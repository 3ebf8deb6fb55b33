import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  checkTree,
  contentOf,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";

interface Write {
  readonly do: "write";
  readonly form: Form;
  readonly key: number;
  /** From where to where each handle writes; all are open at the same time. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  /** The order in which they are written and closed. */
  readonly order: readonly number[];
  readonly pause: number;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
}

/** A file of which several handles of several steps write a part each. */
export const ranges = {
  draw(cast: Cast): Piece<Write | Read> {
    const { random, name } = cast;
    const path = `${name}parts`;
    const producers = cast.producers(3);
    const key = random.below(100);
    const count = producers.length * (1 + random.below(4));
    const part = 1 + random.below(random.pick([10, 3000]));
    const size = count * part;
    const writes = producers.map((app, i): Write => {
      const ranges = Array.from(
        { length: count / producers.length },
        (_, j) => {
          const from = (j * producers.length + i) * part;
          return [from, from + part] as const;
        },
      );
      const order = ranges.map((_, j) => j);
      order.sort(() => random.random() - 0.5);
      return {
        do: "write",
        form: cast.form(app),
        key,
        ranges,
        order,
        pause: random.pick([0, 1, 10]),
      };
    });
    const committed = cast.committed(
      "on_close",
      "on_close",
      `on_close:${count}`,
      "on_termination",
    );
    const readers = cast.readersOf(producers);
    const whole = contentOf(key, 0, size);
    return {
      isRewritten: cast.isBare || committed === "on_close",
      given: cast.isGiven(0.3) ? { [path]: "-".repeat(size) } : {},
      rules: [{
        path,
        producers: producers.map(({ name }) => name),
        readers: readers.map(({ name }) => name),
        committed,
        mode: "update",
        isPermanent: true,
      }],
      tasks: [
        ...producers.map((app, i) => ({ app: app.name, action: writes[i] })),
        ...readers.map((app) => ({
          app: app.name,
          action: { do: "read", form: cast.form(app) } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const problems = checkTree(seen, { [path]: whole });
        for (const { name } of readers) {
          // Without a configuration a run may be over before the next step comes.
          if (cast.isBare || seen.isOutOfDate(name)) continue;
          for (const text of seen.told(name)) {
            if (text === whole) continue;
            problems.push(`${name} read ${shown(String(text))}`);
          }
        }
        return problems;
      },
    };
  },

  async perform(action: Write | Read, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    const path = actor.path("parts");
    if (action.do === "read") return actor.tell(await calls.readFile(path));
    const { key, ranges, order, pause } = action;
    const files = [];
    for (const _ of ranges) files.push(await calls.open(path, "c"));
    for (const i of order) {
      const [from, to] = ranges[i];
      const text = contentOf(key, from, to);
      for (let at = 0; at < text.length;) {
        at += await files[i].write(text.slice(at, at + 1000), from + at);
        await actor.pause(pause);
      }
      await files[i].close();
    }
  },
};
