/**
 * Uses each module once, in a runtime that is not Deno, and prints a line for
 * each. What needs Deno has to say so.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createReadStream } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { EventManager, ProgressManager } from "@sluice/sluice/events";
import {
  LineBuffer,
  LineFileBuffer,
  LineHostBuffer,
  LineHostMirror,
  LineHostReader,
  LineProcBuffer,
  LineProcMirror,
  redirectStdout,
} from "@sluice/sluice/lines";
import { FileStore, MemoryStore, SqliteStore } from "@sluice/sluice/store";
import { bufferIterator, HashingStream, tee } from "@sluice/sluice/streams";
import {
  Channel,
  ColumnsPayloadType,
  Key,
  nowNs,
  openTStorage,
  serveTStorage,
} from "@sluice/sluice/tstorage";
import { serve } from "./serve_in_node.ts";

const directory = mkdtempSync(join(tmpdir(), "modules-"));
const path = join(directory, "data.bin");
const data = new Uint8Array(1_000_000).map((_, i) => i % 251);
writeFileSync(path, data);

const uses: Record<string, () => Promise<void>> = { streams, events, store };
Object.assign(uses, { lines, tstorage, needsDeno });
try {
  for (const [name, use] of Object.entries(uses)) {
    await use();
    console.log(name);
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.exit();

async function streams(): Promise<void> {
  const hashing = new HashingStream("sha256");
  const [one, other] = tee(createReadStream(path), 2);
  const copied = new Response(one.pipeThrough(hashing)).bytes();
  const chunks = await Array.fromAsync(bufferIterator(other));
  assert.deepEqual(await copied, data);
  assert.deepEqual(chunks.map(({ length }) => length), [1_000_000]);
  const expected = createHash("sha256").update(data).digest();
  assert.deepEqual(await hashing.digest, new Uint8Array(expected));
}

async function events(): Promise<void> {
  const manager = new EventManager();
  const steps = new ProgressManager(manager, { message: "m", steps: 2 });
  await steps.run(async () => await Promise.resolve(steps.step({ step: 1 })));
}

async function store(): Promise<void> {
  const database = join(directory, "values.db");
  await using memory = await new MemoryStore().connect();
  await using sqlite = await new SqliteStore(database).connect();
  for (const store of [memory, sqlite]) {
    await store.fromFile("a", path);
    await store.setMetadata("a", { year: 2024 });
    const copy = join(directory, "copy.bin");
    await store.toFile("a", copy);
    assert.deepEqual(new Uint8Array(readFileSync(copy)), data);
    assert.deepEqual(await Array.fromAsync(store.queryKeys()), ["a"]);
  }
  const none = new SqliteStore(join(directory, "none.db"), { create: false });
  await assert.rejects(() => none.connect(), { name: "NotFound" });
}

async function lines(): Promise<void> {
  const buffer = new LineBuffer();
  await redirectStdout(buffer, () => {
    console.log("printed");
    process.stdout.write("written\n");
  });
  assert.deepEqual(buffer.read(), ["printed", "written"]);

  const host = new LineHostBuffer();
  await using server = serve(async (request) =>
    await host.handler(request) ?? new Response(null, { status: 404 })
  );
  const address = `http://127.0.0.1:${server.addr.port}/sync-stream`;
  {
    await using mirror = new LineHostMirror(address);
    await mirror.run(() => console.log("mirrored"));
    using reader = new LineHostReader(address);
    assert.deepEqual(await reader.read(), ["mirrored"]);
  }
  const nowhere = new LineHostMirror("http://127.0.0.1:9/a", { timeout: 100 });
  await assert.rejects(() => nowhere.write("a\n"), { name: "LinesError" });

  const owner = new LineProcBuffer();
  await using mirror = new LineProcMirror(owner.connect("a port"));
  await mirror.write("through a port\n");
  assert.deepEqual(owner.read(), ["through a port"]);
}

async function tstorage(): Promise<void> {
  const requests = new TransformStream<Uint8Array, Uint8Array>();
  const answers = new TransformStream<Uint8Array, Uint8Array>();
  const file = join(directory, "records.db");
  await using database = openTStorage({ path: file });
  database.serve({ readable: requests.readable, writable: answers.writable });
  await using channel = Channel.over(
    { readable: answers.readable, writable: requests.writable },
    new ColumnsPayloadType({ celsius: "f32" }),
  );
  const key = new Key(1, 7n, 0, nowNs());
  const stored = await channel.put([{ key, value: { celsius: 21.5 } }]);
  assert.ok(stored.isOk());
  const found = await Array.fromAsync(channel.records(Key.MIN, Key.MAX));
  assert.deepEqual(found.map(({ value }) => value.celsius), [21.5]);
}

async function needsDeno(): Promise<void> {
  const error = { name: "NotSupported", message: / needs Deno, found \S+: / };
  assert.throws(() => new FileStore(directory), error);
  assert.throws(() => new LineFileBuffer(join(directory, "a.log")), error);
  assert.throws(() => new LineHostBuffer().serve(), error);
  assert.throws(() => serveTStorage(), error);
  const payload = new ColumnsPayloadType({ celsius: "f32" });
  const channel = new Channel("localhost", 2025, payload);
  await assert.rejects(() => channel.connect(), error);
  await assert.rejects(() => import("@sluice/sluice"), error);
  await assert.rejects(() => import("@sluice/sluice/capio"), error);
}
