import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../../tools/std_config.ts";
import { newSeed } from "../../support/seeded_random.ts";

/** A hundred thousand journals and all places in `task test:long`. */
const CASES = Math.ceil(
  Number(Deno.env.get("SLUICE_FUZZ") ?? 0.01) * 10_000,
);
const PATIENCE_MILLISECONDS = 60_000 + 500 * CASES;

const script = fromFileUrl(new URL("hostile_directories.ts", import.meta.url));
const config = await stdConfigArgs();

const MODES = {
  journals:
    "whatever a journal and its spool hold, joining touches nothing outside",
  places:
    "whatever stands in a place that sluice uses, nothing outside is touched",
};

for (const [mode, name] of Object.entries(MODES)) {
  Deno.test({
    name,
    ignore: Deno.build.os === "windows",
    async fn() {
      const seed = `${newSeed()}`;
      // In a process of its own, which may do anything and can be killed.
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", ...config, script, mode, seed, `${CASES}`],
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
    },
  });
}
