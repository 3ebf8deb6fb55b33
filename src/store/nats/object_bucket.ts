import {
  type NatsConnected,
  natsFailure,
  type NatsLibraries,
} from "../../nats/mod.ts";
import {
  allInfoSubjects,
  chunkSubject,
  decodeInfo,
  infoSubject,
  nameOf,
  type ObjectInfo,
  streamOf,
} from "./object_layout.ts";

type Library = NatsLibraries["jetstream"];
type Client = ReturnType<Library["jetstream"]>;
type Manager = Awaited<ReturnType<Library["jetstreamManager"]>>;

/** How long a request may take, in ms. */
const REQUEST_MILLISECONDS = 5_000;

/** How a bucket is made. */
export interface BucketOptions {
  readonly create: boolean;
  readonly replicas: number;
}

/** A description together with its place in the stream. */
export interface FoundObject {
  readonly info: ObjectInfo;
  /** The number of its message: a later description has a higher one. */
  readonly revision: number;
  /** When the server got it, in milliseconds since 1970. */
  readonly time: number;
}

/** A bucket of NATS's object store: its stream, and requests about it. */
export class ObjectBucket {
  readonly name: string;
  readonly stream: string;
  readonly client: Client;
  readonly connected: NatsConnected;
  readonly #manager: Manager;

  private constructor(
    name: string,
    connected: NatsConnected,
    client: Client,
    manager: Manager,
  ) {
    this.name = name;
    this.stream = streamOf(name);
    this.connected = connected;
    this.client = client;
    this.#manager = manager;
  }

  /** Opens a bucket, `undefined` if there is none and none is made. */
  static async open(
    name: string,
    connected: NatsConnected,
    { create, replicas }: BucketOptions,
  ): Promise<ObjectBucket | undefined> {
    const { connection, libraries: { jetstream } } = connected;
    const options = { timeout: REQUEST_MILLISECONDS, checkAPI: false };
    const manager = await jetstream.jetstreamManager(connection, options);
    const client = jetstream.jetstream(connection, options);
    const bucket = new ObjectBucket(name, connected, client, manager);
    if (await bucket.#isThere()) return bucket;
    if (!create) return undefined;
    await bucket.request("make the bucket", () =>
      manager.streams.add({
        name: bucket.stream,
        subjects: [`$O.${name}.C.>`, allInfoSubjects(name)],
        storage: jetstream.StorageType.File,
        discard: jetstream.DiscardPolicy.New,
        num_replicas: replicas,
        allow_direct: true,
        allow_rollup_hdrs: true,
      }));
    return bucket;
  }

  /** Makes a request, whose failure becomes one line. */
  async request<T>(doing: string, make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      throw this.failure(doing, error);
    }
  }

  /** What the failure of a request means. */
  failure(doing: string, error: unknown): Error {
    const { servers } = this.connected;
    return natsFailure(`${doing} "${this.name}" at ${servers}`, error);
  }

  /** Looks up the description of a key. */
  async find(key: string): Promise<FoundObject | undefined> {
    const message = await this.request(
      "look into the bucket",
      () =>
        this.#manager.streams.getMessage(this.stream, {
          last_by_subj: infoSubject(this.name, nameOf(key)),
        }),
    );
    if (message === null) return undefined;
    const info = decodeInfo(message.data);
    if (info === undefined) return undefined;
    const time = message.time.getTime();
    return { info, revision: message.seq, time };
  }

  /** Removes bytes that no description names any more. */
  async removeChunks(nuid: string): Promise<void> {
    const filter = chunkSubject(this.name, nuid);
    await this.request(
      "remove old bytes from the bucket",
      () => this.#manager.streams.purge(this.stream, { filter }),
    );
  }

  /** Returns the number of messages of each id of bytes, or of one. */
  async chunkCounts(nuid = ">"): Promise<ReadonlyMap<string, number>> {
    const { state } = await this.request(
      "look into the bucket",
      () =>
        this.#manager.streams.info(this.stream, {
          subjects_filter: chunkSubject(this.name, nuid),
        }),
    );
    const start = chunkSubject(this.name, "").length;
    return new Map(
      Object.entries(state.subjects ?? {})
        .map(([subject, count]) => [subject.slice(start), count]),
    );
  }

  /**
   * Returns what time it is at the server, in milliseconds since 1970: the clock
   * of this machine may be another one. A message without bytes asks for it;
   * `undefined` if another sweep has removed that meanwhile.
   */
  async serverTime(): Promise<number | undefined> {
    const nuid = this.connected.libraries.core.nuid.next();
    const subject = chunkSubject(this.name, nuid);
    try {
      await this.request(
        "write to the bucket",
        () => this.client.publish(subject),
      );
      return await this.lastChunkTime(nuid);
    } finally {
      await this.removeChunks(nuid);
    }
  }

  /**
   * Returns when the last bytes with an id came, in milliseconds since 1970 by the
   * server; `undefined` if there are none.
   */
  async lastChunkTime(nuid: string): Promise<number | undefined> {
    const message = await this.request(
      "look into the bucket",
      () =>
        this.#manager.streams.getMessage(this.stream, {
          last_by_subj: chunkSubject(this.name, nuid),
        }),
    );
    return message?.time.getTime();
  }

  /** Makes a consumer that sends messages again when some were lost. */
  async consumer(options: {
    readonly subject: string;
    /** `true` for the last message of each subject. */
    readonly isLast?: boolean;
    /** The number of the first message. */
    readonly from?: number;
  }) {
    const { DeliverPolicy } = this.connected.libraries.jetstream;
    const { subject, isLast = false, from } = options;
    return await this.request(
      "read the bucket",
      () =>
        this.client.consumers.get(this.stream, {
          filter_subjects: subject,
          ...from !== undefined &&
            {
              deliver_policy: DeliverPolicy.StartSequence,
              opt_start_seq: from,
            },
          ...isLast && { deliver_policy: DeliverPolicy.LastPerSubject },
        }),
    );
  }

  /** Returns the numbers of the bucket, for people. */
  async size(): Promise<{ readonly bytes: number; readonly replicas: number }> {
    const { state, config } = await this.request(
      "look into the bucket",
      () => this.#manager.streams.info(this.stream),
    );
    return { bytes: state.bytes, replicas: config.num_replicas };
  }

  async #isThere(): Promise<boolean> {
    const { StreamNotFound } =
      this.connected.libraries.jetstream.JetStreamApiCodes;
    try {
      await this.#manager.streams.info(this.stream);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === StreamNotFound) return false;
      throw this.failure("open the bucket", error);
    }
  }
}
