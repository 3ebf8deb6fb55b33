import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { stdConfigArgs } from "../../tools/std_config.ts";
import { hasTerminals, inTerminal } from "../support/terminal.ts";

const program = fromFileUrl(import.meta.resolve("./_draw_progress.ts"));

async function command(...args: string[]): Promise<string[]> {
  return ["run", "-A", ...await stdConfigArgs(), program, ...args];
}

Deno.test("nothing is drawn where standard error is no terminal", async () => {
  const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: await command("0"),
  }).output();
  assertEquals(success, true);
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout), "done\n");
});

Deno.test({
  name: "on a terminal every operation that takes its time has a bar",
  ignore: !hasTerminals,
  fn: async () => {
    const screen = await onTerminal("0");
    assertStringIncludes(screen, "Copying a.csv [");
    assertStringIncludes(screen, "% ");
    assertStringIncludes(screen, " MB/2.0 MB");
    assertStringIncludes(screen, "Waiting for b.csv ");
    assertStringIncludes(screen, "done");
  },
});

Deno.test({
  name: "on a terminal a short operation has no bar",
  ignore: !hasTerminals,
  fn: async () => {
    const screen = await onTerminal("60000");
    assertEquals(screen.includes("Copying"), false);
    assertStringIncludes(screen, "done");
  },
});

Deno.test({
  name: "operations go on where the library that draws cannot be loaded",
  ignore: !hasTerminals,
  fn: async () => {
    const [run, ...args] = await command("0");
    const terminal = inTerminal([run, "--no-npm", ...args]);
    const { code, stdout } = await terminal.output();
    assertStringIncludes(new TextDecoder().decode(stdout), "done");
    assertEquals(code, 0);
  },
});

async function onTerminal(...args: string[]): Promise<string> {
  const { stdout } = await inTerminal(await command(...args)).output();
  return new TextDecoder().decode(stdout);
}
