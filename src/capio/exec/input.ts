import { openForReading } from "../operations/mod.ts";
import type { Workspace } from "../overlay/mod.ts";
import { atOnce } from "../platform/mod.ts";
import {
  closeDescriptor,
  type Descriptor,
  Feed,
  openBothEnds,
  openForReading as openDescriptorForReading,
  openRead,
} from "./pipes/mod.ts";
import { oneReaderCheck } from "./processes/mod.ts";
import { HAS_PIPES, type ProgramFile } from "./program_files.ts";
import type { Scratch } from "./scratch.ts";
import { isWholeNow, wholePath } from "./whole_path.ts";

/** When it is looked once more for a second reader of a pipe, in ms. */
const LATE_MILLISECONDS = 100;

/** An input of a program. */
export interface Input {
  readonly file: ProgramFile;
  /** What the program gets: a path in its arguments, or a descriptor. */
  readonly path?: string;
  /** The descriptor for its standard input, once the pipes are there. */
  readonly fd?: number;
  /** The named pipe that has to be made before the program is started. */
  readonly pipe?: string;
  /** Is called when the pipes are there. */
  open?(): void;
  /** Is called when the program runs. */
  started?(pid: number): void;
  /** Is called when it has ended, or could not be started. */
  ended?(): Promise<void>;
}

/** How an input is prepared. */
export interface InputOptions {
  readonly scratch: Scratch;
  readonly signal: AbortSignal | undefined;
  /** Is called, while the program runs, when it will never be complete. */
  readonly lost: (error: unknown) => void;
}

/** Prepares an input; one that the program needs whole is waited for. */
export async function openInput(
  workspace: Workspace,
  file: ProgramFile,
  options: InputOptions,
): Promise<Input> {
  const { use, place } = file;
  const { scratch, signal } = options;
  const isStreamed = use === "in" || use === "stdin";
  if (!isStreamed || use === "in" && isWholeNow(workspace, place)) {
    const operation = wholePath(workspace, place, scratch, signal);
    return { file, path: await workspace.run(operation) };
  }
  if (use === "stdin" && (!HAS_PIPES || isWholeNow(workspace, place))) {
    if (!HAS_PIPES) {
      await workspace.run(wholePath(workspace, place, scratch, signal));
    }
    const whole = await openWhole(workspace, file);
    if (whole) return wholeInput(file, whole);
  }
  return new StreamedInput(workspace, file, options);
}

/** Opens a finished file; `undefined` if it has become one that is written. */
function openWhole(
  workspace: Workspace,
  { place }: ProgramFile,
): Promise<Descriptor | undefined> {
  return workspace.run(
    openForReading<Descriptor | undefined>(workspace, place, {
      open: (location) => atOnce(() => openDescriptorForReading(location)),
      close: (file) => file && closeDescriptor(file.fd),
      growing: (file) => {
        if (file) closeDescriptor(file.fd);
        return undefined;
      },
      plain: (file) => file,
    }),
  );
}

function wholeInput(file: ProgramFile, { fd }: Descriptor): Input {
  let isOpen = true;
  const close = () => {
    if (isOpen) closeDescriptor(fd);
    isOpen = false;
    return Promise.resolve();
  };
  return { file, fd, started: () => void close(), ended: close };
}

/** A file that is handed over through a named pipe as it is written. */
class StreamedInput implements Input {
  readonly file: ProgramFile;
  readonly pipe: string;
  readonly path: string;
  readonly #lost: (error: unknown) => void;
  readonly #feed: Feed;
  #ends: ReturnType<typeof openBothEnds> | undefined;
  /** The process of the program, once it runs. */
  #pid: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    workspace: Workspace,
    file: ProgramFile,
    { scratch, lost }: InputOptions,
  ) {
    this.file = file;
    this.#lost = lost;
    const pipe = scratch.pipe(file.place.path);
    this.pipe = this.path = pipe;
    this.#feed = new Feed(workspace, file.place, {
      openTarget: (signal) => this.#openTarget(signal),
      pipe,
      lost,
    });
  }

  get fd(): number | undefined {
    return this.#ends?.reader;
  }

  open(): void {
    if (this.file.use === "stdin") this.#ends = openBothEnds(this.pipe);
  }

  started(pid: number): void {
    this.#pid = pid;
    if (this.#ends) closeDescriptor(this.#ends.reader);
    this.#feed.start();
  }

  async ended(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#pid !== undefined) return await this.#feed.stop();
    if (!this.#ends) return;
    closeDescriptor(this.#ends.reader);
    this.#ends.writer.close();
  }

  async #openTarget(signal: AbortSignal): Promise<Deno.FsFile | undefined> {
    if (this.#ends) return this.#ends.writer;
    const { given } = this.file.place;
    const writer = await openRead(this.pipe, given, signal);
    if (!writer) return undefined;
    const check = oneReaderCheck(this.pipe, given, this.#pid ?? 0);
    try {
      await check();
    } catch (error) {
      writer.close();
      throw error;
    }
    // A machine under load lets a second reader come late.
    const checkAgain = () =>
      check().catch((error) => signal.aborted || this.#lost(error));
    if (!signal.aborted) {
      this.#timer = setTimeout(checkAgain, LATE_MILLISECONDS);
    }
    return writer;
  }
}
