import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type App,
  type Cast,
  contentOf,
  type Piece,
  type Rule,
  type Seen,
  shown,
} from "../piece.ts";
import { type Read, read, READINGS, type Told } from "./single_reading.ts";
import { type Write, write, WRITINGS } from "./single_writing.ts";

const OLD = "what an earlier run has left";

/** Makes something and takes it away again. */
interface Junk {
  readonly do: "junk";
  readonly form: Form;
  readonly pause: number;
}

/** A file of one writer, who may be killed, and of several readers. */
export const single = {
  draw(cast: Cast): Piece<Write | Read | Junk> {
    const { random, name } = cast;
    const writer = random.pick(cast.apps);
    const key = random.below(100);
    const size = random.pick([
      ...[0, 1, random.below(100), random.below(10_000)],
      random.below(1_000_000),
    ]);
    const isTwice = cast.chance(0.1);
    const how = isTwice ? "twice" : random.pick(WRITINGS);
    const file = how === "directory" ? "folder/file" : "file";
    const path = `${name}${file}`;
    const isReplaced = how !== "directory" && cast.isGiven(0.2);
    const isMissing = !cast.isBare && cast.chance(0.1);
    const isPermanent = cast.isPermanent(0.8);
    // It has to be written before what it depends on.
    const dependency = isTwice || writer.isTogether || cast.isBare ||
        cast.chance(0.85)
      ? undefined
      : `${name}marker`;
    const committed = isTwice
      ? cast.committed("on_close:2")
      : dependency
      ? "on_file"
      : cast.committed("on_close", "on_close", "on_termination");
    // The first bytes of these are not those of the end.
    const isRewritten = how === "again" || how === "truncated";
    const mode = isRewritten ? "update" : cast.mode();
    const then = cast.chance(0.15)
      ? random.pick(["remove", "rename"] as const)
      : undefined;
    const all = cast.readersOf([writer]);
    const readers = then ? all.slice(0, 1) : all;
    const hows = [
      ...READINGS.filter((how) => !then || how !== "early"),
      // Without a rule a question after a file gets its answer at once.
      ...mode === "update" && !cast.isBare ? ["sized"] as const : [],
    ];
    const reads = readers.map((app): Read => ({
      do: "read",
      how: random.pick(hows),
      form: cast.form(app),
      file,
      key,
      chunk: random.pick([5, 1000, 100_000]) + Math.ceil(size / 200),
      pause: random.pick([0, 0, 1, 50]),
      then,
    }));
    const rule = (path: string, committed: string): Rule => ({
      path,
      producers: [writer.name],
      readers: readers.map(({ name }) => name),
      committed,
      mode,
      isPermanent,
      ...committed === "on_file" && { dependencies: [`${name}marker`] },
    });
    const writing = (file: string, how: Write["how"], size: number) => ({
      app: writer.name,
      action: {
        do: "write",
        how,
        form: cast.form(writer),
        file,
        key,
        size,
        chunk: random.pick([7, 1000, 65_536]) + Math.ceil(size / 200),
        pause: random.pick([0, 0, 1, 20, 100]),
      } as const,
    });
    const plan: Planned = {
      ...{ path, key, size, writer, readers, reads, committed },
      ...{ isPermanent, isMissing, isReplaced, then },
    };
    return {
      isRewritten: how === "again" && committed === "on_close",
      isOnce: how === "directory",
      given: isReplaced ? { [path]: OLD } : {},
      rules: [
        rule(path, committed),
        ...then === "rename" ? [rule(`${path}.taken`, committed)] : [],
        ...dependency ? [{ ...rule(dependency, "on_close"), readers: [] }] : [],
      ],
      tasks: [
        ...isMissing ? [] : [writing(file, how, size)],
        ...dependency ? [writing("marker", "whole", 1)] : [],
        ...cast.chance(0.2)
          ? [{
            app: writer.name,
            action: {
              do: "junk",
              form: cast.form(writer),
              pause: random.below(5),
            } as const,
          }]
          : [],
        ...readers.map(({ name }, i) => ({ app: name, action: reads[i] })),
      ],
      check: (seen: Seen) => [
        ...readers.flatMap((_, i) => problemsOfReading(plan, i, seen)),
        ...problemsOfFile(plan, seen),
      ],
    };
  },

  async perform(action: Write | Read | Junk, actor: Actor): Promise<void> {
    await actor.pause(action.pause);
    switch (action.do) {
      case "write":
        return await write(action, actor);
      case "read":
        return await read(action, actor);
      case "junk": {
        const calls = callsOf(action.form);
        const path = actor.path("junk");
        await calls.writeFile(path, "of no use to anybody");
        await actor.pause(action.pause);
        return await calls.remove(path);
      }
    }
  },
};

