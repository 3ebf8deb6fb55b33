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
  name: "on a terminal every operation that takes long has a bar",
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
  name: "one line says that the library is missing, and operations go on",
  ignore: !hasTerminals,
  fn: async () => {
    const [run, ...args] = await command("0");
    const terminal = inTerminal([run, "--no-npm", ...args]);
    const { code, stdout } = await terminal.output();
    const lines = linesOf(stdout);
    assertEquals(lines, [
      'Cannot draw progress bars: the npm package "cli-progress" is missing, add it with "deno add npm:cli-progress"',
      "done",
    ]);
    assertEquals(code, 0);
  },
});

Deno.test({
  name: "a program without a long operation never asks for the library",
  ignore: !hasTerminals,
  fn: async () => {
    const [run, ...args] = await command("60000");
    const { stdout } = await inTerminal([run, "--no-npm", ...args]).output();
    assertEquals(linesOf(stdout), ["done"]);
  },
});

Deno.test({
  name: "a bar that cannot be drawn does not end the program",
  ignore: !hasTerminals,
  fn: async () => {
    const terminal = inTerminal(await command("0", "broken"));
    const lines = linesOf((await terminal.output()).stdout);
    assertEquals(lines.at(-1), "done");
    const said = lines.filter((line) => line.includes("Cannot draw"));
    assertEquals(said, ["Cannot draw progress bars: the message is broken"]);
  },
});

async function onTerminal(...args: string[]): Promise<string> {
  const { stdout } = await inTerminal(await command(...args)).output();
  return new TextDecoder().decode(stdout);
}

/** Lines of text, without the sequences that move the cursor. */
function linesOf(output: Uint8Array): string[] {
  return new TextDecoder().decode(output)
    // deno-lint-ignore no-control-regex
    .replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, "")
    .split("\r\n").filter((line) => line !== "");
}
