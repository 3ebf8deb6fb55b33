import { assertEquals } from "@std/assert";
import { nextTurn, shortTurn } from "../../../src/internal/mod.ts";

Deno.test("timers that are due run in a short turn", async () => {
  let ran = false;
  const timer = setTimeout(() => void (ran = true), 0);
  // Until the timer is due, without a turn of the event loop.
  for (const start = performance.now(); performance.now() - start < 5;);
  await shortTurn();
  await shortTurn();
  assertEquals(ran, true);
  clearTimeout(timer);
});

Deno.test("a socket that has something to read is read in the next turns", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using server = await listener.accept();
  await client.write(new Uint8Array(1));
  let hasRead = false;
  const reading = server.read(new Uint8Array(1)).then(() => hasRead = true);
  for (let turns = 0; turns < 50 && !hasRead; turns++) await nextTurn();
  assertEquals(hasRead, true);
  await reading;
});
