import { assert, assertEquals } from "@std/assert";
import { nowNs, serveTStorage } from "../../../src/tstorage/mod.ts";
import { ByteConnection } from "../byte_connection.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import {
  concat,
  ERROR_HEADER,
  hex,
  KEY_12345,
  KEY_7,
  OK_HEADER,
} from "../wire_bytes.ts";

const MIN = "00000000 0000000000000080 00000080" + "0000000000000080".repeat(2);
const MAX = "ffffff7f ffffffffffffff7f ffffff7f" + "ffffffffffffff7f".repeat(2);
const KEY_TAIL = KEY_12345.slice(8);
const GET = "01000000 4000000000000000";
const GETACQ = "07000000 4000000000000000";
const PUT = "05000000 0000000000000000";
const PUTA = "06000000 0000000000000000";
const END = "ffffffff";
const TERMINATOR = "00000000";

/** Record (1, 2, 3, 4, 5) with payload aabb, as PUTA sends it and GET answers. */
const PUTA_ONE = hex(
  PUTA,
  "01000000 22000000",
  "1e000000" + KEY_TAIL + "aabb",
  END,
);
const PUTA_OK = hex("00000000 1000000000000000", "ff".repeat(16));
const RECORD = "22000000" + KEY_12345 + "aabb";

Deno.test("requests are answered as the protocol says, one after another", async () => {
  await using server = serveTStorage({ port: 0 });
  using client = await RawClient.connect(server.port);
  await client.exchange(PUTA_ONE, PUTA_OK);
  const acq50 = KEY_7.slice(0, -16) + "3200000000000000";
  const max = "ffffff7f" + MAX.slice(8, -16) + "3200000000000000";
  await client.exchange(
    hex(GET, MIN, max),
    hex(
      OK_HEADER,
      RECORD,
      TERMINATOR,
      "00000000 0800000000000000 3200000000000000",
    ),
  );
  await client.exchange(
    hex(GETACQ, MIN, acq50),
    hex("00000000 0800000000000000 3200000000000000"),
  );
});

Deno.test("each request is read wherever its bytes are cut", async () => {
  await using server = serveTStorage({ port: 0 });
  using client = await RawClient.connect(server.port);
  const reply = hex(OK_HEADER, RECORD, TERMINATOR, "00000000 0800000000000000");
  const requests = concat(
    PUTA_ONE,
    hex(GET, MIN, MAX),
    hex(GETACQ, MIN, MAX),
  );
  for (let cut = 0; cut <= requests.length; cut++) {
    await client.write(requests.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 1));
    await client.write(requests.subarray(cut));
    await client.expect(PUTA_OK);
    await client.expect(reply);
    await client.read(8);
    await client.expect(hex("00000000 0800000000000000"));
    await client.read(8);
  }
});

Deno.test("unknown bytes of a header are skipped", async () => {
  await using server = serveTStorage({ port: 0 });
  using client = await RawClient.connect(server.port);
  await client.exchange(
    concat(
      hex("06000000 0300000000000000 010203"),
      PUTA_ONE.subarray(12),
    ),
    PUTA_OK,
  );
  const long = "4500000000000000";
  await client.write(hex("01000000" + long, MIN, MAX, "0102030405"));
  await client.expect(hex(OK_HEADER, RECORD, TERMINATOR));
  await client.read(20);
  await client.write(hex("07000000" + long, MIN, MAX, "0102030405"));
  await client.expect(hex("00000000 0800000000000000"));
  await client.read(8);
  await client.exchange(PUTA_ONE, PUTA_OK);
});

Deno.test("PUT answers with the acquisition times that it gave", async () => {
  await using server = serveTStorage({ port: 0 });
  using client = await RawClient.connect(server.port);
  let last = nowNs() - 1n;
  for (const records of [1, 3, 0, 2]) {
    const one = "16000000" + KEY_TAIL.replaceAll(" ", "").slice(0, 40) + "aabb";
    const size = (26 * records).toString(16).padStart(2, "0") + "000000";
    await client.write(hex(PUT, "01000000" + size, one.repeat(records), END));
    await client.expect(hex("00000000 1000000000000000"));
    const view = new DataView((await client.read(16)).buffer);
    const first = view.getBigInt64(0, true);
    assert(first > last && first <= nowNs(), `${first} after ${last}`);
    last = view.getBigInt64(8, true);
    assertEquals(last - first, BigInt(Math.max(records - 1, 0)));
  }
});

