/**
 * The configuration of unmodified libraries is learned, and what they give with
 * it at once is what they give in order. Nobody has written it.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { configFlag, sluice } from "../cli/capio/sluice.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";
import { findPairs, type Pair } from "./pair.ts";

const isLong = Deno.env.has("SLUICE_LONG");

/**
 * Archives, directories that are listed, files that are replaced, removed, and
 * gone by sizes.
 */
const ALWAYS: ReadonlySet<string> = new Set([
  "adm_zip_adm_zip",
  "conf_conf",
  "cpy_del",
  "csv_stringify_send",
  "fs_jetpack_node_persist",
  "graceful_fs_glob",
  "jszip_yauzl",
  "lockfile_jsonfile",
]);

Deno.test("the configuration of unmodified libraries is learned, and verified", async () => {
  const pairs = (await findPairs()).filter(({ name }) =>
    isLong || ALWAYS.has(name)
  );
  const left = pairs.values();
  // In order one processor is busy.
  const work = [1, 2].map(async () => {
    for (const pair of left) await learnAndVerify(pair);
  });
  await Promise.allSettled(work);
  await Promise.all(work);
});

async function learnAndVerify(pair: Pair): Promise<void> {
  using directory = new TemporaryDirectory();
  const plan = `${directory.path}/plan.json`;
  const denoFlags = ["-A", "--quiet"];
  const steps = (["producer", "consumer"] as const)
    .map((name) => ({ name, script: pair[name], denoFlags }));
  // The programs write to the directory in which they run.
  Deno.writeTextFileSync(plan, JSON.stringify({ capioDir: ".", steps }));
  const learned = await sluice("learn", configFlag, plan);
  assertEquals(learned.code, 0, `${pair.name}: ${learned.stderr}`);
  const verified = await sluice("workflow", "--verify", configFlag, plan);
  const { code, stderr } = verified;
  assertEquals(code, 0, `${pair.name}: ${learned.stdout}${stderr}`);
  // Both print something, and it is the same.
  assertMatch(stderr, /\nsluice workflow: Verified: [^\n]*what 2 of the steps/);
}
