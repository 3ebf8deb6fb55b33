import fs from "node:fs";
import { pipeline } from "node:stream/promises";
import { Transform } from "node:stream";
import { createHash } from "node:crypto";
import { callsOf, type Form } from "../file_calls.ts";
import {
  type Actor,
  type App,
  type Cast,
  checkTree,
  contentOf,
  type Piece,
  type Rule,
  type Seen,
} from "../piece.ts";

interface Write {
  readonly do: "write";
  readonly form: Form;
  readonly key: number;
  readonly size: number;
  readonly chunk: number;
  readonly pause: number;
}

interface Turn {
  readonly do: "turn";
  readonly how: "reads" | "streams" | "pipeline" | "whole";
  readonly form: Form;
  readonly from: number;
  readonly chunk: number;
}

interface Hash {
  readonly do: "hash";
  readonly form: Form;
  readonly from: number;
  readonly chunk: number;
}

/** A file, and what one step after another makes of it. */
export const relay = {
  draw(cast: Cast): Piece<Write | Turn | Hash> {
    const { random, name } = cast;
    const path = (number: number) => `${name}${number}`;
    const chain: App[] = cast.producers(1);
    for (;;) {
      const [next] = cast.readersOf(chain).filter(({ isVictim }) => !isVictim);
      if (!next) break;
      chain.push(next);
    }
    const key = random.below(100);
    const size = random.below(random.pick([2, 3000, 300_000]));
    const chunkOf = () => random.pick([7, 1000, 65_536]) + (size >> 7);
    const rules = chain.map((app, i): Rule => ({
      path: path(i),
      producers: [app.name],
      readers: chain.slice(i + 1, i + 2).map(({ name }) => name),
      committed: cast.committed("on_close", "on_close", "on_termination"),
      mode: cast.mode(),
      isPermanent: cast.isPermanent(0.8),
    }));
    const [first, ...others] = chain;
    const last = others.at(-1);
    const texts = [contentOf(key, 0, size)];
    for (const _ of others) texts.push(turned(texts[texts.length - 1]));
    const expected = (seen: Seen) =>
      Object.fromEntries(
        rules.map(({ path, isPermanent }, i) => [
          path,
          isPermanent ? texts[i] : seen.before.get(path),
        ]),
      );
    return {
      rules,
      tasks: [
        {
          app: first.name,
          action: {
            do: "write",
            form: cast.form(first),
            key,
            size,
            chunk: chunkOf(),
            pause: random.pick([0, 0, 1, 5]),
          },
        },
        ...others.map((app, i) => ({
          app: app.name,
          action: {
            do: "turn",
            how: random.pick(
              ["reads", "streams", "pipeline", "whole"] as const,
            ),
            form: cast.form(app),
            from: i,
            chunk: chunkOf(),
          } as const,
        })),
        ...last
          ? [{
            app: last.name,
            action: {
              do: "hash",
              form: cast.form(last),
              from: others.length - 1,
              chunk: chunkOf(),
            } as const,
          }]
          : [],
      ],
      check(seen: Seen): string[] {
        const problems = checkTree(seen, expected(seen));
        const sum = hashOf(texts[others.length - 1] ?? "");
        for (const told of last ? seen.told(last.name) : []) {
          if (told !== sum) problems.push(`${last?.name} hashed ${told}`);
        }
        return problems;
      },
    };
  },

  async perform(action: Write | Turn | Hash, actor: Actor): Promise<void> {
    const calls = callsOf(action.form);
    switch (action.do) {
      case "write": {
        const { key, size, chunk, pause } = action;
        const file = await calls.open(actor.path("0"), "w");
        for (let at = 0; at < size;) {
          const text = contentOf(key, at, Math.min(at + chunk, size));
          at += await file.write(text);
          if (pause > 0) await actor.pause(pause);
        }
        return await file.close();
      }
      case "turn":
        return await turn(action, actor);
      case "hash": {
        const file = await calls.open(actor.path(`${action.from}`), "r");
        const hash = createHash("sha256");
        for (let text; (text = await file.read(action.chunk)) !== null;) {
          hash.update(text, "latin1");
        }
        await file.close();
        actor.tell(hash.digest("hex"));
      }
    }
  },
};

async function turn(
  { how, form, from, chunk }: Turn,
  actor: Actor,
): Promise<void> {
  const source = actor.path(`${from}`);
  const target = actor.path(`${from + 1}`);
  const calls = callsOf(form);
  switch (how) {
    case "whole":
      return await calls.writeFile(
        target,
        turned(await calls.readFile(source)),
      );
    case "reads": {
      const input = await calls.open(source, "r");
      const output = await calls.open(target, "w");
      for (let text; (text = await input.read(chunk)) !== null;) {
        const bytes = turned(text);
        for (let at = 0; at < bytes.length;) {
          at += await output.write(bytes.slice(at));
        }
      }
      await input.close();
      return await output.close();
    }
    case "streams": {
      const input = await Deno.open(source);
      const output = await Deno.open(target, {
        write: true,
        create: true,
        truncate: true,
      });
      const turning = new TransformStream<Uint8Array, Uint8Array>({
        transform: (bytes, controller) =>
          controller.enqueue(bytes.map((byte) => 158 - byte)),
      });
      return await input.readable.pipeThrough(turning).pipeTo(output.writable);
    }
    case "pipeline":
      return await pipeline(
        fs.createReadStream(source, { highWaterMark: chunk }),
        new Transform({
          transform: (bytes: Uint8Array, _, done) =>
            done(null, bytes.map((byte) => 158 - byte)),
        }),
        fs.createWriteStream(target),
      );
  }
}

/** Every byte from 32 to 126 becomes another one. */
function turned(text: string): string {
  return text.replace(
    /./gs,
    (character) => String.fromCharCode(158 - character.charCodeAt(0)),
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}
