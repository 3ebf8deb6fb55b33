import type { FileHandle } from "node:fs/promises";
import {
  allowed,
  asynchronousForm,
  type Finder,
  type Found,
  type Plan,
  planned,
  synchronousForm,
} from "../interpose/mod.ts";
import {
  accessOfOpen,
  openForReading,
  openForWriting,
} from "../operations/mod.ts";
import { GrowingFileReader, Writing } from "../overlay/mod.ts";
import { act, atOnce, type Operation } from "../platform/mod.ts";
import { callbackForm } from "./callback_form.ts";
import { DescriptorReader } from "./descriptor_reader.ts";
import { workflowHandle } from "./file_handle.ts";
import { flagsOf, openOptionsOf } from "./flags.ts";
import { planWithNodeErrors } from "./node_error.ts";
import type { NodeForms, NodeFs } from "./node_forms.ts";
import { type OpenFile, registerFile } from "./open_files.ts";
import type { OriginalFs } from "./original_fs.ts";

/** Opens files as descriptors, or as handles. */
interface Opener<F> {
  readonly open: (location: string, ...rest: unknown[]) => Operation<F>;
  readonly close: (file: F) => void;
  /** Creates a new file first, where creating and opening take two steps. */
  readonly make?: (location: string, ...rest: unknown[]) => Operation<void>;
  /** Makes a file that was just opened one of the workflow. */
  readonly register: (file: F, asWhat: (fd: number) => OpenFile) => F;
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
    callback: callbackForm(descriptor, functions.open),
    synchronous: synchronousForm(descriptor, functions.openSync),
    promise: asynchronousForm(handle, promises.open),
  };
}

/** Plans the opening that gives a descriptor. `signal` ends its wait. */
export function openDescriptorPlan(
  find: Finder,
  original: OriginalFs,
  signal?: AbortSignal,
): Plan {
  const { openSync, closeSync } = original.functions;
  const opener: Opener<number> = {
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
  };
  return openPlan(find, original, opener, signal);
}

/** Plans the opening that gives a `FileHandle`. */
function openHandlePlan(find: Finder, original: OriginalFs): Plan {
  const { openSync, closeSync } = original.functions;
  const opener: Opener<FileHandle> = {
    make: (...args) => atOnce(() => void closeSync(openSync(...args))),
    open: (...args) => original.call("open", ...args),
    close: (handle) => void handle.close(),
    register(handle, asWhat) {
      try {
        registerFile(handle.fd, asWhat(handle.fd));
      } catch (error) {
        handle.close();
        throw error;
      }
      return workflowHandle(handle);
    },
  };
  return openPlan(find, original, opener);
}

function openPlan<F>(
  find: Finder,
  original: OriginalFs,
  { open, close, register, make }: Opener<F>,
  signal?: AbortSignal,
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
          workspace.exists(place.path);
        const written = (file: F) =>
          register(file, () => new Writing(workspace, place.path));
        if (options.createNew && make) {
          return openMade(
            { workspace, place },
            options,
            (location) => make(location, flags, ...rest),
            (location, options) =>
              open(location, flagsOf(options, original.bits), ...rest),
            written,
          );
        }
        if (write || (changes && !isThere)) {
          return openForWriting(workspace, place, options, openAt, written);
        }
        return openForReading(
          workspace,
          place,
          {
            open: openAt,
            close,
            growing: (file, entry) =>
              register(file, (fd) => {
                const reading = new GrowingFileReader(workspace, entry, place);
                return new DescriptorReader(reading, fd, original);
              }),
          },
          signal,
        );
      },
    );
  });
}

/** Creates a new file, and then opens it. */
function* openMade<F>(
  { workspace, place }: Found,
  options: Deno.OpenOptions,
  make: (location: string) => Operation<void>,
  open: (location: string, options: Deno.OpenOptions) => Operation<F>,
  written: (file: F) => F,
): Operation<F> {
  yield* openForWriting(workspace, place, options, make, () => {});
  const again = { ...options, create: true, createNew: false, truncate: false };
  return yield* openForWriting(
    workspace,
    place,
    again,
    (location) => open(location, again),
    written,
  );
}
