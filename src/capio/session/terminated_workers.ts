/** How many workers have ended before their time. */
export interface TerminatedWorkers {
  readonly count: number;
}

/**
 * Counts the workers that this program terminates, and those that an error
 * ends, from now on. Nothing else tells that they did not end by themselves.
 */
export function countTerminatedWorkers(): TerminatedWorkers {
  const seen = new WeakSet<Worker>();
  const gone = { count: 0 };
  const add = (worker: Worker) => {
    if (seen.has(worker)) return;
    seen.add(worker);
    gone.count++;
  };
  globalThis.Worker = class Worker extends globalThis.Worker {
    constructor(specifier: string | URL, options?: WorkerOptions) {
      super(specifier, options);
      this.addEventListener("error", () => add(this));
    }

    override terminate(): void {
      add(this);
      super.terminate();
    }
  };
  return gone;
}
