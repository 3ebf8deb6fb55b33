/**
 * Handles for reading whose file the same program goes on to write: they see
 * what they see on plain files.
 */
import fs from "node:fs";
import { assertEquals } from "@std/assert";
import { withCapio } from "@sluice/sluice/capio";
import { TestDirectory } from "../step.ts";

/** Something that reads a file, a few bytes at a time. */
interface Reading {
  read(count: number): Promise<string> | string;
  rest(): Promise<string> | string;
  size(): Promise<number> | number;
  close(): unknown;
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const OPENINGS: Record<string, (path: string) => Promise<Reading> | Reading> = {
  "Deno.open": async (path) => {
    const file = await Deno.open(path);
    const read = async (count: number) => {
      const buffer = new Uint8Array(count);
      return decode(buffer.subarray(0, await file.read(buffer) ?? 0));
    };
    return {
      read,
      rest: async () => {
        const from = await file.seek(0, Deno.SeekMode.Current);
        return `${from} ${await read(100)}`;
      },
      size: async () => (await file.stat()).size,
      close: () => file.close(),
    };
  },
  "Deno.openSync": (path) => {
    const file = Deno.openSync(path);
    const read = (count: number) => {
      const buffer = new Uint8Array(count);
      return decode(buffer.subarray(0, file.readSync(buffer) ?? 0));
    };
    return {
      read,
      rest: () => `${file.seekSync(0, Deno.SeekMode.Current)} ${read(100)}`,
      size: () => file.statSync().size,
      close: () => file.close(),
    };
  },
  "file.readable": async (path) => {
    const file = await Deno.open(path);
    const reader = file.readable.getReader({ mode: "byob" });
    const read = async (count: number) => {
      const { value } = await reader.read(new Uint8Array(count));
      return decode(value ?? new Uint8Array());
    };
    return {
      read,
      rest: () => read(100),
      size: () => 0,
      close: () => reader.cancel(),
    };
  },
  "fs.openSync": (path) => {
    const fd = fs.openSync(path, "r");
    return {
      read: (count) => {
        const buffer = new Uint8Array(count);
        return decode(buffer.subarray(0, fs.readSync(fd, buffer)));
      },
      rest: () => fs.readFileSync(fd, "utf8"),
      size: () => fs.fstatSync(fd).size,
      close: () => fs.closeSync(fd),
    };
  },
  "fs.readSync with positions": (path) => {
    const fd = fs.openSync(path, "r");
    let position = 0;
    const read = (count: number) => {
      const buffer = new Uint8Array(count);
      const got = fs.readSync(fd, buffer, 0, count, position);
      position += got;
      return decode(buffer.subarray(0, got));
    };
    return {
      read,
      rest: () => read(100),
      size: () => fs.fstatSync(fd).size,
      close: () => fs.closeSync(fd),
    };
  },
  "fs.promises.open": async (path) => {
    const handle = await fs.promises.open(path);
    return {
      read: async (count) => {
        const buffer = new Uint8Array(count);
        const { bytesRead } = await handle.read(buffer, 0, count);
        return decode(buffer.subarray(0, bytesRead));
      },
      rest: () => handle.readFile("utf8"),
      size: async () => (await handle.stat()).size,
      close: () => handle.close(),
    };
  },
  "fs.readvSync": (path) => {
    const fd = fs.openSync(path, "r");
    const read = (count: number) => {
      const buffer = new Uint8Array(count);
      return decode(buffer.subarray(0, fs.readvSync(fd, [buffer])));
    };
    return {
      read,
      rest: () => read(100),
      size: () => fs.fstatSync(fd).size,
      close: () => fs.closeSync(fd),
    };
  },
};

const WRITINGS: Record<string, (path: string) => Promise<void> | void> = {
  "appended to": (path) => fs.appendFileSync(path, "more"),
  "appended to twice": async (path) => {
    await Deno.writeTextFile(path, "more", { append: true });
    await Deno.writeTextFile(path, "!", { append: true });
  },
  "written from the start": (path) => Deno.writeTextFile(path, "THE NEXT ONE"),
  "made shorter": (path) => Deno.truncateSync(path, 3),
  "made empty and appended to": (path) => {
    fs.truncateSync(path);
    fs.appendFileSync(path, "0123456789");
  },
  "changed in place": (path) => {
    using file = Deno.openSync(path, { read: true, write: true });
    file.seekSync(8, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode("TURN"));
  },
  "renamed and appended to": (path) => {
    fs.renameSync(path, `${path}.old`);
    fs.appendFileSync(`${path}.old`, "more");
    fs.writeFileSync(path, "another");
  },
  "removed after an append": (path) => {
    fs.appendFileSync(path, "more");
    fs.rmSync(path);
  },
};

/** All that the readings get before and after the file is written to. */
async function read(
  path: string,
  write: (path: string) => Promise<void> | void,
): Promise<unknown[]> {
  const readings = await Promise.all(
    Object.entries(OPENINGS).map(async ([name, open]) => ({
      name,
      reading: await open(path),
    })),
  );
  const got: unknown[] = [];
  for (const { name, reading } of readings) {
    // One of them has read nothing when the file is written to.
    if (name !== "fs.promises.open") got.push(name, await reading.read(5));
  }
  await write(path);
  for (const { name, reading } of readings) {
    got.push(
      [name, await reading.read(2), await reading.size()],
      [await reading.rest()],
    );
    await reading.close();
  }
  return got;
}

const TEXT = "the first contents";

for (const [how, write] of Object.entries(WRITINGS)) {
  Deno.test(`handles for reading follow a file that their own program has ${how}`, async () => {
    using plain = new TestDirectory();
    const file = `${plain.path}/file`;
    Deno.writeTextFileSync(file, TEXT);
    const expected = await read(file, write);
    for (const committed of ["on_close", "on_termination"] as const) {
      for (const isOld of [true, false]) {
        using directory = new TestDirectory();
        const path = `${directory.path}/file`;
        if (isOld) Deno.writeTextFileSync(path, TEXT);
        const found = await withCapio({
          capioDir: directory.path,
          rules: [{ path: "*", committed, fire: "no_update" }],
        }, () => {
          if (!isOld) Deno.writeTextFileSync(path, TEXT);
          return read(path, write);
        });
        assertEquals(found, expected, `${committed}, old: ${isOld}`);
        assertEquals(directory.list(), plain.list());
      }
    }
  });
}
