import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { FileStore, UrlStore } from "../../src/store/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const script = fromFileUrl(import.meta.resolve("./_many_at_once.ts"));
const config = await stdConfigArgs();
const isLong = Deno.env.has("SLUICE_LONG");
const hasLimits = Deno.build.os !== "windows";

/** Runs the script in a process that may have so many files open. */
function start(...args: string[]): Deno.ChildProcess {
  const deno = [Deno.execPath(), "run", "-A", "--no-check", ...config, script];
  return new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 256; exec "$@"', "sh", ...deno, ...args],
    stdout: "piped",
  }).spawn();
}

for (const scheme of ["file", "sqlite"]) {
  for (const kind of ["bytes", "files"]) {
    Deno.test({
      name:
        `3000 sets of ${kind} at once do not run out of descriptors: ${scheme}`,
      ignore: !hasLimits || (!isLong && `${scheme} ${kind}` !== "file files"),
      async fn() {
        const file = temporaryPath();
        Deno.writeFileSync(file, new Uint8Array(70_000));
        const child = start(kind, `${scheme}:${temporaryPath()}`, file);
        const { stdout } = await child.output();
        const printed = new TextDecoder().decode(stdout);
        assertEquals(printed, "asked\n210000000\n");
      },
    });
  }
}

Deno.test({
  name:
    "3000 sets at once do not run out of descriptors while another process has the lock",
  ignore: !hasLimits,
  async fn() {
    const path = temporaryPath();
    await (await new FileStore(path).connect()).disconnect();
    using lock = Deno.openSync(`${path}/lock`, { write: true });
    lock.lockSync(true);
    const child = start("small", `file:${path}`);
    let printed = "";
    const output = child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of output) {
      printed += text;
      // All of them wait for the lock, or soon will.
      if (printed === "asked\n") lock.unlockSync();
    }
    assertEquals((await child.status).code, 0);
    assertEquals(printed, "asked\n300000\n");
  },
});

Deno.test("many keys of a web server at once make not as many connections", async () => {
  let open = 0;
  let most = 0;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async ({ method, url }) => {
      if (url.endsWith("json")) return new Response("{}", { status: 404 });
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open--;
      const headers = { "Content-Length": "1" };
      return new Response(method === "HEAD" ? null : "x", { headers });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using store = await new UrlStore(url).connect();
  const all = await Promise.all(
    Array.from({ length: 500 }, (_, i) => store.toBytes(`${i}`)),
  );
  assertEquals(all.length, 500);
  assertEquals(most <= 128, true, `${most} at once`);
});
