import { withNameOf } from "../../internal/mod.ts";

/** The number of workers that were terminated or ended by an error. */
export interface TerminatedWorkers {
  readonly count: number;
}

/**
 * Counts, from now on, the workers that this program terminates and those that
 * an error ends. The runtime has no other report of that.
 */
export function countTerminatedWorkers(): TerminatedWorkers {
  const seen = new WeakSet<Worker>();
  const terminated = { count: 0 };
  const add = (worker: Worker) => {
    if (seen.has(worker)) return;
    seen.add(worker);
    terminated.count++;
  };
  const { Worker } = globalThis;
  const CountedWorker = class extends Worker {
    constructor(specifier: string | URL, options: WorkerOptions = {}) {
      super(specifier, options);
      this.addEventListener("error", () => add(this));
    }

    override terminate(): void {
      add(this);
      super.terminate();
    }
  };
  globalThis.Worker = withNameOf(Worker, CountedWorker);
  return terminated;
}
