import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type Cast,
  checkTree,
  type Piece,
  type Seen,
  shown,
} from "../piece.ts";

interface Start {
  readonly do: "start";
  readonly how: "descriptor" | "handle" | "stream";
  readonly lines: number;
  /** In seconds, before each line. */
  readonly pause: number;
  /** It ends the program, which would not wait for the child. */
  readonly isAwaited: boolean;
}

interface Read {
  readonly do: "read";
  readonly form: Form;
}

const HEAD = "head\n";

/** The output of a child that goes on when its starter has closed the file. */
export const childOutput = {
  draw(cast: Cast): Piece<Start | Read> {
    const { random, name } = cast;
    const path = `${name}output`;
    const producers = cast.producers(1);
    const [starter] = producers;
    const readers = cast.readersOf(producers);
    const lines = 1 + random.below(4);
    const expected = HEAD + "line\n".repeat(lines);
    return {
      rules: [{
        path,
        producers: [starter.name],
        readers: readers.map(({ name }) => name),
        committed: cast.committed("on_close", "on_close", "on_termination"),
        mode: cast.mode(),
        isPermanent: true,
      }],
      tasks: [
        {
          app: starter.name,
          action: {
            do: "start",
            how: random.pick(["descriptor", "handle", "stream"]),
            lines,
            pause: random.pick([0, 0.02, 0.1]),
            isAwaited: starter.inWorker || starter.ending !== "natural",
          },
          flags: ["--allow-run=sh", "--allow-env"],
        },
        ...readers.map((app) => ({
          app: app.name,
          action: { do: "read", form: cast.form(app) } as const,
        })),
      ],
      check(seen: Seen): string[] {
        const problems = checkTree(seen, { [path]: expected });
        for (const { name } of readers) {
          for (const text of seen.told(name)) {
            if (text === expected) continue;
            problems.push(`${name} read ${shown(String(text))}`);
          }
        }
        return problems;
      },
    };
  },

  async perform(action: Start | Read, actor: Actor): Promise<void> {
    const path = actor.path("output");
    if (action.do === "read") {
      return actor.tell(await callsOf(action.form).readFile(path));
    }
    const { lines, pause, isAwaited } = action;
    const script = `sleep ${pause}; echo line; `.repeat(lines);
    const start = (output: number) => {
      const child = spawn("sh", ["-c", script], {
        stdio: ["ignore", output, "inherit"],
      });
      return once(child, "close");
    };
    let ended;
    switch (action.how) {
      case "descriptor": {
        const fd = fs.openSync(path, "w");
        fs.writeSync(fd, HEAD);
        ended = start(fd);
        fs.closeSync(fd);
        break;
      }
      case "handle": {
        const file = await fsPromises.open(path, "w");
        await file.write(HEAD);
        ended = start(file.fd);
        await file.close();
        break;
      }
      case "stream": {
        const stream = fs.createWriteStream(path);
        const opened = once(stream, "open");
        await new Promise((resolve) => stream.write(HEAD, resolve));
        const [fd] = await opened;
        ended = start(fd);
        stream.end();
        await once(stream, "close");
      }
    }
    if (isAwaited) await ended;
  },
};
