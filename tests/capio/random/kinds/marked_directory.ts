import { callsOf, type Form, nameOf } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  checkTree,
  contentOf,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";

interface Fill {
  readonly do: "fill";
  readonly form: Form;
  /** Names and what the content is. */
  readonly parts:
    readonly (readonly [name: string, key: number, size: number])[];
  readonly how: "whole" | "pieces" | "rename";
  readonly marker?: string;
  readonly pause: number;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
}

/** A directory that is complete with its markers, or with so many entries. */
export const markedDirectory = {
  needsRules: true,

  draw(cast: Cast): Piece<Fill | Read> {
    const { random, name } = cast;
    const directory = `${name}out`;
    const producers = cast.producers(2);
    const isMarked = cast.chance(0.6);
    const mode = cast.mode();
    // A listing while it is filled, or a count, has temporary names, too.
    const hows = ["whole", "pieces", "rename"] as const;
    const isRenamed = isMarked && mode === "update";
    const expected: Record<string, string> = {};
    const fills = producers.map((app): Fill => {
      const parts = Array.from({ length: random.below(6) }, (_, i) => {
        const [key, size] = [random.below(100), random.below(3000)];
        const part = `part-${app.name}-${i}`;
        expected[`${directory}/${part}`] = contentOf(key, 0, size);
        return [part, key, size] as const;
      });
      const marker = isMarked ? `_SUCCESS-${app.name}` : undefined;
      if (marker) expected[`${directory}/${marker}`] = "";
      return {
        do: "fill",
        form: cast.form(app),
        parts,
        how: random.pick(isRenamed ? hows : hows.slice(0, 2)),
        marker,
        pause: random.pick([0, 1, 20]),
      };
    });
    const entries = Object.keys(expected).length;
    if (entries === 0) expected[`${directory}/`] = "";
    const readers = entries > 0 ? cast.readersOf(producers) : [];
    const names = Object.keys(expected)
      .map((path) => path.slice(directory.length + 1)).sort();
    return {
      rules: [{
        path: directory,
        producers: producers.map(({ name }) => name),
        readers: readers.map(({ name }) => name),
        committed: isMarked
          ? "on_file"
          : entries > 0
          ? "on_n_files"
          : "on_termination",
        mode,
        dependencies: isMarked
          ? producers.map(({ name }) => `${directory}/_SUCCESS-${name}`)
          : undefined,
        directory: { entries: isMarked || entries === 0 ? undefined : entries },
        isPermanent: true,
      }],
      tasks: [
        ...producers.map((app, i) => ({ app: app.name, action: fills[i] })),
        ...readers.map((app) => ({
          app: app.name,
          action: { do: "read", form: cast.form(app) } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const problems = checkTree(seen, expected);
        for (const reader of readers) {
          for (const told of seen.told(reader.name)) {
            const read = new Map(told as [string, string][]);
            const found = [...read.keys()].sort();
            if (found.join() !== names.join()) {
              problems.push(`${reader.name} listed ${found}, not ${names}`);
            }
            for (const [part, text] of read) {
              if (text === expected[`${directory}/${part}`]) continue;
              problems.push(`${reader.name} read ${part}: ${shown(text)}`);
            }
          }
        }
        return problems;
      },
    };
  },

  async perform(action: Fill | Read, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    const directory = actor.path("out");
    if (action.do === "read") {
      const read: [string, string][] = [];
      for (const name of await calls.readDir(directory)) {
        read.push([name, await calls.readFile(`${directory}/${name}`)]);
      }
      return actor.tell(read);
    }
    try {
      await calls.mkdir(directory);
    } catch (error) {
      if (nameOf(error) !== "AlreadyExists") throw error;
    }
    for (const [name, key, size] of action.parts) {
      await actor.pause(action.pause);
      const path = `${directory}/${name}`;
      const text = contentOf(key, 0, size);
      switch (action.how) {
        case "whole":
          await calls.writeFile(path, text);
          break;
        case "rename":
          await calls.writeFile(`${path}.tmp`, text);
          await calls.rename(`${path}.tmp`, path);
          break;
        case "pieces": {
          const file = await calls.open(path, "w");
          for (let at = 0; at < size; at += 500) {
            await file.write(text.slice(at, at + 500));
          }
          await file.close();
        }
      }
    }
    if (action.marker) {
      await calls.writeFile(`${directory}/${action.marker}`, "");
    }
  },
};
