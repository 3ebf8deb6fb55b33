import { writeAllSync } from "../../../internal/mod.ts";
import type { NatsConnected } from "../../../nats/mod.ts";
import type { WorkflowFile } from "../../journal/mod.ts";
import { isDiskFull } from "../../platform/mod.ts";
import { ByteClient, type FetchedFile } from "./byte_client.ts";
import { DiskSpace, type DiskSpaceHooks } from "./disk_space.ts";
import { replicaOf } from "../translation/mod.ts";
import type { Replicas } from "./replicas.ts";
import { StoredFiles } from "./stored_files.ts";
import type { RunNames } from "../wire/mod.ts";

/** What a fetcher reports. */
export interface FetcherHooks extends DiskSpaceHooks {
  /** Is called when a replica has all bytes of its file. */
  readonly whole: (file: WorkflowFile) => void;
  /** Is called when the rest of a file cannot be had any more. */
  readonly gone: (file: WorkflowFile, why: string) => void;
  /** Tells whether a machine is there that may be asked. */
  readonly isThere: (machine: string) => boolean;
}

/** A file that is being fetched. */
interface Fetching {
  readonly abort: AbortController;
  readonly end: Promise<void>;
  /** Whether it was committed before, so that its bytes change no more. */
  readonly isCommitted: boolean;
  /** Whether it comes from the server and not from its home. */
  readonly isFromStore: boolean;
}

/** The most files that are fetched at a time: each of them is open. */
const MOST_FILES = 256;
/** Pause before a replica that could not be written is tried again, in ms. */
const PAUSE_MILLISECONDS = 1000;

/** Fetches the files of other machines that this one wants. */
export class Fetcher implements AsyncDisposable {
  readonly #client: ByteClient;
  readonly #stored: StoredFiles;
  readonly #names: RunNames;
  readonly #replicas: Replicas;
  readonly #hooks: FetcherHooks;
  readonly #space: DiskSpace;
  /** Files of which a line has said that they cannot be written. */
  readonly #failing = new Set<number>();
  readonly #running = new Map<number, Fetching>();
  /** How much is here of the files that are being fetched. */
  readonly #sizes = new Map<number, number>();

  constructor(
    connected: NatsConnected,
    names: RunNames,
    replicas: Replicas,
    hooks: FetcherHooks,
  ) {
    this.#client = new ByteClient(connected);
    this.#stored = new StoredFiles(connected, names);
    this.#names = names;
    this.#replicas = replicas;
    this.#hooks = hooks;
    this.#space = new DiskSpace(hooks);
  }

  /** Fetches these files from now on, and no others. */
  want(files: Iterable<WorkflowFile>): void {
    const wanted = new Set<number>();
    for (const file of files) {
      const isCommitted = file.committedAtHome !== undefined;
      const isRewritten = rewrittenFrom(file) !== undefined;
      // What is rewritten is carried after its commit.
      if (isRewritten && !isCommitted) continue;
      const running = this.#running.get(file.number);
      if (running && isRewritten && !running.isCommitted) continue;
      const isFromStore = this.#isFromStore(file);
      if (running && isFromStore !== running.isFromStore) continue;
      wanted.add(file.number);
      if (running || this.#running.size >= MOST_FILES) continue;
      const abort = new AbortController();
      const end = this.#fetch(file, abort.signal)
        .finally(() => {
          this.#running.delete(file.number);
          this.#sizes.delete(file.number);
        });
      this.#running.set(file.number, {
        abort,
        end,
        isCommitted,
        isFromStore,
      });
    }
    for (const [number, { abort }] of this.#running) {
      if (!wanted.has(number)) abort.abort();
    }
    this.#space.keep(wanted);
  }

  /** Tells whether all of a committed file is here, or none of it is missing. */
  isWhole(file: WorkflowFile): boolean {
    const { number, committedAtHome } = file;
    const size = this.#sizes.get(number) ?? 0;
    return committedAtHome?.size === size && this.#isLatest(file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ end }) => end));
  }

  /** Tells whether the bytes of a file come from the server and not its home. */
  #isFromStore({ home, committedAtHome }: WorkflowFile): boolean {
    return committedAtHome?.stored === true && home !== undefined &&
      !this.#hooks.isThere(home.machine);
  }

  /** Tells whether what is fetched of a file is what it holds at its commit. */
  #isLatest(file: WorkflowFile): boolean {
    const isRewritten = rewrittenFrom(file) !== undefined;
    return !isRewritten || this.#running.get(file.number)?.isCommitted === true;
  }

  async #fetch(file: WorkflowFile, signal: AbortSignal): Promise<void> {
    const replica = replicaOf(file);
    const { home } = file;
    if (replica === undefined || !home) return;
    try {
      if (file.unlinked && this.#replicas.sizeOf(replica) === undefined) {
        return this.#hooks.gone(file, "it was removed or replaced");
      }
      const { file: output, size: present } = this.#replicas.open(replica);
      using _ = output;
      const size = Math.min(
        present,
        rewrittenFrom(file) ?? Infinity,
        file.committedAtHome?.size ?? Infinity,
      );
      if (size < present) output.truncateSync(size);
      output.seekSync(size, Deno.SeekMode.Start);
      this.#sizes.set(file.number, size);
      const fetched: FetchedFile = {
        number: home.number,
        subject: this.#names.bytes(home.machine),
        size,
        wholeSize: () => file.committedAtHome?.size,
        write: (bytes) => this.#write(file, output, bytes),
      };
      const end = this.#isFromStore(file)
        ? await this.#stored.fetch(home.machine, fetched, signal)
        : await this.#client.fetch(fetched, signal);
      switch (end.type) {
        case "whole":
          if (this.#isLatest(file)) this.#hooks.whole(file);
          return;
        case "gone":
          return this.#hooks.gone(file, end.why);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(file, error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }

  #write(file: WorkflowFile, output: Deno.FsFile, bytes: Uint8Array): void {
    const { number } = file;
    const size = this.#sizes.get(number) ?? 0;
    const grown = size + bytes.length;
    try {
      writeAllSync(output, bytes);
    } catch (error) {
      if (isDiskFull(error)) {
        this.#sizes.set(
          number,
          this.#space.cut(file, output, { size, missing: bytes.length }),
        );
      }
      throw error;
    }
    this.#sizes.set(number, grown);
    this.#space.wrote(file, grown);
    if (this.#failing.size > 0) this.#failing.delete(number);
  }

  #failed(file: WorkflowFile, error: unknown): void {
    const { number, path } = file;
    if (isDiskFull(error)) return this.#space.missing(file);
    if (this.#failing.has(number)) return;
    this.#failing.add(number);
    const why = error instanceof Error ? error.message : String(error);
    this.#hooks.print(
      `Cannot write what comes of "${path}", which is tried again each second: ${why}`,
    );
  }
}

/** Returns the lowest offset at which a file was written to again, if it was. */
function rewrittenFrom({ overwrites }: WorkflowFile): number | undefined {
  if (!overwrites) return undefined;
  return Math.min(...overwrites.map(({ offset }) => offset));
}
