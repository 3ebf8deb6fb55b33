import { createReadStream } from "node:fs";
import { callsOf, type Form, nameOf } from "../file_calls.ts";
import { type Actor, contentOf } from "../piece.ts";

/** How it is read. */
export const READINGS = [
  "reads",
  "stream",
  "node stream",
  "whole",
  "early",
] as const;

/** A file that is read in one of these ways. */
export interface Read {
  readonly do: "read";
  readonly how: typeof READINGS[number] | "sized";
  readonly form: Form;
  readonly file: string;
  readonly key: number;
  readonly chunk: number;
  readonly pause: number;
  readonly then?: "remove" | "rename";
}

/** What a step tells of it. */
export type Told =
  | { readonly did: "finishing" }
  | {
    readonly did: "read";
    readonly end: string;
    /** Bytes read. */
    readonly at: number;
    readonly wrong: number;
    /** A read returned less than was asked, and more came. */
    readonly isShort: boolean;
    readonly message?: string;
  };

/** Reads it, and tells what came of it. */
export async function read(action: Read, actor: Actor): Promise<void> {
  const { file, key, then } = action;
  const path = actor.path(file);
  const calls = callsOf(action.form);
  const position: Position = { at: 0, wrong: 0, isShort: false };
  try {
    await readAll(action, actor, position);
    if (then === "remove") await calls.remove(path);
    if (then === "rename") {
      await calls.rename(path, `${path}.taken`);
      const taken = await calls.readFile(`${path}.taken`);
      check(taken, key, { at: 0, wrong: 0, isShort: false });
      if (taken.length !== position.at) position.wrong++;
    }
    actor.tell({ did: "read", end: "whole", ...position });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { message } = error;
    actor.tell({ did: "read", end: nameOf(error), ...position, message });
  }
}

async function readAll(
  { file: name, form, key, how, chunk }: Read,
  actor: Actor,
  position: Position,
): Promise<void> {
  const path = actor.path(name);
  const calls = callsOf(form);
  switch (how) {
    case "reads": {
      const file = await calls.open(path, "r");
      let isShort = false;
      for (let text; (text = await file.read(chunk)) !== null;) {
        if (isShort) position.isShort = true;
        isShort = text.length < chunk;
        check(text, key, position);
      }
      return await file.close();
    }
    case "stream": {
      const file = await Deno.open(path);
      const decoder = new TextDecoder();
      for await (const piece of file.readable) {
        check(decoder.decode(piece), key, position);
      }
      return;
    }
    case "node stream":
      for await (const piece of createReadStream(path, "latin1")) {
        check(piece, key, position);
      }
      return;
    case "whole":
      return check(await calls.readFile(path), key, position);
    case "sized": {
      const { size } = await calls.stat(path);
      const file = await calls.open(path, "r");
      if (await file.size() !== size) position.wrong++;
      check(size > 0 ? await file.read(size) ?? "" : "", key, position);
      if (position.at < size) position.isShort = true;
      return await file.close();
    }
    case "early": {
      const file = await calls.open(path, "r");
      check(await file.read(chunk) ?? "", key, position);
      await file.close();
    }
  }
}

interface Position {
  at: number;
  wrong: number;
  isShort: boolean;
}

function check(text: string, key: number, position: Position): void {
  const expected = contentOf(key, position.at, position.at + text.length);
  if (text !== expected) position.wrong++;
  position.at += text.length;
}
