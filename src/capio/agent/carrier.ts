import { NatsError } from "../../nats/mod.ts";
import type { EventBody, WorkflowFile } from "../journal/mod.ts";
import { Listener } from "./news.ts";
import type { ServedFiles, StoredFiles } from "./bytes/mod.ts";

/** What a carrier needs of its agent. */
export interface CarrierHooks {
  /** Tells whether the others have the line that has committed a file. */
  readonly isSent: (end: number) => boolean;
  /** Tells the others of a stored file. */
  readonly say: (body: EventBody) => void;
  readonly print: (line: string) => void;
}

/** A committed file, and where the line ends that has committed it. */
interface Due {
  readonly file: WorkflowFile;
  readonly end: number;
}

/**
 * Stores the finished files of this machine at the server, one after the other.
 * The others get to know of the commit of a file when all of it is there.
 */
export class Carrier {
  readonly #machine: string;
  readonly #stored: StoredFiles;
  readonly #served: ServedFiles;
  readonly #hooks: CarrierHooks;
  readonly #due: Due[] = [];
  readonly #news = new Listener();
  #isBusy = false;

  constructor(
    machine: string,
    stored: StoredFiles,
    served: ServedFiles,
    hooks: CarrierHooks,
  ) {
    this.#machine = machine;
    this.#stored = stored;
    this.#served = served;
    this.#hooks = hooks;
  }

  /** Takes a committed file. */
  add(file: WorkflowFile, end: number): void {
    this.#due.push({ file, end });
    this.#news.wake();
  }

  /** Leaves out the files of which the others know already. */
  begin(known: ReadonlySet<number>): void {
    const due = this.#due.filter(({ file }) => !known.has(file.number));
    this.#due.splice(0, Infinity, ...due);
  }

  /** Whether files are still to be stored. */
  get isBusy(): boolean {
    return this.#isBusy || this.#due.length > 0;
  }

  /** Looks again whether the next file can be stored. */
  wake(): void {
    this.#news.wake();
  }

  /** Stores files until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [next] = this.#due;
      if (!next || !this.#hooks.isSent(next.end)) {
        await this.#news.next();
        continue;
      }
      this.#isBusy = true;
      this.#due.shift();
      await this.#carry(next.file, signal);
      this.#isBusy = false;
    }
  }

  async #carry(file: WorkflowFile, signal: AbortSignal): Promise<void> {
    const { number, path } = file;
    const size = this.#served.committedSize(file);
    const served = this.#served.find(number);
    if (!size || "why" in served) {
      const event = { event: "committed", file: number, size: 0 } as const;
      return this.#hooks.say({ ...event, gone: true });
    }
    try {
      await this.#stored
        .store(this.#machine, number, served, size.size, signal);
    } catch (error) {
      if (!(error instanceof NatsError)) throw error;
      // To the others it is never finished.
      this.#hooks.print(
        `Cannot carry "${path}", which other machines wait for in vain: ${error.message}`,
      );
      return;
    }
    this.#hooks.say({
      event: "committed",
      file: number,
      ...size,
      stored: true,
    });
  }
}
