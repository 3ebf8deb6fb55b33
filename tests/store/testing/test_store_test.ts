import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";

const broken = fromFileUrl(import.meta.resolve("./_broken_stores.ts"));

Deno.test("a store that gets one thing wrong fails the test of that thing", async () => {
  const expected: Record<string, string> = {
    Forgetful: "a value has the bytes, the metadata and the size",
    CaseBlind: "every hostile key is kept apart from every other",
    Torn: "a source that fails midway leaves the old value",
    Stubborn: "a transaction whose body throws undoes all changes",
    Chatty: "set, update and delete emit their events",
  };
  const failed = await failedTests(Object.values(expected));
  for (const [store, promise] of Object.entries(expected)) {
    const name = `${store}: ${promise}`;
    assert(failed.some((test) => test.startsWith(name)), `passed: ${name}`);
  }
});

/** Runs the tests of these promises for all stores. */
async function failedTests(promises: readonly string[]): Promise<string[]> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      "--no-check",
      ...await stdConfigArgs(),
      "--reporter=tap",
      `--filter=/${promises.join("|")}/`,
      broken,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 1);
  return new TextDecoder().decode(stdout).split("\n")
    .map((line) => /^not ok \d+ - (.*)$/.exec(line)?.[1] ?? "")
    .filter((name) => name !== "");
}
