import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { FileStore, KeyError, StoreError } from "../../../src/store/mod.ts";
import { blobName } from "../../../src/store/file/file_names.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { temporaryPath } from "../../support/temporary_directory.ts";
import { inTime, makePipe, Surroundings } from "../../support/surroundings.ts";

const ignore = Deno.build.os === "windows";
const large = new Uint8Array(100_000).fill(1);
const small = new TextEncoder().encode("small");

const RECORD = { key: "a", metadata: {}, size: 0, created: 1, modified: 1 };

/** Ways to damage the entry of the key "a" of a store, which has a blob. */
const DAMAGES: Readonly<Record<string, (around: Surroundings) => void>> = {
  "a blob outside": ({ inside, secret }) => {
    const blob = "../../secret.txt";
    assertEquals(Deno.realPathSync(`${inside}/blobs/${blob}`), secret);
    writeRecord(inside, { ...RECORD, size: 6, blob });
  },
  "an absolute blob": ({ inside, secret }) =>
    writeRecord(inside, { ...RECORD, size: 6, blob: secret }),
  "the blob of another key": ({ inside }) =>
    writeRecord(inside, { ...RECORD, size: 6, blob: blobName("b") }),
  "another key": ({ inside }) => writeRecord(inside, { ...RECORD, key: "b" }),
  "no key": ({ inside }) => writeRecord(inside, { ...RECORD, key: undefined }),
  "a negative size": ({ inside }) =>
    writeRecord(inside, { ...RECORD, size: -1, blob: blobName("a") }),
  "a huge size": ({ inside }) =>
    writeRecord(inside, { ...RECORD, size: 1e300, blob: blobName("a") }),
  "a time that is none": ({ inside }) =>
    writeRecord(inside, { ...RECORD, modified: 1e300 }),
  "metadata that are a list": ({ inside }) =>
    writeRecord(inside, { ...RECORD, metadata: [] }),
  "no metadata": ({ inside }) =>
    writeRecord(inside, { ...RECORD, metadata: undefined }),
  "metadata that are nested too deep": ({ inside }) => {
    const deep = '{"a":'.repeat(20_000) + "1" + "}".repeat(20_000);
    const text = JSON.stringify(RECORD).replace("{}", deep);
    Deno.writeTextFileSync(`${inside}/values/=a`, text + "\n");
  },
  "more bytes than any record": ({ inside }) => {
    Deno.truncateSync(`${inside}/values/=a`, 2 ** 40);
  },
  "an empty file": ({ inside }) =>
    Deno.writeTextFileSync(`${inside}/values/=a`, ""),
  "a link": ({ inside, secret }) => {
    replaced(`${inside}/values/=a`, (path) => Deno.symlinkSync(secret, path));
  },
  "a link to a record": ({ inside }) => {
    replaced(`${inside}/values/=a`, (path) => Deno.symlinkSync("=b", path));
  },
  "a link to a device": ({ inside }) => {
    replaced(
      `${inside}/values/=a`,
      (path) => Deno.symlinkSync("/dev/zero", path),
    );
  },
  "a pipe": ({ inside }) => replaced(`${inside}/values/=a`, makePipe),
  "a directory": ({ inside }) =>
    replaced(`${inside}/values/=a`, (path) => Deno.mkdirSync(path)),
};

