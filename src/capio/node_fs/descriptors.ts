import type { Call } from "../interpose/mod.ts";
import { act } from "../platform/mod.ts";
import { isFunction } from "./callback_form.ts";
import { asksForBytes, type ReadResult } from "./descriptor_reader.ts";
import type { NodeForms, NodeFs } from "./node_forms.ts";
import { fileOf, forgetFile, type OpenFile, readerOf } from "./open_files.ts";

/** The arguments for the callback of `fs.read` and `fs.readv`. */
interface BufferReadResult extends ReadResult {
  readonly buffer?: unknown;
}

/** `fs.read` and `fs.readv`: they wait at the end of a growing file. */
export function readForms(
  name: "read" | "readv",
  { original: { functions } }: NodeFs,
): NodeForms {
  const read = functions[name];
  const readSync = functions[`${name}Sync`];
  const once = (fd: unknown, args: unknown[]) => () =>
    act<BufferReadResult>(
      () => readOnce(read, fd, args),
      () => ({ bytesRead: readSync(fd, ...args) as number }),
    );
  return {
    callback(fd, ...args) {
      const reader = readerOf(fd);
      if (!reader) return read(fd, ...args);
      const callback = args.at(-1);
      const rest = args.slice(0, -1);
      if (!isFunction(callback) || !asksForBytes(rest)) {
        return read(fd, ...args);
      }
      reader.workspace.run(reader.read(once(fd, rest))).then(
        ({ bytesRead, buffer }) =>
          queueMicrotask(() => callback(null, bytesRead, buffer)),
        (error) => queueMicrotask(() => callback(error)),
      );
    },
    synchronous(fd, ...args) {
      const reader = readerOf(fd);
      if (!reader || !asksForBytes(args)) return readSync(fd, ...args);
      const read = reader.read(once(fd, args));
      return reader.workspace.runSync(read).bytesRead;
    },
  };
}

function readOnce(
  read: Call,
  fd: unknown,
  args: unknown[],
): Promise<BufferReadResult> {
  return new Promise((resolve, reject) => {
    read(
      fd,
      ...args,
      (error: unknown, bytesRead: number, buffer: unknown) =>
        error ? reject(error) : resolve({ bytesRead, buffer }),
    );
  });
}

/** `fs.close`: it reports the close to the other members. */
export function closeForms(
  _name: string,
  { original: { functions } }: NodeFs,
): NodeForms {
  const { close, closeSync } = functions;
  return {
    callback(fd, ...args) {
      const file = fileOf(fd);
      const [callback] = args;
      if (!file) return close(fd, ...args);
      close(fd, (error: unknown) => {
        if (!error) closed(fd as number, file);
        if (isFunction(callback)) callback(error);
        else if (error) throw error;
      });
    },
    synchronous(fd) {
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
