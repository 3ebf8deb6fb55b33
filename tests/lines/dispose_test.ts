import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  LineFileBuffer,
  LineHostMirror,
  LinesError,
} from "@sluice/sluice/lines";
import { freePort } from "../support/free_port.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

/** A mirror whose host is away, and that gives up soon. */
function lostMirror(): LineHostMirror {
  const address = `http://localhost:${freePort()}/lines`;
  return new LineHostMirror(address, { timeout: 300 });
}

Deno.test("a block that ends with the failure of a write ends with nothing else", async () => {
  const error = await assertRejects(async () => {
    await using mirror = lostMirror();
    await mirror.write("a line\nand the begin of one");
  });
  assertInstanceOf(error, LinesError);
  assertEquals(error.undelivered, ["a line\n"]);
});

Deno.test("the dispose of a mirror tells of a failure that nobody was told of", async () => {
  await assertRejects(async () => {
    await using mirror = lostMirror();
    await mirror.write("no whole line");
  }, LinesError);
});

Deno.test("a mirror whose close was refused has told so", async () => {
  await assertRejects(async () => {
    await using mirror = lostMirror();
    await mirror.write("no whole line");
    await mirror.close();
  }, LinesError);
});

Deno.test("a block that ends with the failure of a file ends with nothing else", async () => {
  using directory = new TemporaryDirectory();
  const missing = `${directory.path}/missing/log`;
  await assertRejects(async () => {
    await using buffer = new LineFileBuffer(missing);
    await buffer.write("a line\nand the begin of one");
  }, Deno.errors.NotFound);
  await assertRejects(async () => {
    await using buffer = new LineFileBuffer(missing);
    await buffer.write("no whole line");
  }, Deno.errors.NotFound);
});
