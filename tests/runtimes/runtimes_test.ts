import { assertEquals } from "@std/assert";
import { everyModule, isAvailable, type Runtime } from "./runtimes.ts";
import { PORTABLE_TESTS } from "./portable_tests.ts";

const ALL = ["streams", "events", "store", "lines", "tstorage", "needsDeno"];

const RUNTIMES: readonly Runtime[] = ["node", "bun"];

for (const runtime of RUNTIMES) {
  const available = await isAvailable(runtime);
  if (!available) console.log(`skipped: ${runtime} cannot be had from npm`);
  Deno.test({
    name: `${runtime} runs every module that needs no Deno, and says what does`,
    ignore: !available,
    async fn() {
      const { stdout, stderr } = await everyModule(runtime).output();
      const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(decode(stdout).trim().split("\n"), ALL, decode(stderr));
    },
  });
}

Deno.test("every portable test is there", () => {
  const missing = PORTABLE_TESTS.filter((path) =>
    !isFile(new URL(`../${path}`, import.meta.url))
  );
  assertEquals(missing, []);
});

function isFile(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
