import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { callsOf, type Form } from "../file_calls.ts";
import { type Actor, contentOf } from "../piece.ts";

/** How a file comes to be. */
export const WRITINGS = [
  "pieces",
  "stream",
  "node stream",
  "whole",
  "using",
  "rename",
  "directory",
  "again",
  "overlapping",
  "truncated",
] as const;

/** A file that is written in one of these ways. */
export interface Write {
  readonly do: "write";
  readonly how: typeof WRITINGS[number] | "twice";
  readonly form: Form;
  readonly file: string;
  readonly key: number;
  readonly size: number;
  readonly chunk: number;
  /** In ms, before it and here and there in it. */
  readonly pause: number;
}

/** Writes it, and tells when nothing but the end is left to do. */
export async function write(action: Write, actor: Actor): Promise<void> {
  const { how, form, key, size, chunk } = action;
  const path = actor.path(action.file);
  const calls = callsOf(form);
  const whole = contentOf(key, 0, size);
  const half = whole.slice(0, size >> 1);
  const finishing = () => actor.tell({ did: "finishing" });
  const pieces = function* (text: string) {
    for (let at = 0; at < text.length; at += chunk) {
      yield text.slice(at, at + chunk);
    }
  };
  switch (how) {
    case "pieces": {
      const file = await calls.open(path, "w");
      for (const piece of pieces(whole)) {
        await file.write(piece);
        await actor.pause(action.pause / 10);
      }
      finishing();
      return await file.close();
    }
    case "stream": {
      const file = await Deno.open(path, {
        write: true,
        create: true,
        truncate: true,
      });
      const writer = file.writable.getWriter();
      const encoder = new TextEncoder();
      for (const piece of pieces(whole)) {
        await writer.write(encoder.encode(piece));
      }
      finishing();
      return await writer.close();
    }
    case "node stream": {
      const stream = createWriteStream(path, "latin1");
      for (const piece of pieces(whole)) {
        if (!stream.write(piece)) await once(stream, "drain");
      }
      finishing();
      stream.end();
      return void await once(stream, "close");
    }
    case "using": {
      using file = await Deno.create(path);
      for (let rest = new TextEncoder().encode(whole); rest.length > 0;) {
        rest = rest.subarray(file.writeSync(rest.subarray(0, chunk)));
      }
      return finishing();
    }
    case "whole":
      finishing();
      return await calls.writeFile(path, whole);
    case "twice":
      await calls.writeFile(path, half);
      await actor.pause(action.pause);
      finishing();
      return await calls.writeFile(path, whole.slice(half.length), {
        append: true,
      });
    case "again": {
      finishing();
      await calls.writeFile(path, whole);
      await actor.pause(action.pause);
      const file = await calls.open(path, "w");
      for (const piece of pieces(whole)) {
        await file.write(piece);
        await actor.pause(action.pause / 10);
      }
      return await file.close();
    }
    case "overlapping": {
      const first = await calls.open(path, "w");
      const second = await calls.open(path, "a");
      await first.write(half);
      await first.close();
      await actor.pause(action.pause);
      await second.write(whole.slice(half.length));
      finishing();
      return await second.close();
    }
    case "truncated": {
      const file = await calls.open(path, "w");
      await file.write("-".repeat(size + 10));
      await file.truncate(size);
      await actor.pause(action.pause);
      finishing();
      if (size > 0) await file.write(whole, 0);
      return await file.close();
    }
    case "rename":
      await calls.writeFile(`${path}.part`, whole);
      await actor.pause(action.pause);
      finishing();
      return await calls.rename(`${path}.part`, path);
    case "directory": {
      const folder = path.slice(0, path.lastIndexOf("/"));
      await calls.mkdir(`${folder}.part`);
      await calls.writeFile(path.replace(folder, `${folder}.part`), whole);
      finishing();
      return await calls.rename(`${folder}.part`, folder);
    }
  }
}
