import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { chooseSteps } from "../../examples/polyglot/steps.ts";
import { stdConfigArgs } from "../../tools/std_config.ts";

const demo = fromFileUrl(
  new URL("../../examples/polyglot/demo.ts", import.meta.url),
);

Deno.test({
  name:
    "the polyglot demo writes the same bytes either way, and leaves nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    const temporary = Deno.makeTempDirSync();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        ...await stdConfigArgs(),
        demo,
        "--size=1",
      ],
      env: { NO_COLOR: "1", TMPDIR: temporary },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(code, 0);
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /wall time +\d+\.\d\d s +\d+\.\d\d s/);
    assertMatch(text, /first byte of flights.csv +\d+\.\d\d s +\d+\.\d\d s/);
    assertMatch(text, /times as fast, and the same bytes in all files\n$/);
    assertEquals([...Deno.readDirSync(temporary)], []);
    Deno.removeSync(temporary);
  },
});

Deno.test("a program that is missing is named, and its step left out with what needs it", async () => {
  const { plan, leftOut, outputs } = await chooseSteps((program) =>
    Promise.resolve(!["split", "sqlite3"].includes(program))
  );
  assertEquals(leftOut, [
    `"parts" is left out: no "split" here`,
    `"counts" is left out: "parts" is not made`,
    `"longest" is left out: no "sqlite3" here`,
  ]);
  assertEquals(
    plan.steps.map(({ name }) => name),
    ["unpack", "delays", "ranking", "late", "quantiles", "pack"],
  );
  assertEquals(outputs.length, 6);
});