for (const [name, damage] of Object.entries(DAMAGES)) {
  Deno.test({
    name: `of an entry that is ${name} only its key is refused`,
    ignore,
    async fn() {
      using around = new Surroundings();
      const { inside } = around;
      const store = await storeIn(inside);
      damage(around);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        get: () => store.get("a"),
        toBytes: () => store.toBytes("a"),
        set: () => store.fromBytes("a", small),
        setLarge: () => store.fromBytes("a", large),
        update: () => store.updateMetadata("a", { n: 1 }),
      };
      for (const [name, call] of Object.entries(calls)) {
        const refused = assertRejects(call, StoreError, `${inside}/values/=a`);
        const error = await inTime(refused, name);
        assertEquals(error.code, "DAMAGED");
        assert(error.message.includes('the key "a"'), error.message);
      }
      assertEquals(await keysOf(store), ["b"]);
      assertEquals((await store.info()).damaged, 1);
      await store.disconnect();
      // What is damaged does not keep anyone from opening the store either.
      const again = await new FileStore(inside).connect();
      await again.delete("a");
      await assertRejects(() => again.get("a"), KeyError);
      assertEquals(await keysOf(again), ["b"]);
      assertEquals((await again.info()).damaged, 0);
      await again.fromBytes("a", large);
      assertEquals(await again.toBytes("a"), large);
      await again.disconnect();
      // The blob of the damaged entry is an orphan since it was deleted.
      await (await new FileStore(inside).connect()).disconnect();
      assertEquals(namesIn(`${inside}/blobs`).length, 2);
      around.assertUntouched();
    },
  });
}

Deno.test({
  name: "a directory with files at the name of an entry is left as it is",
  ignore,
  async fn() {
    using around = new Surroundings();
    const store = await storeIn(around.inside);
    const path = `${around.inside}/values/=a`;
    replaced(path, (path) => Deno.mkdirSync(path));
    Deno.writeTextFileSync(`${path}/file`, "file");
    await assertRejects(() => store.delete("a"), StoreError, "a directory");
    assertEquals(Deno.readTextFileSync(`${path}/file`), "file");
    await store.disconnect();
  },
});

/** Ways to replace the blob of a record that is well. */
const BLOBS: Readonly<
  Record<string, (path: string, around: Surroundings) => void>
> = {
  "a link": (path, { secret }) => Deno.symlinkSync(secret, path),
  "a pipe": (path) => makePipe(path),
  "a directory": (path) => Deno.mkdirSync(path),
  "shorter": (path) => Deno.writeFileSync(path, large.subarray(1)),
};

for (const [name, replace] of Object.entries(BLOBS)) {
  Deno.test({
    name: `a blob that is ${name} is refused, and can be replaced`,
    ignore,
    async fn() {
      using around = new Surroundings();
      const store = await storeIn(around.inside);
      const blobs = `${around.inside}/blobs`;
      const blob = namesIn(blobs).find((name) => name.startsWith("=a"));
      replaced(`${blobs}/${blob}`, (path) => replace(path, around));
      for (
        const read of [
          () => store.toBytes("a"),
          async () => {
            const value = await store.get("a");
            await Array.fromAsync(value.range(1, 2));
          },
        ]
      ) {
        const refused = assertRejects(read, StoreError, `${blobs}/=a`);
        assertEquals((await inTime(refused, "reading")).code, "DAMAGED");
      }
      assertEquals(await keysOf(store), ["a", "b"]);
      await inTime(store.fromBytes("a", small), "setting");
      assertEquals(await store.toBytes("a"), small);
      await store.delete("a");
      await store.disconnect();
      around.assertUntouched();
    },
  });
}

Deno.test({
  name:
    "a link at any name of the store leads nothing out of it, planted before or while it is open",
  ignore,
  async fn() {
    const places = [
      "values",
      "blobs",
      "lock",
      "next",
      "values/=a",
      "values/=n",
    ];
    for (const place of places) {
      for (const target of ["secret.txt", "home", "home/new"]) {
        for (const isOpen of [false, true]) {
          using around = new Surroundings();
          const { inside } = around;
          const first = await storeIn(inside);
          if (!isOpen) await first.disconnect();
          replaced(`${inside}/${place}`, (path) => {
            Deno.symlinkSync(`${around.home}/../${target}`, path);
          });
          // As long as an open store trusts its last look at a directory.
          await delay(25);
          await tryEverything(isOpen ? first : new FileStore(inside));
          around.assertUntouched(`${place} -> ${target}, open: ${isOpen}`);
        }
      }
    }
  },
});