interface Planned {
  readonly path: string;
  readonly key: number;
  readonly size: number;
  readonly writer: App;
  readonly readers: readonly App[];
  readonly reads: readonly Read[];
  readonly committed: string;
  readonly isPermanent: boolean;
  /** Its writer is named but never makes it. */
  readonly isMissing: boolean;
  /** A file of that name is there before. */
  readonly isReplaced: boolean;
  /** What its only reader does with it in the end. */
  readonly then?: Read["then"];
}

function problemsOfReading(plan: Planned, i: number, seen: Seen): string[] {
  const { name } = plan.readers[i];
  const problems: string[] = [];
  for (const told of seen.told(name) as Told[]) {
    if (told.did !== "read") continue;
    const problem = problemOf(plan, plan.reads[i], told, seen);
    if (!problem) continue;
    problems.push(
      `${name}, ${plan.reads[i].how}: ${problem}: ${JSON.stringify(told)}`,
    );
  }
  return problems;
}

function problemOf(
  { path, size, writer, committed, isMissing }: Planned,
  { how }: Read,
  { end, at, wrong, isShort }: Told & { did: "read" },
  seen: Seen,
): string | undefined {
  const isKilled = seen.isKilled(writer.name);
  const old = seen.before.get(path)?.length;
  const isOld = isMissing || isKilled;
  if (isOld && end === "whole" && (at === old || how === "early" && old)) {
    return undefined;
  }
  if (wrong > 0) return "wrong bytes";
  if (isShort) return "a short read in the middle";
  switch (end) {
    case "whole":
      if (isMissing) return "read what nobody wrote";
      if (how === "early") return undefined;
      if (at !== size) return "not all bytes";
      if (
        !(seen.told(writer.name) as Told[]).some(({ did }) =>
          did === "finishing"
        )
      ) {
        return "an end before it was finished";
      }
      if (committed === "on_termination" && !seen.hasEnded(writer.name)) {
        return "an end although the writer was killed";
      }
      return undefined;
    case "WRITER_LOST":
      return isKilled ? undefined : "lost without a reason";
    case "NotFound":
      return isKilled || isMissing ? undefined : "not found";
    default:
      return "an error that it was not due";
  }
}

/** What is published is whole. */
function problemsOfFile(plan: Planned, seen: Seen): string[] {
  const { path, key, size, writer, readers, then } = plan;
  const taken = seen.after.get(`${path}.taken`);
  const text = seen.after.get(path) ?? taken;
  const before = seen.before.get(path);
  const allowed: (string | undefined)[] = [];
  if (!plan.isMissing && plan.isPermanent) {
    allowed.push(contentOf(key, 0, size));
  } else allowed.push(before);
  const isDoubtful = [writer, ...readers].some(({ name }) =>
    seen.isKilled(name)
  );
  const earlier = seen.before.get(`${path}.taken`);
  if (isDoubtful) allowed.push(before, earlier, undefined);
  const isTaken = then !== undefined && readers.length > 0;
  if (isTaken && then === "remove") allowed.push(undefined);
  if (isTaken && (plan.isMissing || !plan.isPermanent)) {
    allowed.push(undefined, earlier);
  }
  const name = path.replace(/(folder\/)?file$/, "");
  const known = [path, `${path}.taken`, `${name}marker`, `${name}folder/`];
  const strange = [...seen.after.keys()].filter((it) => !known.includes(it));
  return [
    ...allowed.includes(text) ? [] : [`"${path}" holds ${shown(text)}`],
    ...strange.length > 0 && !isDoubtful ? [`left behind: ${strange}`] : [],
  ];
}
