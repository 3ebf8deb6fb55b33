import type { Call, Replacement } from "../interpose/deno_calls.ts";
import { act } from "../platform/effects.ts";
import { isFunction } from "./forms.ts";
import { asksForBytes, type Brought } from "./descriptor_reader.ts";
import { fileOf, forgetFile, type OpenFile, readingOf } from "./open_files.ts";
import type { OriginalFs } from "./original_fs.ts";

/** The functions of `node:fs` that take the number of an open file. */
export function* descriptorReplacements(
  original: OriginalFs,
): Generator<Replacement> {
  yield* readReplacements("read", original);
  yield* readReplacements("readv", original);
  yield* closeReplacements(original);
}

/** What `fs.read` and `fs.readv` call back with. */
interface BroughtInto extends Brought {
  readonly buffer?: unknown;
}

function* readReplacements(
  name: "read" | "readv",
  { functions }: OriginalFs,
): Generator<Replacement> {
  const read = functions[name];
  const readSync = functions[`${name}Sync`];
  const once = (fd: unknown, args: unknown[]) => () =>
    act<BroughtInto>(
      () => readOnce(read, fd, args),
      () => ({ bytesRead: readSync(fd, ...args) as number }),
    );
  yield {
    name,
    call(fd, ...args) {
      const reading = readingOf(fd);
      if (!reading) return read(fd, ...args);
      const callback = args.at(-1);
      const rest = args.slice(0, -1);
      if (!isFunction(callback) || !asksForBytes(rest)) {
        return read(fd, ...args);
      }
      reading.workspace.run(reading.read(once(fd, rest))).then(
        ({ bytesRead, buffer }) =>
          queueMicrotask(() => callback(null, bytesRead, buffer)),
        (error) => queueMicrotask(() => callback(error)),
      );
    },
  };
  yield {
    name: `${name}Sync`,
    call(fd, ...args) {
      const reading = readingOf(fd);
      if (!reading || !asksForBytes(args)) return readSync(fd, ...args);
      const read = reading.read(once(fd, args));
      return reading.workspace.runSync(read).bytesRead;
    },
  };
}

function readOnce(
  read: Call,
  fd: unknown,
  args: unknown[],
): Promise<BroughtInto> {
  return new Promise((resolve, reject) => {
    read(
      fd,
      ...args,
      (error: unknown, bytesRead: number, buffer: unknown) =>
        error ? reject(error) : resolve({ bytesRead, buffer }),
    );
  });
}

function* closeReplacements({ functions }: OriginalFs): Generator<Replacement> {
  const { close, closeSync } = functions;
  yield {
    name: "close",
    call(fd, ...args) {
      const file = fileOf(fd);
      const [callback] = args;
      if (!file) return close(fd, ...args);
      close(fd, (error: unknown) => {
        if (!error) closed(fd as number, file);
        if (isFunction(callback)) callback(error);
        else if (error) throw error;
      });
    },
  };
  yield {
    name: "closeSync",
    call(fd) {
      const file = fileOf(fd);
      closeSync(fd);
      if (file) closed(fd as number, file);
    },
  };
}

function closed(fd: number, file: OpenFile): void {
  forgetFile(fd, file);
  file.close();
}
