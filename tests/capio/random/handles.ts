/** Open files, used in every form in which programs use them. */
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { sync } from "./sync.ts";
import { bytesOf, textOf } from "./texts.ts";

/** An open file. Without a position, calls go on where the last one ended. */
export interface Handle {
  write(text: string, position?: number): Promise<number>;
  /** The next bytes, at most `count`, or `null` at the end. */
  read(count: number, position?: number): Promise<string | null>;
  /** All of it, from where the last call ended. */
  writeAll(text: string): Promise<void>;
  /** From where the last call ended to the end. */
  readRest(): Promise<string>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** A file of Deno, asynchronously. */
export function denoHandle(file: Deno.FsFile): Handle {
  const seek = async (position?: number) => {
    if (position === undefined) return;
    await file.seek(position, Deno.SeekMode.Start);
  };
  return {
    write: async (text, position) => {
      await seek(position);
      return await file.write(bytesOf(text));
    },
    read: async (count, position) => {
      await seek(position);
      const buffer = new Uint8Array(count);
      const got = await file.read(buffer);
      return got === null ? null : textOf(buffer.subarray(0, got));
    },
    writeAll: async (text) => {
      for (let rest = bytesOf(text); rest.length > 0;) {
        rest = rest.subarray(await file.write(rest));
      }
    },
    readRest: async () => {
      const buffer = new Uint8Array(10);
      let text = "";
      for (let got; (got = await file.read(buffer)) !== null;) {
        text += textOf(buffer.subarray(0, got));
      }
      return text;
    },
    truncate: (size) => file.truncate(size),
    size: async () => (await file.stat()).size,
    close: sync(() => file.close()),
  };
}

/** A file of Deno, synchronously. */
export function denoSyncHandle(file: Deno.FsFile): Handle {
  const seek = (position?: number) => {
    if (position === undefined) return;
    file.seekSync(position, Deno.SeekMode.Start);
  };
  return {
    write: sync((text, position) => {
      seek(position);
      return file.writeSync(bytesOf(text));
    }),
    read: sync((count, position) => {
      seek(position);
      const buffer = new Uint8Array(count);
      const got = file.readSync(buffer);
      return got === null ? null : textOf(buffer.subarray(0, got));
    }),
    writeAll: sync((text) => {
      for (let rest = bytesOf(text); rest.length > 0;) {
        rest = rest.subarray(file.writeSync(rest));
      }
    }),
    readRest: sync(() => {
      const buffer = new Uint8Array(10);
      let text = "";
      for (let got; (got = file.readSync(buffer)) !== null;) {
        text += textOf(buffer.subarray(0, got));
      }
      return text;
    }),
    truncate: sync((size) => file.truncateSync(size)),
    size: sync(() => file.statSync().size),
    close: sync(() => file.close()),
  };
}

/** A descriptor of `node:fs`, by callbacks. */
export function nodeHandle(fd: number): Handle {
  return {
    write: async (text, position) => {
      const bytes = bytesOf(text);
      return (await promisify(fs.write)(
        fd,
        bytes,
        0,
        bytes.length,
        position ?? null,
      ))
        .bytesWritten;
    },
    read: async (count, position) => {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await promisify(fs.read)(
        fd,
        buffer,
        0,
        count,
        position ?? null,
      );
      return bytesRead === 0 ? null : textOf(buffer.subarray(0, bytesRead));
    },
    writeAll: (text) => promisify(fs.writeFile)(fd, text, "latin1"),
    readRest: () => promisify(fs.readFile)(fd, "latin1"),
    truncate: (size) =>
      new Promise((resolve, reject) =>
        fs.ftruncate(fd, size, (error) => error ? reject(error) : resolve())
      ),
    size: async () => (await promisify(fs.fstat)(fd)).size,
    close: () => promisify(fs.close)(fd),
  };
}

/** A descriptor of `node:fs`, synchronously. */
export function nodeSyncHandle(fd: number): Handle {
  return {
    write: sync((text, position) => {
      const bytes = bytesOf(text);
      return fs.writeSync(fd, bytes, 0, bytes.length, position ?? null);
    }),
    read: sync((count, position) => {
      const buffer = new Uint8Array(count);
      const got = fs.readSync(fd, buffer, 0, count, position ?? null);
      return got === 0 ? null : textOf(buffer.subarray(0, got));
    }),
    writeAll: sync((text) => fs.appendFileSync(fd, text, "latin1")),
    readRest: sync(() => fs.readFileSync(fd, "latin1")),
    truncate: sync((size) => fs.ftruncateSync(fd, size)),
    size: sync(() => fs.fstatSync(fd).size),
    close: sync(() => fs.closeSync(fd)),
  };
}

/** A `FileHandle` of `node:fs/promises`. */
export function fileHandle(file: FileHandle): Handle {
  return {
    write: async (text, position) => {
      const bytes = bytesOf(text);
      return (await file.write(bytes, 0, bytes.length, position ?? null))
        .bytesWritten;
    },
    read: async (count, position) => {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await file.read(buffer, 0, count, position ?? null);
      return bytesRead === 0 ? null : textOf(buffer.subarray(0, bytesRead));
    },
    writeAll: (text) => file.appendFile(text, "latin1"),
    readRest: () => file.readFile("latin1"),
    truncate: (size) => file.truncate(size),
    size: async () => (await file.stat()).size,
    close: () => file.close(),
  };
}
