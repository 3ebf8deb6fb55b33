import { methodsErrAtCaller } from "../../../internal/mod.ts";
import type { FileHandle } from "node:fs/promises";
import { withNameOf } from "../../../internal/mod.ts";
import { Writing } from "../../overlay/mod.ts";
import { act, type Operation } from "../../platform/mod.ts";
import {
  closeFile,
  fileOf,
  forgetFile,
  type OpenFile,
  readerOf,
} from "./open_files.ts";
import {
  type OriginalFs,
  plainArguments,
  readRequest,
  readvRequest,
} from "../forms/mod.ts";
import { duringStreamCall } from "./stream_calls.ts";
import { noteFor, noteOfTruncation, positionIn } from "./writes.ts";

/** The result of `read` or `readv`. */
interface ReadResult {
  readonly bytesRead: number;
}

/** The result of `write` or `writev`. */
interface WriteResult {
  readonly bytesWritten: number;
}

/** The methods of a `FileHandle` that are replaced, with any arguments. */
interface Handle {
  readonly fd: number;
  read(...args: unknown[]): Promise<ReadResult>;
  readv(...args: unknown[]): Promise<ReadResult>;
  readFile(...args: unknown[]): Promise<unknown>;
  write(...args: unknown[]): Promise<WriteResult>;
  writev(...args: unknown[]): Promise<WriteResult>;
  writeFile(...args: unknown[]): Promise<void>;
  appendFile(...args: unknown[]): Promise<void>;
  truncate(...args: unknown[]): Promise<void>;
  stat(...args: unknown[]): Promise<unknown>;
  readableWebStream(...args: unknown[]): ReadableStream;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

type HandleClass = new () => Handle;

let handleClass: HandleClass | undefined;

/**
 * Gives a handle the methods of the workflow. The runtime does not export its
 * class: handles get the prototype of a class that extends it.
 */
export function workflowHandle(
  handle: FileHandle,
  original: OriginalFs,
): FileHandle {
  handleClass ??= extend(
    handle.constructor as unknown as HandleClass,
    original,
  );
  return Object.setPrototypeOf(handle, handleClass.prototype);
}

function extend(Base: HandleClass, original: OriginalFs): HandleClass {
  const WorkflowHandle = class extends Base {
    override async read(...args: unknown[]): Promise<ReadResult> {
      const reader = readerOf(this);
      const given = reader ? plainArguments(args) : args;
      const request = reader && readRequest(given, "handle");
      if (!request) return await super.read(...given);
      const bytesRead = await reader.read(request);
      return { bytesRead, buffer: request.into } as ReadResult;
    }

    override async readv(...args: unknown[]): Promise<ReadResult> {
      const reader = readerOf(this);
      const request = reader && readvRequest(args);
      if (!request) return await super.readv(...args);
      const bytesRead = await reader.read(request);
      return { bytesRead, buffers: request.into } as ReadResult;
    }

    override readFile(...args: unknown[]): Promise<unknown> {
      const read = () => super.readFile(...args);
      const reading = readerOf(this);
      if (!reading) return read();
      return reading.workspace.run(
        reading.whenWhole(() => asynchronousOnly(read), args[0]),
      );
    }

    override stat(...args: unknown[]): Promise<unknown> {
      const look = () => super.stat(...args);
      const reading = readerOf(this);
      if (!reading) return look();
      return reading.workspace.run(
        reading.stat((source) =>
          source === undefined
            ? asynchronousOnly(look)
            : reading.lookAt(source, args)
        ),
      );
    }

    override async write(...args: unknown[]): Promise<WriteResult> {
      const given = plainArguments(args);
      const note = noteFor(original, this, positionIn("write", given));
      const result = await super.write(...given);
      note?.(result.bytesWritten);
      return result;
    }

    override async writev(...args: unknown[]): Promise<WriteResult> {
      const note = noteFor(original, this, positionIn("writev", args));
      const result = await super.writev(...args);
      note?.(result.bytesWritten);
      return result;
    }

    override async writeFile(...args: unknown[]): Promise<void> {
      const note = noteFor(original, this, undefined);
      await super.writeFile(...args);
      note?.(0);
    }

    override async appendFile(...args: unknown[]): Promise<void> {
      const note = noteFor(original, this, undefined);
      await super.appendFile(...args);
      note?.(0);
    }

    override async truncate(...args: unknown[]): Promise<void> {
      const note = noteOfTruncation(original, this, args[0]);
      await super.truncate(...args);
      note?.(0);
    }

    override readableWebStream(...args: unknown[]): ReadableStream {
      return streamOf(this, (it) => super.readableWebStream.apply(it, args));
    }

    override async close(): Promise<void> {
      const { fd } = this;
      const file = await closed(this, () => super.close());
      if (file) closeFile(fd, file);
    }

    override async [Symbol.asyncDispose](): Promise<void> {
      const file = await closed(this, () => super.close());
      // When an error leaves the block, the context fails.
      if (file instanceof Writing) file.deferClose();
      else file?.close();
    }
  };
  methodsErrAtCaller(WorkflowHandle);
  return withNameOf(Base, WorkflowHandle);
}

/** Makes a stream whose reads are those of a stream, and end with it. */
function streamOf(
  handle: Handle,
  make: (handle: Handle) => ReadableStream,
): ReadableStream {
  const closing = new AbortController();
  const { signal } = closing;
  let isMade = false;
  const get = (_: Handle, key: PropertyKey) => {
    if (key === "read") {
      return (...args: unknown[]) =>
        duringStreamCall(
          { stream: handle, signal },
          () => handle.read(...args),
        );
    }
    // Anything else that a stream asks for after its beginning is its end.
    if (isMade) closing.abort();
    const value = Reflect.get(handle, key);
    return typeof value === "function" ? value.bind(handle) : value;
  };
  const set = (_: Handle, key: PropertyKey, value: unknown) =>
    Reflect.set(handle, key, value);
  const stream = make(new Proxy(handle, { get, set }));
  isMade = true;
  return stream;
}

async function closed(
  handle: Handle,
  close: () => Promise<void>,
): Promise<OpenFile | undefined> {
  const { fd } = handle;
  const file = fileOf(handle);
  await close();
  forgetFile(fd, file);
  return file;
}

function asynchronousOnly<T>(call: () => Promise<T>): Operation<T> {
  const synchronously = () => {
    throw new TypeError("A file handle has no synchronous calls");
  };
  return act(call, synchronously, { inSteps: true });
}
