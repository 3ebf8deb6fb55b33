import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { HashingStream } from "../../src/streams/mod.ts";
import { collect, pattern } from "./_data.ts";

Deno.test("bytes pass unchanged, and the digest is theirs", async () => {
  const data = pattern(300_001);
  const hashing = new HashingStream("sha256");
  const passed = new Blob([data]).stream().pipeThrough(hashing);
  assertEquals(await collect(passed), data);
  assertEquals(hashing.length, data.length);
  const expected = await crypto.subtle.digest("SHA-256", data);
  assertEquals(await hashing.digest, new Uint8Array(expected));
});

Deno.test("algorithms go by the names of Web Crypto and of node:crypto", async () => {
  const digests = {
    "SHA-256":
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha256":
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sha-1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha3-256":
      "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
  };
  for (const [algorithm, expected] of Object.entries(digests)) {
    const hashing = new HashingStream(algorithm);
    await new Blob(["abc"]).stream().pipeThrough(hashing).pipeTo(
      new WritableStream(),
    );
    assertEquals((await hashing.digest).toHex(), expected);
  }
});

Deno.test("no bytes have a digest too", async () => {
  const hashing = new HashingStream("md5");
  await new Response("").body?.pipeThrough(hashing).pipeTo(
    new WritableStream(),
  );
  assertEquals(
    (await hashing.digest).toHex(),
    "d41d8cd98f00b204e9800998ecf8427e",
  );
  assertEquals(hashing.length, 0);
});

Deno.test("a reader may bring its own buffer, and the writer waits for it", async () => {
  const hashing = new HashingStream("sha1");
  const writer = hashing.writable.getWriter();
  const reader = hashing.readable.getReader({ mode: "byob" });
  const written = [1, 2, 3].map(() => writer.write(pattern(10)));
  assertEquals(writer.desiredSize, -2);
  assertEquals((await reader.read(new Uint8Array(4))).value, pattern(4));
  assertEquals(
    (await reader.read(new Uint8Array(9))).value,
    pattern(10).slice(4),
  );
  const rest = collect(
    (async function* () {
      reader.releaseLock();
      yield* hashing.readable;
    })(),
  );
  await Promise.all([...written, writer.close()]);
  assertEquals((await rest).length, 20);
  assertEquals(hashing.length, 30);
});

Deno.test("the reason of an aborted writer goes to the digest and the reader", async () => {
  const hashing = new HashingStream("sha256");
  const writer = hashing.writable.getWriter();
  const reason = new Error("upload failed");
  await writer.abort(reason);
  assertStrictEquals(await assertRejects(() => hashing.digest), reason);
  assertStrictEquals(
    await assertRejects(() => hashing.readable.getReader().read()),
    reason,
  );
});

Deno.test("a cancelled reader's reason goes to the digest and the writer", async () => {
  const hashing = new HashingStream("sha256");
  const writer = hashing.writable.getWriter();
  const reason = new Error("disk full");
  await hashing.readable.cancel(reason);
  assertStrictEquals(await assertRejects(() => hashing.digest), reason);
  assertStrictEquals(await assertRejects(() => writer.closed), reason);

  const silent = new HashingStream("sha256");
  await silent.readable.cancel();
  await assertRejects(
    () => silent.digest,
    DOMException,
    "Cannot finish the digest: the stream was cancelled after 0 bytes",
  );
});

Deno.test("a chunk that is not bytes fails the stream", async () => {
  const hashing = new HashingStream("sha256");
  const read = assertRejects(() => collect(hashing.readable), TypeError);
  const writer = hashing.writable.getWriter();
  await assertRejects(
    () => writer.write("text" as unknown as Uint8Array),
    TypeError,
    'Cannot hash a chunk: expected a Uint8Array, found "text"',
  );
  await assertRejects(() => hashing.digest, TypeError, "Cannot hash a chunk");
  await read;
});

Deno.test("an unknown algorithm is refused at once", () => {
  for (const algorithm of ["md99", "", "sha-", 5]) {
    assertThrows(
      () => new HashingStream(algorithm as string),
      TypeError,
      `"algorithm" must be the name of a hash such as "sha256", found ${
        Deno.inspect(algorithm)
      }`,
    );
  }
});
