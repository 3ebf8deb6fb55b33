import {
  isConflict,
  jetStreamCode,
  type NatsConnected,
  natsFailure,
} from "../../nats/mod.ts";
import { CapioError } from "../platform/mod.ts";
import { WIRE_FORMAT, workflowToken } from "./wire/mod.ts";

/** What is known at the server of a run. */
export interface RunRecord {
  /** The version of what its agents send each other. */
  readonly format: number;
  /** The random id of the run. */
  readonly run: string;
  /** Of the configuration, if the workflow has one. */
  readonly digest?: string;
  /** Set once the run has ended, for all machines. */
  readonly hasEnded?: true;
  /** The machines whose agents have left the run at its end. */
  readonly left?: readonly string[];
}

/** A record as it is stored. */
export interface StoredRecord {
  /** The place of the run among those of the workflow, from 1. */
  readonly n: number;
  readonly record: RunRecord;
  /** The sequence of the message that has the record. */
  readonly seq: number;
}

const BUCKET = "sluice_runs";
const STREAM = `KV_${BUCKET}`;

/** The runs of workflows, in a bucket of the server's key-value store. */
export class RunRecords {
  readonly #connected: NatsConnected;
  readonly #js;
  readonly #workflow: string;

  constructor(connected: NatsConnected, workflow: string) {
    this.#connected = connected;
    this.#workflow = workflow;
    const { libraries, connection } = connected;
    this.#js = libraries.jetstream.jetstream(connection, { timeout: 5000 });
  }

  /** Makes the bucket, unless it is there. */
  async open(): Promise<void> {
    const { jetstream } = this.#connected.libraries;
    try {
      const manager = await this.#js.jetstreamManager(false);
      await manager.streams.add({
        name: STREAM,
        subjects: [`$KV.${BUCKET}.>`],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
        max_msgs_per_subject: 1,
        allow_direct: true,
        allow_rollup_hdrs: true,
        deny_delete: true,
      });
    } catch (error) {
      throw natsFailure(`use JetStream of ${this.#connected.servers}`, error);
    }
  }

  /** Returns the latest run of the workflow; `undefined` if there was none. */
  async latest(): Promise<StoredRecord | undefined> {
    const manager = await this.#js.jetstreamManager(false);
    const filter = this.#subject("*");
    const info = await manager.streams.info(STREAM, {
      subjects_filter: filter,
    });
    const numbers = Object.keys(info.state.subjects ?? {})
      .map((it) => Number(it.slice(it.lastIndexOf(".") + 1)));
    if (numbers.length === 0) return undefined;
    return await this.read(Math.max(...numbers));
  }

  /** Returns a run of the workflow. */
  async read(n: number): Promise<StoredRecord | undefined> {
    const manager = await this.#js.jetstreamManager(false);
    const message = await manager.streams
      .getMessage(STREAM, { last_by_subj: this.#subject(n) });
    if (!message) return undefined;
    const record: unknown = JSON.parse(new TextDecoder().decode(message.data));
    return { n, record: checked(record), seq: message.seq };
  }

  /** Stores a record of a new run, and returns whether nobody was faster. */
  create(n: number, record: RunRecord): Promise<boolean> {
    return this.#put(n, record, 0);
  }

  /** Replaces a record, unless somebody else has done so. */
  update({ n, seq }: StoredRecord, record: RunRecord): Promise<boolean> {
    return this.#put(n, record, seq);
  }

  async #put(
    n: number,
    record: RunRecord,
    lastSubjectSequence: number,
  ): Promise<boolean> {
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    try {
      await this.#js.publish(this.#subject(n), bytes, {
        expect: { lastSubjectSequence },
      });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      // One that was not acknowledged may have been stored all the same.
      if (jetStreamCode(error) === undefined) {
        const stored = await this.read(n).catch(() => undefined);
        if (
          stored && JSON.stringify(stored.record) === JSON.stringify(record)
        ) {
          return true;
        }
      }
      throw natsFailure("store the record of the run", error);
    }
  }

  #subject(n: number | "*"): string {
    return `$KV.${BUCKET}.${workflowToken(this.#workflow)}.${n}`;
  }
}

/** How an agent leaves a run that has ended. */
export interface Leaving {
  readonly machine: string;
  /** The machines that take part to the end, this one too. */
  readonly present: readonly string[];
  /** Removes the journal of the run. */
  readonly removeStream: () => Promise<void>;
}

/**
 * Notes in the record of a run that it has ended, and that the agent of a machine
 * leaves it. The last one that leaves removes the journal.
 */
export async function leaveRun(
  records: RunRecords,
  n: number,
  { machine, present, removeStream }: Leaving,
): Promise<void> {
  for (;;) {
    const stored = await records.read(n);
    if (!stored) return;
    const left = [...new Set([...stored.record.left ?? [], machine])];
    const record = { ...stored.record, hasEnded: true, left } as const;
    if (!await records.update(stored, record)) continue;
    if (present.every((it) => left.includes(it))) await removeStream();
    return;
  }
}

function checked(value: unknown): RunRecord {
  const { format, run, digest, hasEnded, left } = Object(value);
  if (format !== WIRE_FORMAT) {
    throw new CapioError(
      "UNKNOWN_FORMAT",
      `The agents of the run must have format ${WIRE_FORMAT}, found ${format}. Use the same version of sluice on all machines`,
    );
  }
  return {
    format,
    run: String(run),
    ...(typeof digest === "string" && { digest }),
    ...(hasEnded === true && { hasEnded }),
    ...(Array.isArray(left) && { left: left.map(String) }),
  };
}