Deno.test("the answer to a refused GET is success, the terminator, an error, the end", async () => {
  await using server = serveTStorage({ port: 0 });
  const refused: [string, string][] = [
    [KEY_12345, KEY_12345],
    [MAX, MIN],
    ["ffffffff" + MIN.slice(8), MAX],
    [MIN, "ffffffff" + MAX.slice(8)],
    // Empty in one part alone.
    [MIN, MAX.slice(0, -16) + "0000000000000080"],
  ];
  for (const [min, max] of refused) {
    using client = await RawClient.connect(server.port);
    await client.exchange(
      hex(GET, min, max),
      hex(OK_HEADER, TERMINATOR, ERROR_HEADER),
    );
    assertEquals(await client.read(1), new Uint8Array());
  }
});

Deno.test("a GETACQ is refused only for a negative cid", async () => {
  await using server = serveTStorage({ port: 0 });
  {
    using client = await RawClient.connect(server.port);
    await client.exchange(
      hex(GETACQ, MAX, KEY_12345),
      hex("00000000 0800000000000000 0500000000000000"),
    );
    await client.exchange(
      hex(GETACQ, "ffffffff" + MIN.slice(8), MAX),
      hex(ERROR_HEADER),
    );
    assertEquals(await client.read(1), new Uint8Array());
  }
  using client = await RawClient.connect(server.port);
  await client.exchange(
    hex(GETACQ, MIN, "feffffff" + MAX.slice(8)),
    hex(ERROR_HEADER),
  );
});

Deno.test("a request of wrong shape ends its connection and no other", async () => {
  await using server = serveTStorage({ port: 0 });
  using other = await RawClient.connect(server.port);
  const wrong = {
    "an unknown type": "02000000 0000000000000000",
    "type 0": "00000000 0000000000000000",
    "a GET too short": "01000000 3f00000000000000",
    "a GETACQ too short": "07000000 0000000000000000",
    "a negative group": PUT + "01000000 ffffffff",
    "a record too short": PUTA + "01000000 40000000 1b000000",
    "a record beyond its group": PUT + "01000000 10000000 14000000",
    "a payload over 32 MiB": PUT + "01000000 ffffff7f 15000002",
  };
  for (const [what, request] of Object.entries(wrong)) {
    using client = await RawClient.connect(server.port);
    await client.exchange(hex(request), hex(ERROR_HEADER), what);
    assertEquals(await client.read(1), new Uint8Array(), what);
    await other.exchange(PUTA_ONE, PUTA_OK);
  }
});

Deno.test("the error reaches a client that still sends", async () => {
  await using server = serveTStorage({ port: 0 });
  using client = await RawClient.connect(server.port);
  await client.write(hex(PUT, "01000000 ffffffff"));
  for (let i = 0; i < 100; i++) await client.write(new Uint8Array(100_000));
  await client.expect(hex(ERROR_HEADER));
});

Deno.test("random bytes do the server no harm", async () => {
  const { random, seed } = seededRandom();
  await using server = serveTStorage({ port: 0 });
  using other = await RawClient.connect(server.port);
  const requests = [
    PUTA_ONE,
    hex(GET, MIN, MAX),
    hex(GETACQ, MIN, MAX),
    hex(PUT, "01000000 1a000000 16000000", KEY_TAIL.slice(0, -16), "aabb", END),
  ];
  for (let i = 0; i < 300; i++) {
    using client = await RawClient.connect(server.port);
    const bytes = concat(
      ...Array.from(
        { length: 4 },
        () => requests[Math.floor(random() * requests.length)],
      ),
    );
    for (let n = random() * 4; n >= 0; n--) {
      bytes[Math.floor(random() * bytes.length)] = random() * 256;
    }
    await client.write(bytes);
    await client.closeWrite();
    await client.readAll();
    if (i % 10 > 0) continue;
    await other.exchange(PUTA_ONE, PUTA_OK, `seed ${seed}, case ${i}`);
  }
});

/** A client that sends and expects bytes. */
class RawClient extends ByteConnection implements Disposable {
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }

  async readAll(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      while (await this.conn.read(buffer) !== null);
    } catch {
      // A reset is an end as well.
    }
  }

  async closeWrite(): Promise<void> {
    await this.conn.closeWrite().catch(() => {});
  }

  async expect(bytes: Uint8Array, message?: string): Promise<void> {
    assertEquals(
      (await this.read(bytes.length)).toHex(),
      bytes.toHex(),
      message,
    );
  }

  async exchange(
    request: Uint8Array,
    reply: Uint8Array,
    message?: string,
  ): Promise<void> {
    await this.write(request);
    await this.expect(reply, message);
  }
}
