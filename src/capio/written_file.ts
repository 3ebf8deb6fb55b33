import { readableOf, writableOf } from "./file_streams.ts";
import type { Workspace } from "./workspace.ts";

/** What a file open for writing belongs to. */
interface Handle {
  readonly workspace: Workspace;
  readonly number: number;
  closed: boolean;
}

const handles = new WeakMap<Deno.FsFile, Handle>();

/** Makes `file`, just opened in the spool for writing, report its close. */
export function writtenFile(
  file: Deno.FsFile,
  workspace: Workspace,
  path: string,
): Deno.FsFile {
  const { workflow } = workspace;
  const number = workflow.newHandle();
  try {
    workflow.append({ event: "open", path, handle: number });
  } catch (error) {
    file.close();
    throw error;
  }
  handles.set(file, { workspace, number, closed: false });
  return Object.setPrototypeOf(file, WrittenFile.prototype);
}

/** Closes a file without completing it: its readers get an error. */
export function giveUp(file: Deno.FsFile): void {
  reportClose(file, true);
  Deno.FsFile.prototype.close.call(file);
}

/**
 * A `Deno.FsFile` whose close the other members learn of. Everything else, the
 * writing above all, is the original's. Instances are original files that get
 * this prototype: the class of the runtime cannot be constructed.
 */
class WrittenFile extends Deno.FsFile {
  override close(): void {
    // First the system's close, which fails for a file closed before.
    super.close();
    reportClose(this, false);
  }

  override [Symbol.dispose](): void {
    const handle = handles.get(this);
    if (!handle || handle.closed) return;
    super.close();
    handle.workspace.holdClose(() => reportClose(this, false));
  }
}

// The runtime has accessors where its declarations say properties.
Object.defineProperties(WrittenFile.prototype, {
  readable: {
    get(this: Deno.FsFile) {
      return readableOf(this);
    },
  },
  writable: {
    get(this: Deno.FsFile) {
      return writableOf(this, () => giveUp(this));
    },
  },
});

function reportClose(file: Deno.FsFile, failed: boolean): void {
  const handle = handles.get(file);
  if (!handle || handle.closed) return;
  handle.closed = true;
  const { workflow } = handle.workspace;
  // The context is over, and with it what this file was to the others.
  if (workflow.ended) return;
  workflow.append({
    event: "close",
    handle: handle.number,
    ...(failed && { failed }),
  });
  workflow.refresh();
}
