import type { Call } from "../../interpose/mod.ts";
import {
  isFunction,
  type NodeForms,
  type NodeFs,
  plainArguments,
  readRequest,
  readvRequest,
} from "../forms/mod.ts";
import { closeFile, fileOf, readerOf } from "./open_files.ts";

/** `fs.read` and `fs.readv`: they wait for the bytes of a growing file. */
export function readForms(
  name: "read" | "readv",
  { original: { functions } }: NodeFs,
): NodeForms {
  const read = functions[name];
  const readSync = functions[`${name}Sync`];
  const requestOf = name === "read" ? readRequest : readvRequest;
  return {
    callback(fd, ...args) {
      const reader = readerOf(fd);
      const callback = args.at(-1);
      if (!reader || !isFunction(callback)) return read(fd, ...args);
      const given = plainArguments(args.slice(0, -1));
      const request = requestOf(given, "callback");
      if (!request) return read(fd, ...given, callback);
      callBack(reader.read(request), request.into, callback);
    },
    synchronous(fd, ...args) {
      const reader = readerOf(fd);
      if (!reader) return readSync(fd, ...args);
      const given = plainArguments(args);
      const request = requestOf(given, "synchronous");
      return request ? reader.readSync(request) : readSync(fd, ...given);
    },
  };
}

/** Calls `callback` in a microtask, so that an error it throws is uncaught. */
function callBack(
  reading: Promise<number>,
  into: unknown,
  callback: Call,
): void {
  reading.then(
    (count) => queueMicrotask(() => callback(null, count, into)),
    (error) => queueMicrotask(() => callback(error)),
  );
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
