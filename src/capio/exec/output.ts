import { delay } from "@std/async";
import { dirname } from "@std/path";
import { isInTime } from "../../internal/mod.ts";
import { findIn } from "../interpose/mod.ts";
import {
  denoOpener,
  mkdir,
  type Opener,
  openForWriting,
  remove,
  rename,
} from "../operations/mod.ts";
import type { Workspace, Writing } from "../overlay/mod.ts";
import { atOnce, lstatIfPresent, system } from "../platform/mod.ts";
import {
  closeDescriptor,
  descriptorOpener,
  type Drain,
  drainTo,
  isInPlace,
  removed,
} from "./pipes/mod.ts";
import { checkMade } from "./made_entry.ts";
import {
  findHolders,
  type HolderProcess,
  shownHolders,
} from "./processes/mod.ts";
import { programFailed } from "./program_error.ts";
import type { ProgramFile } from "./program_files.ts";
import type { Scratch } from "./scratch.ts";
import { checkFirstWriter, untilUnwritten } from "./sole_writer.ts";

/** Time between two looks for processes that hold an output, in ms. */
const LOOK_MILLISECONDS = 50;

/** What is known when a program has ended well. */
export interface ProgramEnd {
  /** The program, as messages show it. */
  readonly name: string;
  readonly graceMilliseconds: number;
  /** Numbers of descriptors under which processes have outputs unknowingly. */
  readonly copies: ReadonlySet<number>;
}

/** An output of a program. It is finished, or lost with a reason. */
export interface Output {
  readonly file: ProgramFile;
  /** What the program gets: a path in its arguments, or a descriptor. */
  readonly path?: string;
  readonly fd?: number;
  /** The named pipe that has to be made before the program is started. */
  readonly pipe?: string;
  /** Is called when the pipes are there. */
  start?(): void;
  /**
   * Waits until nobody writes to it any more.
   *
   * @throws {CapioError} If it cannot be finished.
   */
  ended(end: ProgramEnd): Promise<void>;
  finish(): Promise<void>;
  lose(why: string): Promise<void>;
}

/** Opens an output: from now on others see that it is being written. */
export async function openOutput(
  workspace: Workspace,
  file: ProgramFile,
  scratch: Scratch,
): Promise<Output> {
  await makeParent(workspace, file);
  switch (file.use) {
    case "stdout":
    case "stderr": {
      const opened = await openFile(workspace, file, descriptorOpener);
      return new StreamOutput(workspace, file, opened.held.fd, opened);
    }
    case "out": {
      const opened = await openFile(workspace, file, denoOpener);
      return new PipeOutput(file, scratch.pipe(file.place.path), opened);
    }
    case "newfile":
    case "newdir":
      return new NewOutput(workspace, file, scratch.place(file.place.path));
    case "stdin":
    case "in":
    case "file":
    case "dir":
      throw new TypeError(`"${file.use}" is no output`);
    default:
      return file.use satisfies never;
  }
}

interface Opened<Held> {
  readonly held: Held;
  readonly location: string;
  /** Missing for what is no file of the workflow, such as a device. */
  readonly writing?: Writing;
}

async function openFile<Held>(
  workspace: Workspace,
  file: ProgramFile,
  opener: Opener<Held>,
): Promise<Opened<Held>> {
  await untilUnwritten(workspace, file);
  const options = { write: true, create: true, truncate: true };
  const opened = await workspace.run(
    openForWriting<Held, Opened<Held>>(workspace, file.place, options, opener, {
      plain: (location) =>
        atOnce(() => ({ held: opener.openNow(location, options), location })),
      // deno-lint-ignore require-yield
      *written({ held, writing, location }) {
        return { held, writing, location };
      },
    }),
  );
  const { held, writing } = opened;
  try {
    if (writing) checkFirstWriter(workspace, file, writing);
  } catch (error) {
    opener.close(held);
    writing?.withdraw();
    throw error;
  }
  return opened;
}

async function makeParent(
  workspace: Workspace,
  { place }: ProgramFile,
): Promise<void> {
  const found = findIn(workspace, dirname(place.search.full), true);
  if (!found || workspace.trees.isDirectory(found.place.path)) return;
  await workspace.run(mkdir(workspace, found.place, { recursive: true }));
}

/** Standard output or standard error: the program writes to the file itself. */
class StreamOutput implements Output {
  readonly file: ProgramFile;
  readonly fd: number;
  readonly #workspace: Workspace;
  readonly #location: string;
  readonly #writing: Writing | undefined;

  constructor(
    workspace: Workspace,
    file: ProgramFile,
    fd: number,
    { location, writing }: Omit<Opened<unknown>, "held">,
  ) {
    this.#workspace = workspace;
    this.file = file;
    this.fd = fd;
    this.#location = location;
    this.#writing = writing;
  }

