import { CapioWorkspace } from "@sluice/sluice/capio";
import {
  encodeEvent,
  type JournalEvent,
  JournalReader,
} from "../src/capio/journal/mod.ts";
import { TestDirectory } from "../tests/capio/step.ts";

const RULES = [{
  path: "**",
  committed: "on_close",
  fire: "no_update",
}] as const;
/** Files whose events are appended in one write. */
const FILES_AT_ONCE = 10_000;
/** Events take more for a file. */
const MOST_CHECKPOINT_BYTES = 100;

/**
 * A running workflow with many finished files. The first one is really written;
 * of each other one the journal says the same.
 */
export class LargeWorkflow implements Disposable {
  readonly #directory = new TestDirectory();
  readonly #writer: CapioWorkspace;

  constructor(files: number, { checkpoint = false } = {}) {
    const { capioDir } = this;
    this.#writer = new CapioWorkspace({ capioDir, rules: RULES });
    if (files === 0) return;
    this.#writer.fs.mkdirSync(`${capioDir}/results`);
    const before = this.#events().length;
    this.#writer.fs.writeTextFileSync(`${capioDir}/${nameOf(0)}`, "small");
    const events = this.#events().slice(before);
    using journal = Deno.openSync(this.journal, { append: true });
    for (let file = 1; file < files; file += FILES_AT_ONCE) {
      const count = Math.min(FILES_AT_ONCE, files - file);
      const bytes = Array.from(
        { length: count },
        (_, n) => events.map((event) => encodeEvent(ofFile(event, file + n))),
      ).flat();
      journal.writeSync(joined(bytes));
    }
    if (!checkpoint) return;
    // The member that reads on finds that the journal has grown.
    this.#writer.fs.writeTextFileSync(`${capioDir}/last`, "small");
    this.#writer.fs.removeSync(`${capioDir}/last`);
    if (Deno.statSync(this.journal).size > MOST_CHECKPOINT_BYTES * files) {
      throw new Error(
        "Expected a checkpoint, found the events themselves: it takes more files",
      );
    }
  }

  /** The directory of the workflow. */
  get capioDir(): string {
    return this.#directory.path;
  }

  [Symbol.dispose](): void {
    this.#writer.leave();
    this.#directory[Symbol.dispose]();
  }

  /** The path of its journal. */
  get journal(): string {
    return `${this.capioDir}/.capio/CAPIO/journal`;
  }

  #events(): JournalEvent[] {
    using reader = new JournalReader(this.journal);
    return [...reader.read()].filter((event) => event !== undefined);
  }
}

function nameOf(file: number): string {
  return `results/part-${String(file).padStart(7, "0")}.csv`;
}

/** Returns an event of the first file as that of another one. */
function ofFile(event: JournalEvent, file: number): JournalEvent {
  return {
    ...event,
    ...("path" in event && { path: nameOf(file) }),
    ...("handle" in event && { handle: (event.handle ?? 0) + 2 * file }),
    ...("files" in event && { files: event.files?.map((it) => it + file) }),
  } as JournalEvent;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const size = pieces.reduce((size, { length }) => size + length, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
