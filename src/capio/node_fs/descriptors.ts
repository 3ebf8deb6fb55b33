import { type Call, isBypassed } from "../interpose/mod.ts";
import { act } from "../platform/mod.ts";
import { isFunction } from "./callback_form.ts";
import type { ReadOnce } from "./descriptor_reader.ts";
import type { NodeForms, NodeFs } from "./node_forms.ts";
import { closeFile, fileOf, readerOf } from "./open_files.ts";
import { plainArguments, readRequest, readvRequest } from "./read_request.ts";

/** `fs.read` and `fs.readv`: they wait for the bytes of a growing file. */
export function readForms(
  name: "read" | "readv",
  { original: { functions } }: NodeFs,
): NodeForms {
  const read = functions[name];
  const readSync = functions[`${name}Sync`];
  const requestOf = name === "read" ? readRequest : readvRequest;
  const onceOf = (fd: unknown): ReadOnce => (args) =>
    act(
      () => readOnce(read, fd, args),
      () => readSync(fd, ...args) as number,
    );
  return {
    callback(fd, ...args) {
      const reader = readerOf(fd);
      const callback = args.at(-1);
      // A handle, whose read waits itself, may call this function.
      if (!reader || !isFunction(callback) || isBypassed()) {
        return read(fd, ...args);
      }
      const given = plainArguments(args.slice(0, -1));
      const request = requestOf(given, "callback");
      if (!request) return read(fd, ...given, callback);
      reader.read(request, onceOf(fd)).then(
        (count) => queueMicrotask(() => callback(null, count, request.into)),
        (error) => queueMicrotask(() => callback(error)),
      );
    },
    synchronous(fd, ...args) {
      const reader = readerOf(fd);
      if (!reader) return readSync(fd, ...args);
      const given = plainArguments(args);
      const request = requestOf(given, "synchronous");
      return request
        ? reader.readSync(request, onceOf(fd))
        : readSync(fd, ...given);
    },
  };
}

function readOnce(read: Call, fd: unknown, args: unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    read(
      fd,
      ...args,
      (error: unknown, count: number) => error ? reject(error) : resolve(count),
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
        if (!error) closeFile(fd as number, file);
        if (isFunction(callback)) callback(error);
        else if (error) throw error;
      });
    },
    synchronous(fd) {
      const file = fileOf(fd);
      closeSync(fd);
      if (file) closeFile(fd as number, file);
    },
  };
}
