import { delay } from "@std/async";
import {
  isConflict,
  type NatsConnected,
  NatsError,
  natsFailure,
} from "../../../nats/mod.ts";
import { CapioError, steadyClock } from "../../platform/mod.ts";
import { addStream } from "./replicated_stream.ts";
import { WIRE_FORMAT, workflowToken } from "../wire/mod.ts";

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

const READING = "read the records of the workflow's runs";
const BUCKET = "sluice_runs";
const STREAM = `KV_${BUCKET}`;

/** Time for one request to the server, in ms. */
const REQUEST_MILLISECONDS = 2000;
/** Pause before something is tried again, in ms. */
const PAUSE_MILLISECONDS = 250;

/** How {@linkcode RunRecords} wait for a server that is away. */
export interface RunRecordsOptions {
  /**
   * Seconds after which what the server does not answer fails.
   *
   * @default {60}
   */
  readonly serverTimeoutSeconds?: number;
  /** Ends every wait. */
  readonly signal?: AbortSignal;
}

/** The runs of workflows, in a bucket of the server's key-value store. */
export class RunRecords {
  readonly #connected: NatsConnected;
  readonly #js;
  readonly #workflow: string;
  readonly #options: RunRecordsOptions;
  #hasAnswered = false;

  /** Uses the records of one workflow. */
  constructor(
    connected: NatsConnected,
    workflow: string,
    options: RunRecordsOptions = {},
  ) {
    this.#connected = connected;
    this.#workflow = workflow;
    this.#options = options;
    const { libraries, connection } = connected;
    this.#js = libraries.jetstream.jetstream(connection, {
      timeout: REQUEST_MILLISECONDS,
    });
  }

  /** Makes the bucket, unless it is there. */
  async open(): Promise<void> {
    const { libraries: { jetstream }, servers } = this.#connected;
    await this.#patiently(`use JetStream of ${servers}`, async () => {
      await addStream(this.#connected, {
        name: STREAM,
        subjects: [`$KV.${BUCKET}.>`],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
        max_msgs_per_subject: 1,
        allow_direct: true,
        allow_rollup_hdrs: true,
        deny_delete: true,
      }, REQUEST_MILLISECONDS);
    });
  }

  /** Returns the latest run of the workflow; `undefined` if there was none. */
  async latest(): Promise<StoredRecord | undefined> {
    const filter = this.#subject("*");
    const { state } = await this.#patiently(READING, async () => {
      const manager = await this.#js.jetstreamManager(false);
      return manager.streams.info(STREAM, { subjects_filter: filter });
    });
    const numbers = Object.keys(state.subjects ?? {})
      .map((it) => Number(it.slice(it.lastIndexOf(".") + 1)));
    if (numbers.length === 0) return undefined;
    return await this.read(Math.max(...numbers));
  }

  /** Returns a run of the workflow. */
  async read(n: number): Promise<StoredRecord | undefined> {
    const message = await this.#patiently(READING, async () => {
      const manager = await this.#js.jetstreamManager(false);
      // Asked of the leader: another server may not know of the last one yet.
      return manager.streams
        .getMessage(STREAM, { last_by_subj: this.#subject(n) });
    });
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
    const subject = this.#subject(n);
    const doing = "store the record of the run";
    const isFirst = await this.#patiently(doing, async () => {
      try {
        const { duplicate } = await this.#js.publish(subject, bytes, {
          expect: { lastSubjectSequence },
          // A cluster of servers 2.9 lets several win that expect the same, and
          // stores one of several messages of the same id.
          msgID: `${subject}.${lastSubjectSequence}`,
        });
        return !duplicate;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    });
    if (isFirst) return true;
    // One that was not acknowledged may have been stored all the same.
    const stored = await this.read(n);
    return JSON.stringify(stored?.record) === JSON.stringify(record);
  }

  /** Tries something again while the server is away. */
  async #patiently<T>(doing: string, fn: () => Promise<T>): Promise<T> {
    const { serverTimeoutSeconds = 60, signal } = this.#options;
    const end = steadyClock() + serverTimeoutSeconds * 1000;
    for (;;) {
      signal?.throwIfAborted();
      try {
        const result = await fn();
        this.#hasAnswered = true;
        return result;
      } catch (error) {
        const failure = natsFailure(doing, error);
        const isAway = failure instanceof NatsError && this.#isAway(failure);
        const isClosed = this.#connected.connection.isClosed();
        if (!isAway || isClosed || steadyClock() >= end) throw failure;
        await delay(PAUSE_MILLISECONDS, { signal });
      }
    }
  }

  #isAway({ code }: NatsError): boolean {
    // A cluster without a leader says that it has no JetStream.
    return code === "TIMEOUT" || code === "UNREACHABLE" ||
      code === "NO_JETSTREAM" && this.#hasAnswered;
  }

  #subject(n: number | "*"): string {
    return `$KV.${BUCKET}.${workflowToken(this.#workflow)}.${n}`;
  }
}

/** How an agent leaves a run. */
export interface Leaving {
  readonly machine: string;
  /** Whether the run has ended, or goes on without this machine. */
  readonly isOver: boolean;
  /** The machines that take part, this one too. */
  readonly present: readonly string[];
  /** Removes the journal of the run. */
  readonly removeStream: () => Promise<void>;
}

/**
 * Notes in the record of a run that the agent of a machine leaves it. The run has
 * ended when all have left; the last one removes the journal.
 */
export async function leaveRun(
  records: RunRecords,
  n: number,
  { machine, isOver, present, removeStream }: Leaving,
): Promise<void> {
  for (;;) {
    const stored = await records.read(n);
    if (!stored) return;
    const left = [...new Set([...stored.record.left ?? [], machine])];
    const isLast = present.every((it) => left.includes(it));
    const record: RunRecord = {
      ...stored.record,
      ...((isOver || isLast) && { hasEnded: true }),
      left,
    };
    if (!await records.update(stored, record)) continue;
    if (isLast) await removeStream();
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
