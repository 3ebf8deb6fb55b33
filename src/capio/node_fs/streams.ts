import type { ReadStream, WriteStream } from "node:fs";
import type { Call, Finder, Originals, Replacement } from "../interpose/mod.ts";
import { Writing } from "../overlay/mod.ts";
import { callbackForm } from "./callback_form.ts";
import { interruptWhenDestroyed } from "./destroyed_streams.ts";
import { fileOf } from "./open_files.ts";
import { openDescriptorPlan } from "./opening.ts";
import type { OriginalFs } from "./original_fs.ts";

/**
 * `fs.createReadStream` and `fs.createWriteStream`. The streams are Node's own
 * and call the replaced functions `inside`. A stream that is destroyed early
 * ends its wait, and its file is lost.
 */
export function* streamReplacements(
  find: Finder,
  original: OriginalFs,
  inside: Originals,
): Generator<Replacement> {
  const { open, write, writev, fsync } = original.functions;
  const functions: Originals = { write, writev, fsync, ...inside };
  // Read at the first call only: each loads a module of its own.
  const create = (name: string, ...args: unknown[]) =>
    original.functions[name](...args);
  yield {
    name: "createReadStream",
    call(path, ...rest) {
      const options = optionsOf(rest[0]);
      if (!isOurs(find, path, options)) {
        return create("createReadStream", path, ...rest);
      }
      const closing = new AbortController();
      const plan = openDescriptorPlan(find, original, closing.signal);
      const openUntilClosed = callbackForm(plan, open);
      const stream = create("createReadStream", path, {
        ...options,
        fs: {
          ...functions,
          open(...args: unknown[]) {
            const opened = args.pop() as Call;
            openUntilClosed(...args, (error: unknown, fd: unknown) => {
              // A destroyed stream reports no error.
              if (closing.signal.aborted && error) opened(null, null);
              else opened(error, fd);
            });
          },
          close(fd: unknown, closed: Call) {
            if (fd === null) closed(null);
            else functions.close(fd, closed);
          },
        },
      }) as ReadStream;
      return interruptWhenDestroyed(stream, closing);
    },
  };
  yield {
    name: "createWriteStream",
    call(path, ...rest) {
      const options = optionsOf(rest[0]);
      if (!isOurs(find, path, options)) {
        return create("createWriteStream", path, ...rest);
      }
      const stream = create("createWriteStream", path, {
        ...options,
        fs: {
          ...functions,
          close(fd: unknown, closed: Call) {
            const file = fileOf(fd);
            const isWhole = stream.writableFinished;
            if (!isWhole && file instanceof Writing) file.close(true);
            functions.close(fd, closed);
          },
        },
      }) as WriteStream;
      return stream;
    },
  };
}

function optionsOf(options: unknown): Record<string, unknown> {
  if (typeof options === "string") return { encoding: options };
  return { ...options as Record<string, unknown> };
}

/** Returns whether the stream opens a file in a workspace itself. */
function isOurs(
  find: Finder,
  path: unknown,
  { fd, fs }: Record<string, unknown>,
): boolean {
  if ((fd ?? fs ?? undefined) !== undefined) return false;
  try {
    return find(path, true) !== undefined;
  } catch {
    // The stream reports the error when it opens the file.
    return true;
  }
}
