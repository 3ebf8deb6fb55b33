import type { ReadStream, WriteStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Writing } from "../overlay/mod.ts";
import { act, type Operation } from "../platform/mod.ts";
import { asksForBytes, type ReadResult } from "./descriptor_reader.ts";
import {
  beforeDestroyed,
  interruptWhenDestroyed,
} from "./destroyed_streams.ts";
import { fileOf, forgetFile, type OpenFile, readerOf } from "./open_files.ts";

/** The methods of a `FileHandle` that are replaced, with any arguments. */
interface Handle {
  readonly fd: number;
  read(...args: unknown[]): Promise<ReadResult>;
  readv(...args: unknown[]): Promise<ReadResult>;
  readFile(...args: unknown[]): Promise<unknown>;
  stat(...args: unknown[]): Promise<unknown>;
  createReadStream(...args: unknown[]): ReadStream;
  createWriteStream(...args: unknown[]): WriteStream;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

type HandleClass = new () => Handle;

let handleClass: HandleClass | undefined;

/**
 * Gives a handle the methods of the workflow. The runtime does not export its
 * class: handles get the prototype of a class that extends it.
 */
export function workflowHandle(handle: FileHandle): FileHandle {
  handleClass ??= extend(handle.constructor as unknown as HandleClass);
  return Object.setPrototypeOf(handle, handleClass.prototype);
}

function extend(Base: HandleClass): HandleClass {
  return class FileHandle extends Base {
    override read(...args: unknown[]): Promise<ReadResult> {
      return readSome(this, args, () => super.read(...args));
    }

    override readv(...args: unknown[]): Promise<ReadResult> {
      return readSome(this, args, () => super.readv(...args));
    }

    override readFile(...args: unknown[]): Promise<unknown> {
      const read = () => super.readFile(...args);
      const reading = readerOf(this);
      if (!reading) return read();
      return reading.workspace.run(
        reading.whenWhole(() => asynchronousOnly(read)),
      );
    }

    override stat(...args: unknown[]): Promise<unknown> {
      const look = () => super.stat(...args);
      const reading = readerOf(this);
      if (!reading) return look();
      return reading.workspace.run(
        reading.whenVisible(() => asynchronousOnly(look)),
      );
    }

    override createReadStream(...args: unknown[]): ReadStream {
      return interruptWhenDestroyed(super.createReadStream(...args));
    }

    override createWriteStream(...args: unknown[]): WriteStream {
      const file = fileOf(this);
      const stream = super.createWriteStream(...args);
      return beforeDestroyed(stream, () => {
        const isWhole = stream.writableFinished;
        if (!isWhole && file instanceof Writing) file.close(true);
      });
    }

    override async close(): Promise<void> {
      const file = await closed(this, () => super.close());
      file?.close();
    }

    override async [Symbol.asyncDispose](): Promise<void> {
      const file = await closed(this, () => super.close());
      // When an error leaves the block, the context fails.
      if (file instanceof Writing) file.deferClose();
      else file?.close();
    }
  };
}

function readSome(
  handle: Handle,
  args: unknown[],
  read: () => Promise<ReadResult>,
): Promise<ReadResult> {
  const reading = readerOf(handle);
  if (!reading || !asksForBytes(args)) return read();
  return reading.workspace.run(reading.read(() => asynchronousOnly(read)));
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
