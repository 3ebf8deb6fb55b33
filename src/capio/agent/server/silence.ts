/** What happened in a tick, the time between two heartbeats. */
export interface Tick {
  /** The machines whose heartbeats came. */
  readonly heard: ReadonlySet<string>;
  /** The machines that are waited for. */
  readonly watched: Iterable<string>;
  /** Whether the journal of the run could be reached. */
  readonly isReachable: boolean;
}

/**
 * Counts the ticks for which machines have been silent. A tick in which this
 * machine did not hear itself, or could not reach the journal, does not count:
 * then its own network may be gone, or it may have been stopped. So no clock
 * decides, and a tick counts once however long it took.
 */
export class Silence {
  readonly #machine: string;
  readonly #limit: number;
  readonly #ticks = new Map<string, number>();

  /** Counts for a machine, up to a limit in ticks. */
  constructor(machine: string, limit: number) {
    this.#machine = machine;
    this.#limit = limit;
  }

  /** How many ticks a machine has been silent. */
  of(machine: string): number {
    return this.#ticks.get(machine) ?? 0;
  }

  /** Counts a tick, and returns the machines that have been silent for too long. */
  count({ heard, watched, isReachable }: Tick): string[] {
    const counts = isReachable && heard.has(this.#machine);
    const lost: string[] = [];
    for (const machine of watched) {
      if (heard.has(machine)) this.#ticks.set(machine, 0);
      else if (counts) this.#ticks.set(machine, this.of(machine) + 1);
      if (this.of(machine) >= this.#limit) lost.push(machine);
    }
    return lost;
  }
}
