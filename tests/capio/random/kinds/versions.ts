import { callsOf, type Form, nameOf } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";

interface Replace {
  readonly do: "replace";
  readonly form: Form;
  readonly size: number;
  readonly versions: number;
  readonly pause: number;
}

interface Mark {
  readonly do: "mark";
  readonly form: Form;
  readonly times: number;
  readonly pause: number;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
  readonly last: number;
}

/**
 * A file that its writer replaces with one rename after another, while others
 * hold it open: some add marks to what they have opened, some read it.
 */
export const versions = {
  draw(cast: Cast): Piece<Replace | Mark | Read> {
    const { random, name } = cast;
    const path = `${name}file`;
    const [writer, ...others] = cast.producers(3);
    const last = 2 + random.below(12);
    const size = 1 + random.below(random.pick([20, 5000]));
    const readers = cast.readersOf([writer, ...others]);
    const readings = readers.map((app): Read => ({
      do: "read",
      form: cast.form(app),
      last,
    }));
    return {
      // A mark may come to a version that has been read.
      isRewritten: cast.isBare || others.length > 0,
      rules: [{
        path,
        producers: [writer, ...others].map(({ name }) => name),
        readers: readers.map(({ name }) => name),
        committed: cast.committed("on_close", "on_close", "on_termination"),
        mode: cast.mode(),
        isPermanent: true,
      }],
      tasks: [
        {
          app: writer.name,
          action: {
            do: "replace",
            form: cast.form(writer),
            size,
            versions: last,
            pause: random.pick([0, 1, 10]),
          },
        },
        ...others.map((app) => ({
          app: app.name,
          action: {
            do: "mark",
            form: cast.form(app),
            times: 1 + random.below(5),
            pause: random.pick([0, 1, 10]),
          } as const,
        })),
        ...readers.map((app, i) => ({ app: app.name, action: readings[i] })),
      ],
      check(seen: Seen): string[] {
        const found = seen.after.get(path);
        const problems = seen.after.size > 1
          ? [`left behind: ${[...seen.after.keys()]}`]
          : [];
        if (versionOf(found, size) !== last) {
          problems.push(`"${path}" holds ${shown(found)}, not version ${last}`);
        }
        const latest = readers.flatMap(({ name }) =>
          seen.told(name).flatMap((told) => {
            const all = told as string[];
            const numbers = all.map((text) => versionOf(text, size));
            // An earlier run may have left a late version.
            if (seen.before.has(path)) numbers.shift();
            const wrong = numbers.findIndex((number, i) =>
              number === undefined || number < (numbers[i - 1] ?? 0)
            );
            return wrong < 0 ? [] : [`${name} read ${shown(all[wrong])}`];
          })
        );
        return [...problems, ...latest];
      },
    };
  },

  async perform(
    action: Replace | Mark | Read,
    actor: Actor,
  ): Promise<void> {
    const calls = callsOf(action.form);
    const path = actor.path("file");
    switch (action.do) {
      case "replace":
        for (let i = 1; i <= action.versions; i++) {
          const text = `${i} `.repeat(action.size);
          await calls.writeFile(`${path}.${i}.tmp`, text);
          await calls.rename(`${path}.${i}.tmp`, path);
          await actor.pause(action.pause);
        }
        return;
      case "mark":
        for (let i = 0; i < action.times; i++) {
          try {
            const file = await calls.open(path, "r+");
            await actor.pause(action.pause);
            // Past the end of all versions: it shows which one it came to.
            const size = await file.size();
            await file.write("z", size);
            await file.close();
          } catch (error) {
            if (nameOf(error) !== "NotFound") throw error;
          }
          await actor.pause(action.pause);
        }
        return;
      case "read": {
        const texts: string[] = [];
        for (;;) {
          const text = await calls.readFile(path);
          if (text !== texts.at(-1)) texts.push(text);
          if (text.startsWith(`${action.last} `)) break;
          await actor.pause(2);
        }
        actor.tell(texts);
      }
    }
  },
};

/** The version that is whole, whatever marks stand behind it. */
function versionOf(text: string | undefined, size: number): number | undefined {
  const number = Number.parseInt(text ?? "");
  const whole = `${number} `.repeat(size);
  if (!text?.startsWith(whole)) return undefined;
  return /^z*$/.test(text.slice(whole.length)) ? number : undefined;
}
