import { jetStreamCode, type NatsConnected } from "../../../nats/mod.ts";

/** On how many servers of a cluster a stream lies. */
const REPLICAS = 3;
/** API errors that say that there are fewer servers. */
const TOO_FEW_SERVERS: ReadonlySet<number | undefined> = new Set([
  10005,
  10074,
]);
/** The API error that says that the stream is there, with other settings. */
const IN_USE = 10058;

type JetStream = NatsConnected["libraries"]["jetstream"];
type StreamConfig = Parameters<
  Awaited<ReturnType<JetStream["jetstreamManager"]>>["streams"]["add"]
>[0];

/**
 * Makes a stream, unless it is there. On a cluster of three servers or more it
 * lies on three of them, so that one may fail.
 *
 * @throws What the library throws.
 */
export async function addStream(
  { connection, libraries: { jetstream } }: NatsConnected,
  config: StreamConfig,
  timeout: number,
): Promise<void> {
  const manager = await jetstream.jetstreamManager(connection, {
    checkAPI: false,
    timeout,
  });
  const isCluster = connection.info?.cluster !== undefined;
  for (const num_replicas of isCluster ? [REPLICAS, 1] : [1]) {
    try {
      await manager.streams.add({ ...config, num_replicas });
      return;
    } catch (error) {
      const code = jetStreamCode(error);
      if (code === IN_USE) return;
      if (num_replicas === 1 || !TOO_FEW_SERVERS.has(code)) throw error;
    }
  }
}
