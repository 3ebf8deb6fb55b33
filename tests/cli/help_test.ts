import { assertEquals, assertStringIncludes } from "@std/assert";
import { sluice } from "./capio/sluice.ts";

for (
  const [args, usage] of [
    ["--help", "sluice COMMAND"],
    ["-h", "sluice COMMAND"],
    ["help", "sluice COMMAND"],
    ["help run", "sluice run"],
    ["run --capio-dir data --help", "sluice run"],
    ["exec --stdin a --help", "sluice exec"],
    ["cat a -h", "sluice cat"],
    ["status --follow -h", "sluice status"],
    ["recover -h", "sluice recover"],
    ["workflow plan.json --help", "sluice workflow"],
    ["lines -h", "sluice lines COMMAND"],
    ["help store ls", "sluice store ls"],
    ["tstorage get --iso -h", "sluice tstorage get"],
  ]
) {
  Deno.test(`help is there wherever it is asked for: sluice ${args}`, async () => {
    const { code, stdout, stderr } = await sluice(...args.split(" "));
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `Usage: ${usage} `);
    for (const line of stdout.split("\n")) {
      assertEquals(line.length <= 80, true);
    }
  });
}
