import { assertEquals } from "@std/assert";
import { stepCommand } from "../../../src/capio/mod.ts";
import { denoFlags, sluiceArgs } from "../../cli/capio/sluice.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("a script is an argument that Deno takes for nothing else", () => {
  const cases: readonly (readonly [script: string | URL, argument: string])[] =
    [
      ["--allow-run", "./--allow-run"],
      ["-", "./-"],
      ["build", "./build"],
      ["a,b.ts", "./a,b.ts"],
      ["a\n--allow-run", "./a\n--allow-run"],
      ["./a.ts", "./a.ts"],
      ["../a.ts", "../a.ts"],
      ["/a.ts", "/a.ts"],
      ["jsr:@a/b", "jsr:@a/b"],
      ["https://example.com/a.ts", "https://example.com/a.ts"],
      [new URL("file:///a.ts"), "file:///a.ts"],
    ];
  for (const [script, argument] of cases) {
    const { args } = stepCommand({ script, args: ["--allow-run"] });
    assertEquals(args.slice(-2), [argument, "--allow-run"]);
  }
});

Deno.test("a script with the name of a flag gets no permission by it", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const flags = [...denoFlags, "--no-prompt", "--ext=js"];
  for (const name of ["--allow-run", "-A"]) {
    await Deno.writeTextFile(
      `${path}/${name}`,
      `console.log(Deno.permissions.querySync({ name: "run" }).state);`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: sluiceArgs("run", ...flags, "--", name),
      cwd: path,
    }).output();
    const [line] = new TextDecoder().decode(stdout).split("\n");
    assertEquals(line, "prompt");
  }
});
