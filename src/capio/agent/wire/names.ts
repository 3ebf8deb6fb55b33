/** The names of a run at the server. No path stands in any of them. */
export interface RunNames {
  /** The stream of the journal. */
  readonly stream: string;
  /** The subject of what a machine's agent publishes there. */
  journal(machine: string): string;
  /** The subject of requests for bytes to a machine. */
  bytes(machine: string): string;
  /** The subject of a machine's heartbeats. */
  heartbeat(machine: string): string;
  /** The stream of the bytes of stored files. */
  readonly store: string;
  /** The subject of the bytes of a file that is stored. */
  stored(machine: string, file: number): string;
  /** All subjects of stored files. */
  readonly allStored: string;
  /** All subjects of the journal. */
  readonly journals: string;
  /** All subjects of heartbeats. */
  readonly heartbeats: string;
}

/** Returns the names of a run. */
export function runNames(run: string): RunNames {
  const prefix = `sluice.${run}`;
  return {
    stream: `sluice_${run}`,
    store: `sluice_${run}_files`,
    stored: (machine, file) => `${prefix}.f.${machine}.${file}`,
    allStored: `${prefix}.f.*.*`,
    journal: (machine) => `${prefix}.j.${machine}`,
    bytes: (machine) => `${prefix}.r.${machine}`,
    heartbeat: (machine) => `${prefix}.h.${machine}`,
    journals: `${prefix}.j.*`,
    heartbeats: `${prefix}.h.*`,
  };
}

/** Returns the machine that a subject of a run names. */
export function machineOf(subject: string): string {
  return subject.slice(subject.lastIndexOf(".") + 1);
}

/** Encodes a workflow's name as a token of a subject. */
export function workflowToken(workflow: string): string {
  return encodeURIComponent(workflow)
    .replace(/[.*!'()~]/g, (it) => `%${it.charCodeAt(0).toString(16)}`)
    .replaceAll("%", "=");
}