Deno.test({
  name: "a hard link at any name of the store changes no file outside",
  ignore,
  async fn() {
    for (const place of ["lock", "next", "values/=a", "values/=n"]) {
      using around = new Surroundings();
      const store = await storeIn(around.inside);
      replaced(`${around.inside}/${place}`, (path) => {
        Deno.linkSync(around.secret, path);
      });
      await tryEverything(store);
      await tryEverything(new FileStore(around.inside));
      around.assertUntouched(place);
    }
  },
});

Deno.test({
  name:
    "what another user has planted is refused to root too, and leads nowhere",
  ignore: ignore || Deno.uid() !== 0,
  async fn() {
    using around = new Surroundings();
    const { inside, secret } = around;
    Deno.chmodSync(inside, 0o1777);
    Deno.chmodSync(inside.replace(/\/[^/]*$/, ""), 0o711);
    const record = JSON.stringify({
      ...RECORD,
      size: 6,
      blob: "../../secret.txt",
    });
    const plant = `umask 0; cd ${inside}; mkdir store store/values; cd store
      ln -s ../../home blobs; ln -s ../../secret.txt lock
      ln -s ../../../secret.txt values/=b; echo '${record}' > values/=a
      mkfifo values/=c next`;
    const { success } = await new Deno.Command("setpriv", {
      args: [
        ...["--reuid=65534", "--regid=65534", "--clear-groups"],
        ...["sh", "-ec", plant],
      ],
    }).output();
    assert(success);
    const path = `${inside}/store`;
    for (const create of [true, false]) {
      await tryEverything(new FileStore(path, { create }));
    }
    Deno.removeSync(`${path}/blobs`);
    await tryEverything(new FileStore(path));
    Deno.removeSync(`${path}/lock`);
    await using store = await new FileStore(path).connect();
    for (const key of ["a", "b", "c"]) {
      await assertRejects(() => store.toBytes(key), StoreError, "Cannot read");
    }
    await tryEverything(new FileStore(path));
    around.assertUntouched();
    assertEquals(Deno.readTextFileSync(secret), "secret");
  },
});

Deno.test({
  name: "a pipe or a directory at a fixed name is refused, or taken away",
  ignore,
  async fn() {
    for (const place of ["values", "blobs", "lock", "next"]) {
      for (const make of [makePipe, Deno.mkdirSync]) {
        using around = new Surroundings();
        await (await storeIn(around.inside)).disconnect();
        replaced(`${around.inside}/${place}`, (path) => make(path));
        await tryEverything(new FileStore(around.inside));
      }
    }
  },
});

