import { assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  GroupedMessage,
  LineHostMirror,
  LineHostReader,
  LinesError,
  StopIteration,
} from "../../../src/lines/mod.ts";

/** Starts the host; nothing where there is no Python. */
async function startHost() {
  const script = fromFileUrl(import.meta.resolve("./_python_host.py"));
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command("python3", {
      args: [script],
      stdout: "piped",
    })
      .spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: there is no python3 here");
    return undefined;
  }
  const output = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const { value: port = "" } = await output.read();
  return {
    address: `http://127.0.0.1:${port.trim()}/sync-stream`,
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.status;
      await output.cancel();
    },
  };
}

Deno.test("mirrors and readers work with a host in Python", async () => {
  await using host = await startHost();
  if (host === undefined) return;
  using reader = new LineHostReader(host.address);
  await using mirror = new LineHostMirror(host.address, { timeout: 5_000 });

  await mirror.run(() => console.log("one\ntwo", { a: 1 }));
  await mirror.write("carriage\r");
  await mirror.write("\nreturn \u{1f40b}");
  await mirror.sendError(new Error("boo"));
  await mirror.write("half");
  await mirror.sendEof();
  const items = await reader.read();
  assertEquals(items.filter((it) => typeof it === "string"), [
    "one",
    "two { a: 1 }",
    "carriage",
    "return \u{1f40b}",
    "half",
  ]);
  assertEquals((items[4] as GroupedMessage).type, "error");
  assertEquals(await reader.read(1), ["half"]);

  await reader.clear();
  // Their client failed at half of these, on bodies that it had left unread.
  for (let i = 0; i < 200; i++) await mirror.write(`${i}\n`);
  assertEquals(
    await reader.read(),
    Array.from({ length: 200 }, (_, i) => `${i}`),
  );

  await reader.stopAllMirrors();
  assertEquals(await reader.state("closed"), true);
  await assertRejects(() => mirror.write("late\n"), StopIteration);
  await reader.resetStates();
  await mirror.write("again\n");
  assertEquals(await reader.read(1), ["again"]);
  assertEquals(await reader.state("other"), null);
});

Deno.test("an error page of a host in Python is an error with its status", async () => {
  await using host = await startHost();
  if (host === undefined) return;
  await using mirror = new LineHostMirror(host.address);
  const error = await assertRejects(
    () => mirror.sendWarning(new GroupedMessage(["fail"], "warning")),
    LinesError,
    "500",
  );
  assertEquals([error.code, error.status, error.undelivered.map(String)], [
    "REJECTED",
    500,
    ["fail"],
  ]);
  using reader = new LineHostReader(host.address);
  await assertRejects(() => Array.fromAsync(reader.lines()), LinesError, "404");
});
