/**
 * A step that appends lines to a file in every way that programs have: ordinary
 * code that knows nothing of sluice. See `overlapping_appends_test.ts`.
 */
import fs from "node:fs";
import { seededRandom } from "../../support/seeded_random.ts";

/** What an appender is told as its argument. */
export interface Appending {
  readonly path: string;
  /** What each of its lines begins with. */
  readonly name: string;
  readonly count: number;
  readonly seed: number;
  /** The ways that it takes by turns; without them it draws one each time. */
  readonly ways?: readonly string[];
  /** In ms between two appends, at most: they overlap all the same. */
  readonly pause: number;
}

type Append = (path: string, line: string, pause: () => Promise<void>) =>
  | void
  | Promise<void>;

const encoder = new TextEncoder();

/** Each appends one line with one write. */
export const WAYS: Readonly<Record<string, Append>> = {
  "Deno.writeTextFile": (path, line) =>
    Deno.writeTextFile(path, line, { append: true }),
  "Deno.writeTextFileSync": (path, line) =>
    Deno.writeTextFileSync(path, line, { append: true }),
  "Deno.writeFile with a mode": (path, line) =>
    Deno.writeFile(path, encoder.encode(line), { append: true, mode: 0o644 }),
  "Deno.writeFile of a stream": (path, line) =>
    Deno.writeFile(path, ReadableStream.from([encoder.encode(line)]), {
      append: true,
    }),
  "Deno.open, held": async (path, line, pause) => {
    using file = await Deno.open(path, { append: true, create: true });
    await pause();
    await file.write(encoder.encode(line));
    await pause();
  },
  "Deno.openSync for both": async (path, line, pause) => {
    const file = Deno.openSync(path, {
      read: true,
      append: true,
      create: true,
    });
    await pause();
    file.writeSync(encoder.encode(line));
    file.close();
  },
  "file.writable": async (path, line) => {
    const file = await Deno.open(path, { append: true, create: true });
    const writer = file.writable.getWriter();
    await writer.write(encoder.encode(line));
    await writer.close();
  },
  "fs.appendFile": (path, line) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    fs.appendFile(path, line, (error) => error ? reject(error) : resolve());
    return promise;
  },
  "fs.appendFileSync": (path, line) => fs.appendFileSync(path, line),
  "fs.promises.appendFile": (path, line) => fs.promises.appendFile(path, line),
  "fs.writeFileSync": (path, line) =>
    fs.writeFileSync(path, line, { flag: "a" }),
  "fs.promises.writeFile of bytes": (path, line) =>
    fs.promises.writeFile(path, encoder.encode(line), { flag: "a+" }),
  "fs.openSync, held": async (path, line, pause) => {
    const fd = fs.openSync(path, "a");
    await pause();
    fs.writeSync(fd, line);
    await pause();
    fs.closeSync(fd);
  },
  "fs.open by numbers": (path, line) => {
    const { O_WRONLY, O_CREAT, O_APPEND } = fs.constants;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    fs.open(path, O_WRONLY | O_CREAT | O_APPEND, (error, fd) => {
      if (error) return reject(error);
      fs.write(fd, line, (error) => {
        if (error) return reject(error);
        fs.close(fd, (error) => error ? reject(error) : resolve());
      });
    });
    return promise;
  },
  "FileHandle.appendFile": async (path, line, pause) => {
    const handle = await fs.promises.open(path, "a");
    await pause();
    await handle.appendFile(line);
    await handle.close();
  },
  "FileHandle.write": async (path, line, pause) => {
    await using handle = await fs.promises.open(path, "a+");
    await handle.write(line);
    await pause();
  },
  "fs.createWriteStream": (path, line) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stream = fs.createWriteStream(path, { flags: "a" });
    stream.on("error", reject).on("close", resolve).end(line);
    return promise;
  },
};

/** The line that an appender appends as its `index`-th. */
export function lineOf(name: string, index: number): string {
  // Some are longer than a page.
  const length = index % 50 === 0 ? 9000 : index * 37 % 700;
  return `${name}:${index}:${"x".repeat(length)}\n`;
}

/** Appends lines that overlap each other, and waits for all of them. */
export async function append(appending: Appending): Promise<void> {
  const { path, name, count, seed, ways, pause } = appending;
  const random = seededRandom(seed);
  const aWhile = () => sleep(random.random() * pause);
  const underWay = new Set<Promise<void>>();
  for (let i = 0; i < count; i++) {
    const way = ways ? ways[i % ways.length] : random.pick(Object.keys(WAYS));
    const line = lineOf(name, i);
    const done = (async () => await WAYS[way](path, line, aWhile))();
    underWay.add(done);
    if (random.below(3) === 0) await aWhile();
    // Now and then the file is closed by everybody, and committed.
    if (random.below(40) > 0) continue;
    await Promise.all(underWay);
    underWay.clear();
    await sleep(2 * pause);
  }
  await Promise.all(underWay);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
