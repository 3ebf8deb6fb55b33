import {
  isSizedReadingOver,
  type SizedReading,
  type WorkflowFile,
} from "../journal/mod.ts";
import type { Workflow } from "./workflow.ts";

/** Says that a program went by a size, or may have, and what to do about it. */
export function describeSizedReading(
  app: string,
  { path, told, readTo = 0 }: Pick<SizedReading, "path" | "told" | "readTo">,
  now: number,
): string {
  const read = readTo > told ? "did not read it to its end" : "read no further";
  return `"${app}" was told that "${path}" has ${told} bytes, and ${read}, but it has ${now} by now: a program that goes by sizes needs the mode "update" for its file`;
}

/**
 * Tells a writer of members that went by the size of its files and have ended:
 * they cannot be told any more.
 */
export class SizeWarnings {
  readonly #workflow: Workflow;
  readonly #sizeNow: (file: WorkflowFile) => number | undefined;
  readonly #told = new WeakSet<SizedReading>();

  /** Gets present sizes from `sizeNow`; `undefined` for a file without a name. */
  constructor(
    workflow: Workflow,
    sizeNow: (file: WorkflowFile) => number | undefined,
  ) {
    this.#workflow = workflow;
    this.#sizeNow = sizeNow;
  }

  /** Looks at the files of this member that others went by. */
  look(): void {
    const { state, id } = this.#workflow;
    if (state.sizedReadings.length === 0) return;
    for (const reading of state.sizedReadings) {
      // The reader has warned itself if it knew of a size.
      if (reading.size !== undefined || this.#told.has(reading)) continue;
      if (!isSizedReadingOver(state, reading)) continue;
      const file = state.paths.get(reading.path);
      if (file?.number !== reading.file || !file.writers.has(id)) continue;
      const now = this.#sizeNow(file) ?? 0;
      const { told, readTo = 0, member } = reading;
      if (now <= Math.max(told, readTo)) continue;
      this.#told.add(reading);
      const app = state.members.get(member)?.app ?? member;
      console.warn(`sluice: ${describeSizedReading(app, reading, now)}`);
    }
  }

  /** Looks at the end of the member, also at members that have died. */
  end(): void {
    if (this.#workflow.state.sizedReadings.length === 0) return;
    this.#workflow.lookAround();
    this.look();
  }
}
