import { callsOf, type Form, nameOf } from "../file_calls.ts";
import type { Actor, App, Cast, Piece, Rule, Seen } from "../piece.ts";

interface Look {
  readonly do: "look";
  readonly form: Form;
  readonly how: "read" | "open" | "stat";
  /** It makes this afterwards. */
  readonly then?: string;
}

interface Make {
  readonly do: "make";
  readonly form: Form;
  readonly file: string;
  /** It reads this first. */
  readonly after: string;
  readonly pause: number;
}

/** How long nobody has to wait for what nobody will make, in ms. */
const AT_ONCE = 4000;

/** A file that may be there or not, for which programs have something else. */
export const optional = {
  needsRules: true,

  draw(cast: Cast): Piece<Look | Make> {
    const { random, name } = cast;
    const path = `${name}settings`;
    const [first] = cast.producers(1);
    const [second] = cast.readersOf([first])
      .filter(({ isVictim }) => !isVictim);
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
      mode: cast.mode(),
      isPermanent: true,
    });
    const rules: Rule[] = [];
    const make = (app: App, file: string, after: string) => ({
      app: app.name,
      action: {
        do: "make",
        form: cast.form(app),
        file,
        after,
        pause: random.pick([0, 20]),
      } as const,
    });
    const others: Piece<Make>["tasks"][number][] = [];
    if (way === "missing") rules.push(rule(path, first, [second]));
    if (way === "later") {
      rules.push(
        rule(`${name}input`, first, [second]),
        rule(path, second, []),
      );
      others.push(make(second, "settings", "input"));
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
            then: way === "later" ? "input" : undefined,
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

  async perform(action: Look | Make, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    switch (action.do) {
      case "make":
        await calls.readFile(actor.path(action.after));
        await actor.pause(action.pause);
        return await calls.writeFile(actor.path(action.file), "made");
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
        if (action.then) await calls.writeFile(actor.path(action.then), "");
      }
    }
  },
};
