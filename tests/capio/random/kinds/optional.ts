import { callsOf, type Form, nameOf } from "../file_calls.ts";
import type { Actor, App, Cast, Piece, Rule, Seen } from "../piece.ts";

interface Look {
  readonly do: "look";
  readonly form: Form;
  readonly how: "read" | "open" | "stat";
}

interface Make {
  readonly do: "make";
  readonly form: Form;
  readonly file: string;
  readonly pause: number;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
  readonly file: string;
}

/** How long nobody has to wait for what nobody will make, in ms. */
const AT_ONCE = 4000;

/** A file that may be there or not, for which programs have something else. */
export const optional = {
  draw(cast: Cast): Piece<Look | Make | Read> {
    const { random, name } = cast;
    const path = `${name}settings`;
    const [first] = cast.producers(1);
    const [second] = cast.readersOf([first]);
    const ways = ["undeclared", "given", ...second ? ["missing", "later"] : []];
    const way = random.pick(ways);
    // Of two steps, the later one looks for what the earlier one never makes,
    // or the earlier one for what the later one is going to make.
    const looker = way === "missing" ? second : first;
    const rule = (path: string, producer: App, readers: App[]): Rule => ({
      path,
      producers: [producer.name],
      readers: readers.map(({ name }) => name),
      committed: "on_close",
      mode: random.pick(["update", "no_update"]),
      isPermanent: true,
    });
    const rules: Rule[] = [];
    const make = (app: App, file: string) => ({
      app: app.name,
      action: {
        do: "make",
        form: cast.form(app),
        file,
        pause: random.pick([0, 20]),
      } as const,
    });
    const others: Piece<Make | Read>["tasks"][number][] = [];
    if (way === "missing") rules.push(rule(path, first, [second]));
    if (way === "later") {
      rules.push(
        rule(`${name}input`, first, [second]),
        rule(path, second, []),
      );
      others.push(
        make(first, "input"),
        {
          app: second.name,
          action: { do: "read", form: cast.form(second), file: "input" },
        },
        make(second, "settings"),
      );
    }
    return {
      given: way === "given" ? { [path]: "made" } : {},
      rules,
      tasks: [
        {
          app: looker.name,
          action: {
            do: "look",
            form: cast.form(looker),
            how: random.pick(["read", "open", "stat"]),
          },
        },
        ...others,
      ],
      check(seen: Seen): string[] {
        const expected = seen.before.get(path) === "made" ? "made" : "fallback";
        return seen.told(looker.name).flatMap((told) => {
          const { found, took } = told as { found: string; took: number };
          const isLate = took > AT_ONCE && way !== "missing";
          return [
            ...found === expected ? [] : [`found ${found}, not ${expected}`],
            ...isLate ? [`waited ${took} ms`] : [],
          ].map((problem) => `${looker.name}, ${way}: ${problem}`);
        });
      },
    };
  },

  async perform(action: Look | Make | Read, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    switch (action.do) {
      case "make":
        await actor.pause(action.pause);
        return await calls.writeFile(actor.path(action.file), "made");
      case "read":
        return void await calls.readFile(actor.path(action.file));
      case "look": {
        const path = actor.path("settings");
        const start = performance.now();
        let found = "made";
        try {
          if (action.how === "read") found = await calls.readFile(path);
          else if (action.how === "stat") await calls.stat(path);
          else {
            const file = await calls.open(path, "r");
            found = await file.read(100) ?? "";
            await file.close();
          }
        } catch (error) {
          if (nameOf(error) !== "NotFound") throw error;
          found = "fallback";
        }
        const took = Math.round(performance.now() - start);
        actor.tell({ found, took });
      }
    }
  },
};
