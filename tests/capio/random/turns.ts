/**
 * Calls that several processes make by turns, on the same few files, through
 * handles that stay open meanwhile. With plain files, one process can make
 * them all, and what each call gives is the measure.
 */
import type { SeededRandom } from "../../support/seeded_random.ts";
import { callsOf, type Flags, type Form, FORMS, nameOf } from "./file_calls.ts";
import type { Handle } from "./handles.ts";

/** A call, by one of the processes. */
export type Turn = { readonly by: number; readonly form: Form } & Call;

type Call =
  | {
    readonly do: "open";
    readonly handle: number;
    readonly path: string;
    readonly flags: Flags;
  }
  | {
    readonly do: "write";
    readonly handle: number;
    readonly text: string;
    readonly position?: number;
  }
  | {
    readonly do: "read";
    readonly handle: number;
    readonly count: number;
    readonly position?: number;
  }
  | { readonly do: "shorten"; readonly handle: number; readonly size: number }
  | { readonly do: "writeAll"; readonly handle: number; readonly text: string }
  | { readonly do: "readRest" | "size" | "close"; readonly handle: number }
  | {
    readonly do: "stream";
    readonly path: string;
    readonly text: string;
    readonly flags: Flags;
  }
  | {
    readonly do: "writeFile" | "append" | "createNew";
    readonly path: string;
    readonly text: string;
  }
  | { readonly do: "truncate"; readonly path: string; readonly size: number }
  | {
    readonly do: "rename" | "copyFile";
    readonly path: string;
    readonly to: string;
  }
  | {
    readonly do: "readFile" | "stat" | "remove" | "mkdir" | "rmdir" | "readDir";
    readonly path: string;
  };

/** The files of a round. */
export const PATHS: readonly string[] = [
  ...["a", "b", "c", "d/a", "d/b", "e/a", "e/b"],
];

/** What all processes of a round do. */
export interface Turns {
  readonly processes: number;
  readonly committed: string;
  readonly mode: "update" | "no_update";
  readonly given: Readonly<Record<string, string>>;
  readonly turns: readonly Turn[];
}

/** Draws a round. */
export function drawTurns(random: SeededRandom): Turns {
  const processes = 1 + random.below(3);
  const committed = random.pick(["on_close", "on_close:3", "on_termination"]);
  // What a process keeps open for reading alone is the version that it has
  // opened, and others may write the next one of a finished file.
  const isAlone = processes === 1;
  const flags: readonly Flags[] = isAlone || committed === "on_termination"
    ? ["r", "r", "r+", "c", "w", "w+", "wx+", "a", "a+", "ax"]
    : ["r+", "r+", "c", "w", "w+", "wx+", "a", "a+", "ax"];
  const path = () => random.pick(PATHS);
  const text = () =>
    String.fromCharCode(97 + random.below(26)).repeat(1 + random.below(12));
  const position = () => random.below(3) > 0 ? undefined : random.below(20);
  const call = (handle: number): Call => {
    switch (random.below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { do: "open", handle, path: path(), flags: random.pick(flags) };
      case 4:
      case 5:
        return { do: "writeAll", handle, text: text() };
      case 6:
        return { do: "write", handle, text: text(), position: position() };
      case 7:
      case 8:
        return {
          do: "read",
          handle,
          count: 1 + random.below(30),
          position: position(),
        };
      case 9:
        return { do: "shorten", handle, size: random.below(20) };
      case 10:
        return { do: random.pick(["size", "readRest"]), handle };
      case 11:
      case 12:
        return { do: "close", handle };
      case 13:
      case 14:
        return {
          do: random.pick(["writeFile", "append", "append", "createNew"]),
          path: path(),
          text: text(),
        };
      case 15:
        if (random.below(2) === 0) {
          return {
            do: "stream",
            path: path(),
            text: text(),
            flags: random.pick(["w", "a", "r+"]),
          };
        }
        return { do: "truncate", path: path(), size: random.below(20) };
      case 16:
        if (random.below(4) === 0) {
          const [from, to] = random.pick([["d", "e"], ["e", "d"]]);
          return { do: "rename", path: from, to };
        }
        return {
          do: random.pick(["rename", "rename", "copyFile"]),
          path: path(),
          to: path(),
        };
      case 17:
        return {
          do: random.pick(["remove", "rmdir", "mkdir"]),
          path: random.pick([path(), "d", "e"]),
        };
      case 18:
        return { do: "readDir", path: random.pick([".", "d", "e"]) };
      default:
        return { do: random.pick(["readFile", "stat"]), path: path() };
    }
  };
  // Files of an earlier run are finished from the beginning.
  const given: Record<string, string> = {};
  for (const path of ["a", "b"]) {
    const isGiven = random.below(3) === 0 && (isAlone || !flags.includes("r"));
    if (isGiven) given[path] = text();
  }
  const turns = Array.from({ length: 5 + random.below(50) }, (): Turn => ({
    by: random.below(processes),
    form: random.pick(FORMS),
    ...call(random.below(2)),
  }));
  return {
    processes,
    committed,
    mode: random.pick(["update", "no_update"]),
    given,
    turns: [{ by: 0, form: "deno", do: "mkdir", path: "d" }, ...turns],
  };
}

/** Makes calls in a directory, and keeps the handles that stay open. */
export class TurnTaker {
  readonly #dir: string;
  readonly #handles = new Map<string, Handle>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** What the call gives, as JSON. */
  async take(turn: Turn): Promise<unknown> {
    try {
      return await this.#take(turn) ?? null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { error: nameOf(error) };
    }
  }

  async #take(turn: Turn): Promise<unknown> {
    const calls = callsOf(turn.form);
    const place = (path: string) => `${this.#dir}/${path}`;
    if ("handle" in turn) {
      const key = `${turn.by}/${turn.handle}`;
      const handle = this.#handles.get(key);
      if (turn.do === "open") {
        await handle?.close();
        this.#handles.delete(key);
        const opened = await calls.open(place(turn.path), turn.flags);
        this.#handles.set(key, opened);
        return;
      }
      if (!handle) return "no handle";
      switch (turn.do) {
        case "write":
          return await handle.write(turn.text, turn.position);
        case "read":
          return await handle.read(turn.count, turn.position);
        case "shorten":
          return await handle.truncate(turn.size);
        case "writeAll":
          return await handle.writeAll(turn.text);
        case "readRest":
          return await handle.readRest();
        case "size":
          return await handle.size();
        case "close":
          this.#handles.delete(key);
          return await handle.close();
      }
    }
    const path = place(turn.path);
    switch (turn.do) {
      case "writeFile":
        return await calls.writeFile(path, turn.text);
      case "stream":
        return await calls.stream(path, turn.text, turn.flags);
      case "append":
        return await calls.writeFile(path, turn.text, { append: true });
      case "createNew":
        return await calls.writeFile(path, turn.text, { createNew: true });
      case "truncate":
        return await calls.truncate(path, turn.size);
      case "rename":
        return await calls.rename(path, place(turn.to));
      case "copyFile":
        return await calls.copyFile(path, place(turn.to));
      case "readFile":
        return await calls.readFile(path);
      case "stat":
        return await calls.stat(path);
      case "remove":
        return await calls.remove(path);
      case "mkdir":
        return await calls.mkdir(path);
      case "rmdir":
        return await calls.rmdir(path);
      case "readDir":
        return (await calls.readDir(path)).sort();
    }
  }

  /** Closes what is still open. */
  async closeAll(): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close();
    this.#handles.clear();
  }
}
