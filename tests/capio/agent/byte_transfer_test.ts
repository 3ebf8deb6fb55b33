import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { createHash } from "node:crypto";
import { join } from "@std/path";
import {
  ByteClient,
  type FetchEnd,
} from "../../../src/capio/agent/bytes/byte_client.ts";
import {
  ByteService,
  type ServedFile,
} from "../../../src/capio/agent/bytes/byte_service.ts";
import { decodeRequest, newAnswer } from "../../../src/capio/agent/wire/mod.ts";
import { connectNats, type NatsConnected } from "../../../src/nats/mod.ts";
import { writeAllSync } from "../../../src/internal/mod.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const MEBIBYTE = 1 << 20;
const never = new AbortController().signal;

/** A home with one file, a reader with its replica, and the server between them. */
class Pair implements AsyncDisposable {
  readonly #resources = new AsyncDisposableStack();
  readonly #directory = this.#resources.use(new TemporaryDirectory());
  readonly #home = this.#open("home");
  readonly #replica = this.#open("replica");
  readonly #subject = `sluice.${crypto.randomUUID()}.r.north`;
  readonly #servedBy: NatsConnected;
  readonly client: ByteClient;
  isGrowing = true;
  size = 0;
  whole: number | undefined;

  private constructor(home: NatsConnected, reader: NatsConnected) {
    this.#servedBy = home;
    this.client = new ByteClient(reader);
    for (const { connection } of [home, reader]) {
      this.#resources.defer(() => connection.close());
    }
  }

  static async start(server: NatsServer): Promise<Pair> {
    const servers = server.address;
    return new Pair(
      await connectNats({ servers }),
      await connectNats({ servers }),
    );
  }

  serve(): ByteService {
    const file: ServedFile = {
      isGrowing: () => this.isGrowing,
      readAt: (bytes, offset) => {
        this.#home.seekSync(offset, Deno.SeekMode.Start);
        return this.#home.readSync(bytes) ?? 0;
      },
    };
    const service = new ByteService(
      this.#servedBy,
      this.#subject,
      (number) => number === 7 ? file : { why: "nobody made it" },
    );
    return this.#resources.use(service);
  }

