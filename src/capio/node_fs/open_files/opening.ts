import type { FileHandle } from "node:fs/promises";
import {
  allowed,
  asynchronousForm,
  type Finder,
  type Plan,
  planned,
  synchronousForm,
} from "../../interpose/mod.ts";
import {
  accessOfOpen,
  type Begun,
  type Opener,
  openForReading,
  openForWriting,
} from "../../operations/mod.ts";
import { act, isAbsence, type Operation } from "../../platform/mod.ts";
import {
  adjustedFlags,
  argumentShape,
  callbackForm,
  type NodeForms,
  type NodeFs,
  openOptionsOf,
  type OriginalFs,
  planWithNodeErrors,
} from "../forms/mod.ts";
import { DescriptorReader } from "./descriptor_reader.ts";
import { workflowHandle } from "./file_handle.ts";
import { type OpenFile, registerFile } from "./open_files.ts";
import { descriptorOpener, handleOpener } from "./openers.ts";
import { ReadDescriptor } from "./read_descriptor.ts";
import { presentStream } from "./stream_calls.ts";

/** Opens files as descriptors, or as handles. */
interface Opening<Held, F> {
  readonly open: (
    location: string,
    flags: unknown,
    ...rest: unknown[]
  ) => Operation<F>;
  readonly close: (file: F) => void;
  /** Makes a file that was just opened one of the workflow. */
  readonly register: (file: F, asWhat: (fd: number) => OpenFile) => F;
  readonly opener: (flags: unknown, rest: unknown[]) => Opener<Held>;
  /**
   * Turns what the opener has opened into the result of the call, `undefined`
   * when that cannot be done any more. `again` opens a file that is there.
   */
  readonly resultOf: (
    begun: Begun<Held>,
    again: (location: string) => Operation<F>,
  ) => Operation<F | undefined>;
}

/** `fs.open`, which gives a descriptor or, in its promise form, a handle. */
export function openForms(
  _name: string,
  { find, original }: NodeFs,
): NodeForms {
  const { functions, promises } = original;
  const descriptor = openDescriptorPlan(find, original);
  const handle = openHandlePlan(find, original);
  return {
    callback: callbackForm(
      descriptor,
      functions.open,
      argumentShape("open"),
    ),
    synchronous: synchronousForm(descriptor, functions.openSync),
    promise: asynchronousForm(handle, promises.open),
  };
}

/** Plans the opening that gives a descriptor. */
function openDescriptorPlan(find: Finder, original: OriginalFs): Plan {
  const { openSync, closeSync } = original.functions;
  const opening: Opening<number, number> = {
    open: (...args) =>
      act(
        () => original.callBack("open", ...args),
        () => openSync(...args) as number,
      ),
    close: (fd) => closeSync(fd),
    register(fd, asWhat) {
      try {
        registerFile(fd, asWhat(fd));
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      return fd;
    },
    opener: (flags, rest) => descriptorOpener(original, flags, rest),
    // deno-lint-ignore require-yield
    *resultOf({ held }) {
      return held;
    },
  };
  return openPlan(find, original, opening);
}

/** Plans the opening that gives a `FileHandle`. */
function openHandlePlan(find: Finder, original: OriginalFs): Plan {
  const opening: Opening<FileHandle | number, FileHandle> = {
    open: (...args) => original.call("open", ...args),
    close: (handle) => void handle.close(),
    register(handle, asWhat) {
      try {
        registerFile(handle.fd, asWhat(handle.fd));
      } catch (error) {
        handle.close();
        throw error;
      }
      return workflowHandle(handle, original);
    },
    opener: (flags, rest) => handleOpener(original, flags, rest),
    resultOf: (begun, again) => handleOf(original, begun, again),
  };
  return openPlan(find, original, opening);
}

function openPlan<Held, F>(
  find: Finder,
  original: OriginalFs,
  { open, close, register, opener, resultOf }: Opening<Held, F>,
): Plan {
  return planWithNodeErrors("open", ([path, flags, ...rest]) => {
    const options = openOptionsOf(flags ?? "r", original.bits);
    if (!options) return undefined;
    const { write, create, truncate } = options;
    // Numeric flags can create or truncate a file and open it for reading.
    const changes = create || truncate;
    const access = changes ? { ...options, write: true } : options;
    return planned(
      allowed(find(path, !options.createNew), accessOfOpen(access)),
      ({ workspace, place }) => {
        const openAt = (location: string) => open(location, flags, ...rest);
        const isThere = !truncate && !options.createNew &&
          workspace.trees.exists(place.path);
        if (write || (changes && !isThere)) {
          const existing = { ...options, ...EXISTING };
          const again = (location: string) =>
            open(
              location,
              adjustedFlags(flags, existing, original.bits),
              ...rest,
            );
          return openForWriting(
            workspace,
            place,
            options,
            opener(flags, rest),
            {
              plain: openAt,
              *written(begun) {
                const file = yield* resultOf(begun, again);
                return file && register(file, () => begun.writing);
              },
            },
          );
        }
        return openForReading(
          workspace,
          place,
          {
            open: openAt,
            close,
            growing: (file, entry, place) =>
              register(
                file,
                (fd) =>
                  new DescriptorReader(workspace, entry, place, fd, original),
              ),
            plain: (file, place, entry) =>
              register(
                file,
                (fd) =>
                  new ReadDescriptor(workspace, place, fd, original, entry),
              ),
          },
          presentStream(),
        );
      },
    );
  });
}

const EXISTING = { create: false, createNew: false, truncate: false };

/**
 * Returns a handle for the file that was opened, `undefined` when the file has
 * lost its name before the handle could be opened.
 */
function* handleOf(
  original: OriginalFs,
  { held, writing, location }: Begun<FileHandle | number>,
  again: (location: string) => Operation<FileHandle>,
): Operation<FileHandle | undefined> {
  if (typeof held !== "number") return held;
  try {
    const handle = yield* again(location);
    const [one, other] = [held, handle.fd].map((fd) => original.identify(fd));
    if (one.ino === other.ino && one.dev === other.dev) return handle;
    handle.close();
    writing.withdraw();
  } catch (error) {
    writing.withdraw();
    if (!isAbsence(error)) throw error;
  } finally {
    original.functions.closeSync(held);
  }
}
