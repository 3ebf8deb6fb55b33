/**
 * A step of a random workflow: an ordinary program, which knows nothing of
 * sluice. It prints what became of each file that it read.
 *
 * @module
 */
import type { PlannedStep, Reading, Writing } from "./plan.ts";

/** The byte of a file at a place. */
export function byteAt(key: number, at: number): number {
  return key * 31 + at * 7 + (at >> 8) * 13 & 255;
}

/** What a reader tells of a file. */
export interface Told {
  readonly path: string;
  /** `whole`, or the code of an error. */
  readonly end: string;
  readonly bytes: number;
  /** Where the first wrong byte was. */
  readonly wrong?: number;
}

/** Does what a step is planned to do in a directory. */
export async function act(
  dir: string,
  { reads, writes }: PlannedStep,
): Promise<void> {
  await Promise.all([
    ...reads.map((reading) => read(dir, reading)),
    ...writes.map((writing) => write(dir, writing)),
  ]);
}

async function write(dir: string, { path, key, ...how }: Writing) {
  const { size, chunk, pause } = how;
  using file = await Deno.open(`${dir}/${path}`, { write: true, create: true });
  for (let at = 0; at < size; at += chunk) {
    const length = Math.min(chunk, size - at);
    const bytes = Uint8Array.from({ length }, (_, i) => byteAt(key, at + i));
    for (let from = 0; from < length;) {
      from += await file.write(bytes.subarray(from));
    }
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function read(dir: string, { path, key, how }: Reading) {
  let bytes = 0;
  let wrong: number | undefined;
  const take = (part: Uint8Array) => {
    for (const [i, it] of part.entries()) {
      if (it !== byteAt(key, bytes + i)) wrong ??= bytes + i;
    }
    bytes += part.length;
  };
  let end = "whole";
  try {
    await readAs(how, `${dir}/${path}`, take);
  } catch (error) {
    end = codeOf(error);
  }
  const told: Told = { path, end, bytes, ...wrong !== undefined && { wrong } };
  console.log(JSON.stringify(told));
}

async function readAs(
  how: Reading["how"],
  path: string,
  take: (part: Uint8Array) => void,
): Promise<void> {
  switch (how) {
    case "whole":
      return take(await Deno.readFile(path));
    case "sync":
      return take(Deno.readFileSync(path));
    case "chunks": {
      using file = await Deno.open(path);
      for await (const part of file.readable) take(part);
      return;
    }
    case "sized": {
      using file = await Deno.open(path);
      const { size } = await file.stat();
      const buffer = new Uint8Array(size);
      let filled = 0;
      while (filled < size) {
        const count = await file.read(buffer.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return take(buffer.subarray(0, filled));
    }
    default:
      how satisfies never;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  return "code" in error && typeof error.code === "string"
    ? error.code
    : error.name;
}