Deno.test({
  name:
    "whatever lies in the directory of a store, nothing outside is touched and nothing hangs",
  ignore,
  async fn() {
    const random = seededRandom();
    const { below, pick } = random;
    const rounds = Number(Deno.env.get("SLUICE_FUZZ") ?? 1) * 150;
    using around = new Surroundings();
    const { inside } = around;
    const names = [
      ...["=a", "=b", "=c", "=%2e%2e%2fx", "a", "..=", "=a@1", blobName("a")],
      ...[blobName("b"), "nonsense", "=\u{1b}[2J", "=a\n"],
    ];
    const texts = [
      ...["../../secret.txt", around.secret, "a", "b", "", "..", ".", "\0"],
      ...[names[7], names[8], "=a", "../values/=b", "../../home"],
    ];
    const numbers = [0, -1, 5, 1e300, 2 ** 53, 1.5, 100_000, -0];
    const value = (): unknown =>
      pick([
        () => pick(texts),
        () => pick(numbers),
        () => null,
        () => [pick(texts)],
        () => ({ [pick(texts)]: pick(numbers), __proto__: null }),
        () => true,
        () => undefined,
      ])();
    const record = (): string => {
      const fields = { ...RECORD, key: pick(["a", "b", "c", pick(texts)]) };
      for (let n = below(3); n > 0; n--) {
        const name = pick([...Object.keys(RECORD), "blob", "__proto__"]);
        Object.defineProperty(fields, name, {
          value: value(),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      const data = "x".repeat(below(8));
      const text = `${JSON.stringify(fields)}\n${data}`;
      return below(5) ? text : text.slice(below(9), below(text.length));
    };
    const plant = (path: string) => {
      pick([
        () => Deno.writeTextFileSync(path, record()),
        () => Deno.writeTextFileSync(path, record()),
        () => Deno.writeTextFileSync(path, record()),
        () => Deno.symlinkSync(pick([around.secret, around.home, "=b"]), path),
        () => Deno.symlinkSync("/dev/zero", path),
        () => Deno.mkdirSync(path),
        () => makePipe(path),
        () => Deno.symlinkSync("nowhere", path),
      ])();
    };
    for (let round = 0; round < rounds; round++) {
      around.clear();
      await (await storeIn(inside)).disconnect();
      for (let n = 1 + below(6); n > 0; n--) {
        const path = `${inside}/${pick(["values", "values", "blobs"])}`;
        replaced(`${path}/${pick(names)}`, plant);
      }
      // Last: what is planted in a directory must not go through a link.
      if (below(2)) {
        const name = pick(["lock", "next", "values", "blobs"]);
        replaced(`${inside}/${name}`, plant);
      }
      await tryEverything(new FileStore(inside, { create: below(4) > 0 }));
      around.assertUntouched(`round ${round}`);
    }
  },
});

Deno.test({
  name: "who may only read the directory cannot take the lock",
  ignore: ignore || Deno.uid() !== 0,
  async fn() {
    const path = temporaryPath();
    Deno.chmodSync(path.replace(/\/[^/]*$/, ""), 0o755);
    const store = await new FileStore(path).connect();
    await store.fromBytes("a", small);
    const as = (...args: string[]) =>
      new Deno.Command("setpriv", {
        args: ["--reuid=65534", "--regid=65534", "--clear-groups", ...args],
        stderr: "null",
      }).output();
    assertEquals((await as("cat", `${path}/values/=a`)).success, true);
    assertEquals(
      (await as("flock", "-n", `${path}/lock`, "true")).success,
      false,
    );
    await store.disconnect();
  },
});

async function storeIn(path: string): Promise<FileStore> {
  const store = await new FileStore(path).connect();
  await store.fromBytes("a", large);
  await store.fromBytes("b", large);
  return store;
}

/** Calls all methods, which may fail with errors of the store and of files. */
async function tryEverything(store: FileStore): Promise<void> {
  const calls: (() => Promise<unknown>)[] = [
    () => store.connect(),
    () => keysOf(store),
    ...["a", "b", "c", "../x", "n"].flatMap((key) => [
      () => store.getMetadata(key),
      () => store.toBytes(key),
      () => store.updateMetadata(key, { n: 1 }),
      () => store.fromBytes(key, small),
      () => store.fromBytes(key, large),
      () => store.toBytes(key),
      () => store.delete(key),
      () => store.fromBytes(key, large),
    ]),
    () => store.info(),
    () => store.disconnect(),
  ];
  for (const call of calls) {
    try {
      await inTime(call(), String(call));
    } catch (error) {
      const isFine = error instanceof StoreError ||
        Object.values(Deno.errors).some((kind) => error instanceof kind) ||
        // Of the system: a file that is in the way of a directory, say.
        (error instanceof Error && /os error/.test(error.message));
      if (!isFine) throw error;
    }
  }
}

async function keysOf(store: FileStore): Promise<string[]> {
  return (await Array.fromAsync(store.queryKeys())).sort();
}

function writeRecord(inside: string, record: unknown): void {
  const text = JSON.stringify(record);
  Deno.writeTextFileSync(`${inside}/values/=a`, `${text}\n`);
}

function replaced(path: string, make: (path: string) => void): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  make(path);
}

function namesIn(path: string): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name);
}