  async ended(end: ProgramEnd): Promise<void> {
    await untilReleased(this, end, () => this.#holders(end.copies));
  }

  finish(): Promise<void> {
    closeDescriptor(this.fd);
    this.#writing?.close();
    return Promise.resolve();
  }

  lose(why: string): Promise<void> {
    closeDescriptor(this.fd);
    this.#writing?.lose(why);
    return Promise.resolve();
  }

  #holders(copies: ReadonlySet<number>): Promise<HolderProcess[]> {
    if (!this.#writing) return Promise.resolve([]);
    return findHolders({
      location: locationOf(this.fd) ?? this.#location,
      copies,
      others: membersOf(this.#workspace),
    });
  }
}

/** A file that a program writes to a named pipe. */
class PipeOutput implements Output {
  readonly file: ProgramFile;
  readonly path: string;
  readonly #opened: Opened<Deno.FsFile>;
  #drain: Drain | undefined;

  constructor(file: ProgramFile, path: string, opened: Opened<Deno.FsFile>) {
    this.file = file;
    this.path = path;
    this.#opened = opened;
  }

  get pipe(): string {
    return this.path;
  }

  start(): void {
    this.#drain = drainTo(this.path, this.#opened.held);
  }

  async ended({ name, graceMilliseconds }: ProgramEnd): Promise<void> {
    const drain = this.#drain;
    if (!drain) return;
    drain.end();
    const { given } = this.file.place;
    if (!isInPlace(this.path)) throw removed(given, "newfile");
    if (!await isInTime(drain.done, graceMilliseconds)) {
      const location = this.path;
      const none = new Set<number>();
      const holders = await findHolders({
        location,
        copies: none,
        others: none,
      });
      throw stillWritten(name, this, holders);
    }
    if (drain.hasBegun) return;
    console.warn(
      `sluice: "${given}" is empty: ${name} has not opened the pipe that becomes the file`,
    );
  }

  finish(): Promise<void> {
    this.#opened.held.close();
    this.#opened.writing?.close();
    return Promise.resolve();
  }

  async lose(why: string): Promise<void> {
    await this.#drain?.stop();
    this.#opened.held.close();
    this.#opened.writing?.lose(why);
  }
}

/** A file or a directory that appears when the program has ended well. */
class NewOutput implements Output {
  readonly file: ProgramFile;
  readonly path: string;
  readonly #workspace: Workspace;

  constructor(workspace: Workspace, file: ProgramFile, path: string) {
    this.#workspace = workspace;
    this.file = file;
    this.path = path;
    if (file.use === "newdir") system.mkdirSync(path);
  }

  async ended(end: ProgramEnd): Promise<void> {
    const { copies } = end;
    const isDirectory = this.file.use === "newdir";
    const search = { location: this.path, isDirectory, copies };
    const others = new Set<number>();
    await untilReleased(this, end, () => findHolders({ ...search, others }));
    if (lstatIfPresent(this.path)) {
      return checkMade(this.#workspace, this.file, this.path);
    }
    const { given } = this.file.place;
    throw programFailed(
      `${end.name} ended well without making its output "${given}"`,
      undefined,
    );
  }

  async finish(): Promise<void> {
    const workspace = this.#workspace;
    const { use, place } = this.file;
    // The directory of an earlier run is replaced as a whole.
    if (use === "newdir" && workspace.trees.isDirectory(place.path)) {
      await workspace.run(remove(workspace, place, { recursive: true }));
    }
    await workspace.run(rename({ outside: this.path }, { workspace, place }));
  }

  async lose(why: string): Promise<void> {
    // Who waits for a directory learns it from the end of this member.
    if (this.file.use === "newdir") return;
    // So that its readers learn it as those of a file that was begun.
    const { held, writing } = await openFile(
      this.#workspace,
      this.file,
      denoOpener,
    );
    held.close();
    writing?.lose(why);
  }
}

/** Waits until no process has an output open for writing any more. */
async function untilReleased(
  output: Output,
  { name, graceMilliseconds }: ProgramEnd,
  find: () => Promise<HolderProcess[]>,
): Promise<void> {
  const end = performance.now() + graceMilliseconds;
  for (;;) {
    const holders = await find();
    if (holders.length === 0) return;
    if (performance.now() > end) throw stillWritten(name, output, holders);
    await delay(LOOK_MILLISECONDS);
  }
}

function stillWritten(
  name: string,
  { file }: Output,
  holders: readonly HolderProcess[],
): Error {
  const found = shownHolders(holders) || "a process that it has started";
  const goes = holders.length > 1 ? "go" : "goes";
  return programFailed(
    `${name} has ended, but ${found} ${goes} on writing to "${file.place.given}"`,
    undefined,
  );
}

/** Returns where the file of a descriptor lies now, where the system tells it. */
function locationOf(fd: number): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return system.readLinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** The processes of the members of a workflow: they report what they write. */
function membersOf({ workflow }: Workspace): ReadonlySet<number> {
  const members = [...workflow.state.members.values()];
  return new Set(members.map(({ pid }) => pid));
}
