import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";

const tool = fromFileUrl(
  new URL("../../tools/std_config.ts", import.meta.url),
);
const root = fromFileUrl(new URL("../../", import.meta.url));

async function stdConfig(choice: string) {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", tool],
    cwd: root,
    env: { SLUICE_STD: choice },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return {
    code: output.code,
    stdout: decode(output.stdout),
    stderr: decode(output.stderr),
  };
}

Deno.test("SLUICE_STD=jsr keeps the published configuration", async () => {
  assertEquals((await stdConfig("jsr")).stdout, "--config deno.json");
});

Deno.test("SLUICE_STD=jsr begins the lock file of JSR with the versions of npm", async () => {
  await Deno.remove(root + "deno.jsr.lock").catch(() => {});
  await stdConfig("jsr");
  assertEquals(
    await Deno.readTextFile(root + "deno.jsr.lock"),
    await Deno.readTextFile(root + "deno.lock"),
  );
});

Deno.test("SLUICE_STD=local links every adapter, freezes the lock file and changes nothing else", async () => {
  assertEquals((await stdConfig("local")).stdout, "--config deno.offline.json");
  const read = async (name: string) =>
    JSON.parse(await Deno.readTextFile(root + name));
  const { links, lock, publish, ...offline } = await read("deno.offline.json");
  const { lock: _, publish: published, ...online } = await read("deno.json");
  assertEquals(offline, online);
  assertEquals(lock, { path: "./deno.lock", frozen: true });
  assertEquals(publish.include, [...published.include, "tools/std"]);
  const imported = Object.keys(online.imports)
    .filter((name) => name.startsWith("@std/"))
    .map((name) => name.replace("@std/", "./tools/std/"));
  assertEquals(links, imported.sort());
});

Deno.test("an unknown SLUICE_STD is refused by name", async () => {
  const { code, stderr } = await stdConfig("npm");
  assertEquals(code, 1);
  assertStringIncludes(stderr, `must be "jsr" or "local", found "npm"`);
});