  append(bytes: Uint8Array): void {
    this.#home.seekSync(0, Deno.SeekMode.End);
    writeAllSync(this.#home, bytes);
    this.size += bytes.length;
  }

  commit(): void {
    this.isGrowing = false;
    this.whole = this.size;
  }

  fetch(
    { number = 7, signal = never, wrote = () => {} }: {
      number?: number;
      signal?: AbortSignal;
      wrote?: (size: number) => void;
    } = {},
  ): Promise<FetchEnd> {
    let size = this.#replica.seekSync(0, Deno.SeekMode.End);
    return this.client.fetch({
      number,
      size,
      subject: this.#subject,
      wholeSize: () => this.whole,
      write: (bytes) => {
        writeAllSync(this.#replica, bytes);
        size += bytes.length;
        wrote(size);
      },
    }, signal);
  }

  assertSame(): void {
    const [home, replica] = ["home", "replica"].map((name) =>
      createHash("sha256").update(Deno.readFileSync(this.#path(name)))
        .digest("hex")
    );
    assertEquals(replica, home);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #path(name: string): string {
    return join(this.#directory.path, name);
  }

  #open(name: string): Deno.FsFile {
    const file = Deno.openSync(this.#path(name), {
      createNew: true,
      read: true,
      write: true,
    });
    return this.#resources.use(file);
  }
}

function random(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes;
}

Deno.test({
  name: "bytes of files of other machines",
  ignore: !hasNatsServer,
  fn: async (t) => {
    await using server = await NatsServer.start();

    await t.step("a committed file comes whole", async () => {
      await using pair = await Pair.start(server);
      pair.serve();
      pair.append(random(5 * MEBIBYTE + 3));
      pair.commit();
      assertEquals(await pair.fetch(), { type: "whole" });
      pair.assertSame();
      assertEquals(await pair.fetch(), { type: "whole" });
    });

    await t.step(
      "a file comes while it grows, in pieces of any size",
      async () => {
        await using pair = await Pair.start(server);
        pair.serve();
        let here = 0;
        const fetching = pair.fetch({ wrote: (size) => here = size });
        for (
          const size of [1, 4095, 4096, 4097, 300_000, 7, 2_000_000, 16_384]
        ) {
          pair.append(random(size));
          while (here < pair.size) await delay(1);
        }
        pair.append(random(100));
        pair.commit();
        assertEquals(await fetching, { type: "whole" });
        pair.assertSame();
      },
    );

    await t.step("a replica is continued where it ends", async () => {
      await using pair = await Pair.start(server);
      pair.serve();
      pair.append(random(3 * MEBIBYTE));
      const enough = new AbortController();
      const fetching = pair.fetch({
        signal: enough.signal,
        wrote: (size) => size > MEBIBYTE && enough.abort(),
      });
      await assertRejects(() => fetching, DOMException);
      pair.commit();
      assertEquals(await pair.fetch(), { type: "whole" });
      pair.assertSame();
    });

    await t.step("a request for what is gone says why", async () => {
      await using pair = await Pair.start(server);
      pair.serve();
      assertEquals(await pair.fetch({ number: 8 }), {
        type: "gone",
        why: "nobody made it",
      });
    });

    await t.step("an abort ends a wait for bytes at once", async () => {
      await using pair = await Pair.start(server);
      pair.serve();
      const enough = new AbortController();
      const fetching = pair.fetch({ signal: enough.signal });
      await delay(20);
      enough.abort();
      await assertRejects(() => fetching, DOMException);
    });

    await t.step("what no home answers is asked again", async () => {
      await using pair = await Pair.start(server);
      pair.append(random(1000));
      pair.commit();
      const fetching = pair.fetch();
      await delay(20);
      pair.serve();
      assertEquals(await fetching, { type: "whole" });
      pair.assertSame();
    });

    await t.step(
      "all files together ask for a bounded number of bytes",
      async () => {
        const servers = server.address;
        const home = await connectNats({ servers });
        const reader = await connectNats({ servers });
        const waiting: (() => void)[] = [];
        let [asked, most] = [0, 0];
        home.connection.subscribe("many", {
          callback: (_, message) => {
            const request = decodeRequest(message.data);
            assert(request);
            most = Math.max(most, asked += request.most);
            waiting.push(() => {
              asked -= request.most;
              const answer = newAnswer(request.most);
              message.respond(answer.subarray(0, 1 + request.most));
            });
          },
        });
        await home.connection.flush();
        const client = new ByteClient(reader);
        const whole = 2 * MEBIBYTE;
        let written = 0;
        const ends = Array.from({ length: 100 }, (_, number) =>
          client.fetch({
            number,
            size: 0,
            subject: "many",
            wholeSize: () => whole,
            write: (bytes) => void (written += bytes.length),
          }, never));
        const all = Promise.all(ends);
        let isOver = false;
        const over = all.finally(() => isOver = true);
        while (!isOver) {
          for (const answer of waiting.splice(0, 50)) answer();
          await delay(1);
        }
        await over;
        assertEquals(written, 100 * whole);
        const bound = 16 * MEBIBYTE + 100 * 16 * 1024;
        assert(most <= bound, `${most} bytes were under way`);
        await home.connection.close();
        await reader.connection.close();
      },
    );

    await t.step(
      "a server that is killed and starts again loses and doubles nothing",
      async () => {
        await using own = await NatsServer.start();
        await using pair = await Pair.start(own);
        pair.serve();
        const parts = 64;
        const places = [3, 17, 18, 40].map((it) => it * MEBIBYTE);
        let killing: Promise<void> | undefined;
        const fetching = pair.fetch({
          wrote: (size) => {
            if (killing || size < (places[0] ?? Infinity)) return;
            places.shift();
            killing = own.kill().then(() => own.startAgain())
              .finally(() => killing = undefined);
          },
        });
        for (let i = 0; i < parts; i++) {
          pair.append(random(MEBIBYTE));
          await delay(1);
        }
        pair.commit();
        assertEquals(await fetching, { type: "whole" });
        await killing;
        assertEquals(places, []);
        pair.assertSame();
      },
    );
  },
});
