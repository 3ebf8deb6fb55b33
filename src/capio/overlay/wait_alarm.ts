import { dependenciesOf } from "../cl/mod.ts";
import type { WorkflowFile } from "../journal/mod.ts";
import type { Alarm, WatchedFile } from "../platform/mod.ts";
import type { Workflow } from "../workflow/mod.ts";

/** How often a wait asks to be rung without a sleep in between. */
const MOST_ATTEMPTS = 3;

/** The growth of a file that a wait is for. */
export interface Growth {
  /** Returns the file, `undefined` when it has lost its name. */
  file(): WatchedFile | undefined;
  /** Returns whether there are more bytes. */
  hasMore(): boolean;
}

/** What a wait is about. */
export interface WaitSubject {
  readonly path: string;
  /** The file, when it may have lost that name. */
  readonly file?: WorkflowFile;
  readonly growth?: Growth;
}

/** Ends the sleeps of one wait: at news, at a ring, when a file grows. */
export class WaitAlarm implements Alarm {
  readonly growing?: () => WatchedFile | undefined;
  spinsUntil?: number;
  readonly #workflow: Workflow;
  readonly #subject: WaitSubject;
  #attempts = 0;

  /** Stands for a wait of a member. */
  constructor(workflow: Workflow, subject: WaitSubject) {
    this.#workflow = workflow;
    this.#subject = subject;
    this.growing = subject.growth?.file;
  }

  hasNews(): boolean {
    return this.#subject.growth?.hasMore() || this.#workflow.hasNews();
  }

  set(): boolean {
    // Otherwise it cannot be reported.
    const isOver = this.#attempts === MOST_ATTEMPTS;
    if (isOver || this.isSet) {
      this.#attempts = 0;
      return false;
    }
    this.#attempts++;
    this.#workflow.askForRing(this.#path);
    return true;
  }

  get isSet(): boolean {
    return this.#workflow.willBeRung(this.#path);
  }

  /** The path of which the others tell; the root stands for anything. */
  get #path(): string {
    const { path, file } = this.#subject;
    if (file && file.path !== path) return "";
    const { engine } = this.#workflow.state;
    // A directory may be complete by something that lies elsewhere.
    const isDependent = engine.isDirectory(path) &&
      dependenciesOf(engine.commitRule(path)) !== undefined;
    return isDependent ? "" : path;
  }
}
