import {
  type Actor,
  type Cast,
  checkTree,
  type Piece,
  type Seen,
} from "../piece.ts";
import { bytesOf, textOf } from "../texts.ts";

interface Count {
  readonly do: "count";
  readonly isSync: boolean;
  readonly isKept: boolean;
  readonly times: number;
  /** In ms, under the lock. */
  readonly pause: number;
}

interface Read {
  readonly do: "read";
}

/** A number that several steps count up under `FsFile.lock`. */
export const counter = {
  needsRules: true,

  draw(cast: Cast): Piece<Count | Read> {
    const { random, name } = cast;
    const path = `${name}count`;
    const producers = cast.producers(3);
    const counts = producers.map((app): Count => ({
      do: "count",
      isSync: cast.form(app).endsWith("Sync"),
      isKept: cast.chance(0.4),
      times: 1 + random.below(12),
      pause: random.pick([0, 0, 1, 5]),
    }));
    const total = counts.reduce((sum, { times }) => sum + times, 0);
    const closes = counts.reduce(
      (sum, { isKept, times }) => sum + (isKept ? 1 : times),
      0,
    );
    const committed = cast.committed(
      "on_close",
      "on_close",
      `on_close:${closes}`,
      "on_termination",
    );
    const mode = cast.mode();
    const readers = cast.readersOf(producers);
    return {
      isRewritten: committed === "on_close",
      given: cast.isGiven(0.4) ? { [path]: digits(10) } : {},
      rules: [{
        path,
        producers: producers.map(({ name }) => name),
        readers: readers.map(({ name }) => name),
        committed,
        mode,
        isPermanent: true,
      }],
      tasks: [
        ...producers.map((app, i) => ({ app: app.name, action: counts[i] })),
        ...readers.map(({ name }) => ({
          app: name,
          action: { do: "read" } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const end = digits(Number(seen.before.get(path) ?? 0) + total);
        const problems = checkTree(seen, { [path]: end });
        // What is overwritten while it is read is a mixture outside, too.
        if (mode === "no_update") return problems;
        for (const { name } of readers) {
          if (seen.isOutOfDate(name)) continue;
          for (const text of seen.told(name)) {
            if (text !== end) problems.push(`${name} read ${text}, not ${end}`);
          }
        }
        return problems;
      },
    };
  },

  async perform(action: Count | Read, actor: Actor): Promise<void> {
    const path = actor.path("count");
    if (action.do === "read") return actor.tell(await Deno.readTextFile(path));
    const { isSync, isKept, times, pause } = action;
    const options = { read: true, write: true, create: true };
    const open = async () =>
      isSync ? Deno.openSync(path, options) : await Deno.open(path, options);
    const count = async (file: Deno.FsFile) => {
      if (isSync) file.lockSync(true);
      else await file.lock(true);
      const buffer = new Uint8Array(20);
      let got: number | null;
      if (isSync) {
        file.seekSync(0, Deno.SeekMode.Start);
        got = file.readSync(buffer);
      } else {
        await file.seek(0, Deno.SeekMode.Start);
        got = await file.read(buffer);
        await actor.pause(pause);
      }
      const next = digits(Number(textOf(buffer.subarray(0, got ?? 0))) + 1);
      if (isSync) {
        file.seekSync(0, Deno.SeekMode.Start);
        file.writeSync(bytesOf(next));
        file.unlockSync();
      } else {
        await file.seek(0, Deno.SeekMode.Start);
        await file.write(bytesOf(next));
        await file.unlock();
      }
    };
    using kept = isKept ? await open() : undefined;
    for (let i = 0; i < times; i++) {
      if (kept) await count(kept);
      else {
        using file = await open();
        await count(file);
      }
      await actor.pause(pause);
    }
  },
};

function digits(value: number): string {
  return String(value).padStart(8, "0");
}
