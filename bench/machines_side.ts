/**
 * One side of the bench of bytes between machines: `ask` and `answer` over the
 * byte client and service, `publish` and `consume` over a bare stream. It prints
 * `ready`, begins when it reads a line, and prints its result as JSON.
 */
import { delay } from "@std/async";
import { ByteClient } from "../src/capio/agent/bytes/byte_client.ts";
import { ByteService } from "../src/capio/agent/bytes/byte_service.ts";
import { connectNats, type NatsConnected } from "../src/nats/mod.ts";

/** The bytes of a chunk, and how many of them are under way. */
const CHUNK = 256 * 1024;
const WINDOW = 16;
const SUBJECT = "sluice.bench.r.north";
const STREAM = "bench";

const [role, address, path, bytes] = Deno.args;
const size = Number(bytes);
let resident = 0;
const watch = setInterval(() => {
  resident = Math.max(resident, Deno.memoryUsage().rss);
}, 20);

const connected = await connectNats({ servers: address });
const begin = await prepare(role, connected);
console.log("ready");
await Deno.stdin.read(new Uint8Array(100));
await begin();
clearInterval(watch);
console.log(JSON.stringify({ resident }));
await connected.connection.close();

async function prepare(
  role: string,
  connected: NatsConnected,
): Promise<() => Promise<void>> {
  const { connection, libraries: { jetstream } } = connected;
  const js = jetstream.jetstream(connection);
  switch (role) {
    case "answer": {
      const file = Deno.openSync(path);
      const service = new ByteService(connected, SUBJECT, () => ({
        isGrowing: () => false,
        readAt: (bytes, offset) => {
          file.seekSync(offset, Deno.SeekMode.Start);
          return file.readSync(bytes) ?? 0;
        },
      }));
      await connection.flush();
      return async () => {
        // Until the other side has all.
        await Deno.stdin.read(new Uint8Array(100));
        await service[Symbol.asyncDispose]();
        file.close();
      };
    }
    case "ask":
      return async () => {
        using file = Deno.openSync(path, { create: true, write: true });
        await new ByteClient(connected).fetch({
          number: 0,
          subject: SUBJECT,
          size: 0,
          wholeSize: () => size,
          write: (bytes) => writeAll(file, bytes),
        }, new AbortController().signal);
      };
    case "publish": {
      const manager = await js.jetstreamManager();
      await manager.streams.delete(STREAM).catch(() => {});
      await manager.streams.add({ name: STREAM, subjects: [STREAM] });
      return async () => {
        using file = Deno.openSync(path);
        const underWay: Promise<unknown>[] = [];
        for (;;) {
          const chunk = new Uint8Array(CHUNK);
          const count = file.readSync(chunk);
          if (count === null) break;
          if (underWay.length === WINDOW) await underWay.shift();
          underWay.push(js.publish(STREAM, chunk.subarray(0, count)));
        }
        await Promise.all(underWay);
        await Deno.stdin.read(new Uint8Array(100));
      };
    }
    case "consume":
      return async () => {
        using file = Deno.openSync(path, { create: true, write: true });
        const consumer = await js.consumers.get(STREAM);
        const messages = await consumer.consume({
          max_bytes: CHUNK * WINDOW,
          expires: 5000,
          idle_heartbeat: 500,
        });
        let rest = size;
        for await (const { data } of messages) {
          writeAll(file, data);
          rest -= data.length;
          if (rest === 0) break;
        }
        await delay(0);
      };
    default:
      throw new TypeError(`There is no role "${role}"`);
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
