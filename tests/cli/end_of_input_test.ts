import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl } from "@std/path";
import { openStore, Store } from "../../src/store/mod.ts";
import {
  BytesPayloadType,
  Channel,
  Key,
  serveTStorage,
} from "../../src/tstorage/mod.ts";
import { temporaryPath } from "../support/temporary_directory.ts";
import { Sluice, sluiceArgs } from "./capio/sluice.ts";

const python = await new Deno.Command("python3", { args: ["-c", ""] }).output()
  .then(({ success }) => success, () => false);
const isLong = Deno.env.has("SLUICE_LONG");
const ROUNDS = isLong ? 200 : 4;

/** Presses Ctrl-C in `producer | command`; the exit codes of the command. */
async function interrupted(
  seed: number,
  rounds: number,
  producer: readonly [end: "stays" | "ends", produced: string],
  command: readonly string[],
): Promise<number[]> {
  const script = fromFileUrl(
    import.meta.resolve("./_interrupted_pipe.py"),
  );
  const { stdout, stderr, success } = await new Deno.Command("python3", {
    args: [
      script,
      ...[`${rounds}`, `${seed}`, ...producer],
      ...[Deno.execPath(), ...sluiceArgs(...command)],
    ],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line)[0]);
}

for (const scheme of ["file", "sqlite"]) {
  for (const [size, bytes] of [["small", 10], ["large", 100_000]] as const) {
    Deno.test({
      name:
        `Ctrl-C in a terminal never lets a ${size} cut value replace the old one: ${scheme}`,
      ignore: !python || (!isLong && (scheme === "file") === (bytes === 10)),
      async fn() {
        const url = `${scheme}:${temporaryPath()}`;
        {
          await using store = await openStore(url);
          assert(store instanceof Store);
          await store.fromBytes("k", new TextEncoder().encode("old"));
        }
        // The pipe holds at most 65,536 bytes: the large one is read meanwhile.
        const cut = "x".repeat(Math.min(bytes, 65_536));
        const codes = await interrupted(
          bytes,
          ROUNDS,
          ["stays", cut],
          ["store", "set", url, "k"],
        );
        assertEquals(new Set(codes), new Set([130]));
        await using store = await openStore(url);
        assertEquals(
          new TextDecoder().decode(await store.toBytes("k")),
          "old",
        );
      },
    });
  }
}

Deno.test({
  name: "the exit code after Ctrl-C says whether the value was stored",
  ignore: !python,
  async fn() {
    const url = `file:${temporaryPath()}`;
    await (await openStore(url)).disconnect();
    const command = ["store", "set", url, "N"];
    const codes = await interrupted(2, ROUNDS, ["ends", "whole"], command);
    await using store = await openStore(url);
    for (const [round, code] of codes.entries()) {
      const isStored = await store.exists(`${round}`);
      assertEquals(code, isStored ? 0 : 130, `round ${round}`);
      if (!isStored) continue;
      const bytes = await store.toBytes(`${round}`);
      assertEquals(new TextDecoder().decode(bytes), "whole");
    }
  },
});

Deno.test({
  name: "Ctrl-C in a terminal never lets cut records be stored",
  ignore: !python,
  async fn() {
    await using server = serveTStorage({ hostname: "127.0.0.1", port: 0 });
    const { port } = server;
    const codes = await interrupted(
      1,
      ROUNDS,
      ["stays", "1,7,0,0,0000\n2,7,0,0,0000\n"],
      ["tstorage", "put", `--port=${port}`, "-"],
    );
    assertEquals(new Set(codes), new Set([130]));
    await using channel = new Channel(
      "127.0.0.1",
      port,
      new BytesPayloadType(),
    );
    await channel.connect();
    const { data } = await channel.get(Key.MIN, Key.MAX);
    assertEquals(data.length, 0);
  },
});

/** Leads to a server, and holds its answers back until it may answer. */
class HeldAnswers implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #mayAnswer = Promise.withResolvers<void>();
  readonly #serving: Promise<void>;

  constructor(port: number) {
    this.#serving = this.#serve(port);
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  answer(): void {
    this.#mayAnswer.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.answer();
    await this.#serving;
  }

  async #serve(port: number): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      const held = new TransformStream<Uint8Array, Uint8Array>({
        transform: async (chunk, controller) => {
          await this.#mayAnswer.promise;
          controller.enqueue(chunk);
        },
      });
      await Promise.allSettled([
        client.readable.pipeTo(server.writable),
        server.readable.pipeThrough(held).pipeTo(client.writable),
      ]);
    }
  }
}

for (const isAnswered of [true, false]) {
  const [ending, expected] = isAnswered
    ? ["0 if they were stored", 0] as const
    : ["1 if the server does not tell", 1] as const;
  Deno.test(`a signal that comes twice behind the last record ends with ${ending}`, async () => {
    const file = temporaryPath();
    await Deno.writeTextFile(file, "1,7,0,0,0000\n");
    await using server = serveTStorage({ hostname: "127.0.0.1", port: 0 });
    await using held = new HeldAnswers(server.port);
    await using command = new Sluice(
      ...["tstorage", "put", `--port=${held.port}`, file],
    );
    await using channel = new Channel(
      "127.0.0.1",
      server.port,
      new BytesPayloadType(),
    );
    await channel.connect();
    let count = 0;
    while (count === 0) {
      await command.until(() => true);
      count = (await channel.get(Key.MIN, Key.MAX)).data.length;
    }
    // As `timeout` does it, and programs that pass a signal of the terminal on.
    command.kill("SIGINT");
    await delay(20);
    command.kill("SIGINT");
    if (isAnswered) {
      await delay(20);
      held.answer();
    }
    const { code, stderr } = await command.result;
    assertEquals(code, expected, stderr);
    assertEquals(/all records are stored, or none/.test(stderr), !isAnswered);
  });
}
