import type { EntryCheck } from "../platform/mod.ts";
import { fold, initialState } from "./fold/mod.ts";
import { JournalReader } from "./journal.ts";
import type { JournalFormat } from "./journal_format.ts";
import type { WorkflowState } from "./state/mod.ts";

/** Follows a journal and keeps the state as far as it has been read. */
export class JournalFollower implements Disposable {
  readonly #reader: JournalReader;
  #state: WorkflowState;
  #lines = 0;

  /** Opens the journal at `path` of a workflow in `capioDir`; reads nothing yet. */
  constructor(path: string, capioDir: string, check?: EntryCheck) {
    this.#reader = new JournalReader(path, check);
    this.#state = initialState(capioDir);
  }

  /** What the first line of the journal says. */
  get format(): JournalFormat {
    return this.#reader.format;
  }

  /** The state at the last event read. */
  get state(): WorkflowState {
    return this.#state;
  }

  /** How many lines have been read. */
  get lines(): number {
    return this.#lines;
  }

  /** Reads what has been appended since the last call. */
  catchUp(): WorkflowState {
    for (const event of this.#reader.read()) {
      this.#state = fold(this.#state, event);
      this.#lines++;
    }
    return this.#state;
  }

  /** Tells whether `path` still names this journal, and not one of a later run. */
  isAt(path: string): boolean {
    return this.#reader.isAt(path);
  }

  /** Releases the journal. */
  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}
