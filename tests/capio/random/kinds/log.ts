import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  checkTree,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";
import { createWriteStream } from "node:fs";
import { once } from "node:events";

interface Append {
  readonly do: "append";
  readonly form: Form;
  /** A call or an opening for each record, or one opening for all. */
  readonly how: "calls" | "openings" | "kept" | "stream";
  /** Starts them all before the first is over. */
  readonly isOverlapping: boolean;
  readonly records: readonly string[];
  readonly pause: number;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
}

/** A log to which several steps append. */
export const log = {
  draw(cast: Cast): Piece<Append | Read> {
    const { random, name } = cast;
    const producers = cast.producers(3);
    const appends = producers.map((app): Append => {
      const isOverlapping = cast.chance(0.6);
      const count = 1 + random.below(isOverlapping ? 40 : 15);
      return {
        do: "append",
        form: cast.form(app),
        how: random.pick(["calls", "openings", "kept", "stream"]),
        isOverlapping,
        records: Array.from(
          { length: count },
          (_, i) => `${app.name} ${i} ${"x".repeat(random.below(80))}\n`,
        ),
        pause: random.pick([0, 0, 1, 10]),
      };
    });
    const closes = appends.reduce(
      (sum, { how, records }) =>
        sum + (how === "kept" || how === "stream" ? 1 : records.length),
      0,
    );
    const committed = cast.committed(
      "on_close",
      "on_close",
      `on_close:${closes}`,
      "on_termination",
    );
    const readers = cast.readersOf(producers);
    const path = `${name}log`;
    const given = cast.isGiven(0.3) ? { [path]: "old 1\nold 2\n" } : {};
    const all = appends.flatMap(({ records }) => records);
    return {
      isRewritten: cast.isBare || committed === "on_close",
      given,
      rules: [{
        path,
        producers: producers.map(({ name }) => name),
        readers: readers.map(({ name }) => name),
        committed,
        mode: cast.mode(),
        isPermanent: true,
      }],
      tasks: [
        ...producers.map((app, i) => ({ app: app.name, action: appends[i] })),
        ...readers.map((app) => ({
          app: app.name,
          action: { do: "read", form: cast.form(app) } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const before = linesOf(seen.before.get(path) ?? "");
        const expected = [...before, ...all].sort();
        const found = linesOf(seen.after.get(path) ?? "");
        const problems = checkTree(
          { ...seen, after: new Map([[path, found.toSorted().join("")]]) },
          { [path]: expected.join("") },
        );
        appends.forEach(({ isOverlapping, records }, i) => {
          if (isOverlapping) return;
          const own = found.slice(before.length)
            .filter((line) => line.startsWith(producers[i].name));
          if (own.join("") === records.join("")) return;
          problems.push(`the records of ${producers[i].name} are out of order`);
        });
        for (const reader of readers) {
          for (const text of seen.told(reader.name)) {
            const isOutOfDate = seen.isOutOfDate(reader.name);
            problems.push(
              ...problemsOfReading(String(text), expected, isOutOfDate)
                .map((problem) => `${reader.name} read ${problem}`),
            );
          }
        }
        return problems;
      },
    };

    function problemsOfReading(
      text: string,
      expected: string[],
      isOutOfDate: boolean,
    ): string[] {
      const lines = linesOf(text).sort();
      const wrong = lines.filter((line) => !expected.includes(line));
      if (wrong.length > 0) return [`what nobody wrote: ${shown(wrong[0])}`];
      const isWhole = lines.join("") === expected.join("");
      // Without a configuration a run may be over before the next step comes.
      if (cast.isBare || isWhole === !isOutOfDate) return [];
      const told = isOutOfDate ? "with" : "without";
      return [
        `${lines.length} of ${expected.length} records ${told} a warning`,
      ];
    }
  },

  async perform(action: Append | Read, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    const path = actor.path("log");
    if (action.do === "read") return actor.tell(await calls.readFile(path));
    const { how, isOverlapping, records, pause } = action;
    const each = async (append: (record: string) => Promise<unknown>) => {
      if (isOverlapping) {
        await Promise.all(records.map((record) => append(record)));
        return;
      }
      for (const record of records) {
        await append(record);
        if (pause > 0) await actor.pause(pause);
      }
    };
    switch (how) {
      case "calls":
        return await each((record) =>
          calls.writeFile(path, record, { append: true })
        );
      case "openings":
        return await each(async (record) => {
          const file = await calls.open(path, "a");
          await file.write(record);
          if (pause > 0) await actor.pause(pause);
          await file.close();
        });
      case "kept": {
        const file = await calls.open(path, "a");
        await each((record) => file.write(record));
        return await file.close();
      }
      case "stream": {
        const stream = createWriteStream(path, { flags: "a" });
        await each((record) =>
          new Promise<void>((resolve, reject) =>
            stream.write(record, (error) => error ? reject(error) : resolve())
          )
        );
        stream.end();
        await once(stream, "close");
      }
    }
  },
};

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
