import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { FileStore, UrlStore } from "../../src/store/mod.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { temporaryPath } from "../support/temporary_directory.ts";

const script = fromFileUrl(import.meta.resolve("./_many_at_once.ts"));
const config = await stdConfigArgs();
const hasLimits = Deno.build.os !== "windows";

/** Runs the script in a process that may have so many files open. */
async function run(...args: string[]): Promise<string> {
  const deno = [Deno.execPath(), "run", "-A", "--no-check", ...config, script];
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 256; exec "$@"', "sh", ...deno, ...args],
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

for (const scheme of ["file", "sqlite"]) {
  for (const kind of ["bytes", "files"]) {
    Deno.test({
      name:
        `3000 sets of ${kind} at once do not run out of descriptors: ${scheme}`,
      ignore: !hasLimits || (scheme === "sqlite" && kind === "bytes"),
      async fn() {
        const file = temporaryPath();
        Deno.writeFileSync(file, new Uint8Array(70_000));
        const url = `${scheme}:${temporaryPath()}`;
        assertEquals(await run(kind, url, file), "210000000\n");
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
    let result: Promise<string>;
    {
      using lock = Deno.openSync(`${path}/lock`, { write: true });
      lock.lockSync(true);
      result = run("small", `file:${path}`);
      // All of them wait for the lock by then, or soon.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    assertEquals(await result, "300000\n");
  },
});

Deno.test("3000 keys of a web server at once make no 3000 connections", async () => {
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
    Array.from({ length: 3000 }, (_, i) => store.toBytes(`${i}`)),
  );
  assertEquals(all.length, 3000);
  assertEquals(most <= 128, true, `${most} at once`);
});
