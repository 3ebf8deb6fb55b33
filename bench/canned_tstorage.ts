/**
 * A TStorage server in a process of its own with one prepared answer. It answers
 * a GET with 2 000 000 records of 44 bytes. It reads a PUT, discards it, and
 * answers with success at the end marker.
 *
 * It answers any other request, here a single byte, with the same bytes and then
 * closes the connection, for a bare read of the socket.
 *
 * @module
 */

/** Number of records in the answer. */
export const RECORDS = 2_000_000;
/** Bytes of a record on the wire, with its length field. */
export const RECORD_BYTES = 44;
/** Bytes of the whole answer. */
export const REPLY_BYTES = 12 + RECORDS * RECORD_BYTES + 4 + 20;

/** Starts the server; it ends when the result is disposed of. */
export async function startCannedServer(): Promise<
  Disposable & { readonly port: number }
> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--no-config", import.meta.filename ?? ""],
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  return {
    port: Number(new TextDecoder().decode(value)),
    [Symbol.dispose]: () => process.kill("SIGKILL"),
  };
}

if (import.meta.main) {
  const reply = cannedReply();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(listener.addr.port);
  for await (const conn of listener) serve(conn, reply).catch(() => {});
}

async function serve(conn: Deno.Conn, reply: Uint8Array): Promise<void> {
  using _conn = conn;
  const buffer = new Uint8Array(1024 * 1024);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) return;
    if (buffer[0] === 5 || buffer[0] === 6) await takePut(conn, buffer, count);
    else await writeAll(conn, reply);
    if (count === 1) return;
  }
}

async function takePut(
  conn: Deno.Conn,
  buffer: Uint8Array,
  first: number,
): Promise<void> {
  // No record and no size here ends with four bytes of 255.
  let end = first;
  while (end < 4 || !buffer.subarray(end - 4, end).every((b) => b === 255)) {
    end = await conn.read(buffer) ?? 0;
    if (end === 0) return;
  }
  const answer = new Uint8Array(28);
  answer[4] = 16;
  await writeAll(conn, answer);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

function cannedReply(): Uint8Array {
  const reply = new Uint8Array(REPLY_BYTES);
  const view = new DataView(reply.buffer);
  for (let i = 0, at = 12; i < RECORDS; i++, at += RECORD_BYTES) {
    view.setInt32(at, RECORD_BYTES - 4, true);
    view.setInt32(at + 4, 1, true);
    view.setBigInt64(at + 8, BigInt(i % 1000), true);
    view.setInt32(at + 16, i % 7, true);
    view.setBigInt64(at + 20, 750_000_000_000_000_000n + BigInt(i), true);
    view.setBigInt64(at + 28, 760_000_000_000_000_000n + BigInt(i), true);
    view.setFloat64(at + 36, i / 8, true);
  }
  view.setUint32(REPLY_BYTES - 16, 8, true);
  return reply;
}
