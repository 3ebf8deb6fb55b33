import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Surroundings } from "../../support/surroundings.ts";
import { plantRun } from "../../capio/trust/planted_run.ts";
import { TestDirectory } from "../../capio/step.ts";
import { sluice } from "./sluice.ts";

const ignore = Deno.build.os === "windows";

/** Everything in a directory, to be compared. */
function contentOf(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) => {
    const path = join(directory, name);
    const { mode, size, ino, isFile } = Deno.lstatSync(path);
    const shown = `${path} ${mode} ${ino} ${isFile ? size : ""}`;
    return isDirectory ? [shown, ...contentOf(path)] : [shown];
  }).sort();
}

Deno.test({
  name:
    "recover shows what a run that was set aside would publish, and does it only when it is told to",
  ignore,
  async fn() {
    using around = new Surroundings();
    const { inside } = around;
    const args = ["--capio-dir", inside];
    Deno.mkdirSync(join(inside, ".git/hooks"), { recursive: true });
    Deno.mkdirSync(join(inside, "taken"));
    Deno.writeTextFileSync(join(inside, "old.txt"), "something old");
    Deno.symlinkSync("../home", join(inside, "link"));
    plantRun(inside, [
      { path: ".git/hooks/pre-commit" },
      { path: "old.txt" },
      { path: "link/profile" },
      { path: "taken" },
      { path: "\x1b[31mred" },
    ], { folder: "CAPIO.set-aside-20260730T101500Z" });
    const name = "CAPIO.set-aside-20260730T101500Z";
    plantRun(inside, [], {
      folder: "later",
      firstLine: `{"sluice":"journal","format":7}`,
    });
    const before = contentOf(inside);
    const shown = await sluice("recover", ...args);
    assertEquals([shown.code, shown.stderr], [0, ""]);
    const folder = join(inside, ".capio", name);
    const inTheWay = `"${join(inside, "taken")}" is a directory`;
    const lines = shown.stdout.split("\n");
    assertEquals(lines[0], `Run "${name}" of workflow "CAPIO" in "${folder}"`);
    assertEquals(
      lines.slice(1, 6).map((line) => line.split(" must be")[0]),
      [
        "  would publish .git/hooks/pre-commit (7 B)",
        "  would publish old.txt (7 B), replacing a file of 13 B",
        `  refused link/profile: "${join(inside, "link")}"`,
        `  refused taken: ${inTheWay}, remove it first`,
        "  would publish \\x1b[31mred (7 B)",
      ],
    );
    assertStringIncludes(shown.stdout, "cannot be read: Its journal must have");
    assertEquals(contentOf(inside), before);
    const any = await sluice("status", ...args);
    assertEquals(any.code, 1);
    assertStringIncludes(any.stderr, `"sluice recover" shows 2 runs that`);
    const status = await sluice("status", ...args, "--workflow-name", "CAPIO");
    assertEquals(status.code, 1);
    assertStringIncludes(status.stderr, `"sluice recover" shows a run of it`);
    const vague = await sluice("recover", ...args, "--publish");
    assertEquals(vague.code, 2);
    assertStringIncludes(vague.stderr, `RUN must say which of these`);
    const unknown = await sluice("recover", ...args, "--publish", "CAPIO");
    assertEquals(unknown.code, 1);
    assertStringIncludes(unknown.stderr, `Cannot find the run "CAPIO"`);
    assertEquals(contentOf(inside), before);
    const part = await sluice("recover", ...args, "--publish", name);
    assertEquals([part.code, part.stderr], [1, ""]);
    assertStringIncludes(part.stdout, "published old.txt (7 B), replacing");
    assertStringIncludes(part.stdout, "refused link/profile");
    assertStringIncludes(part.stdout, "The run stays");
    assertEquals(Deno.readTextFileSync(join(inside, "old.txt")), "planted");
    // The user puts in order what was refused.
    Deno.removeSync(join(inside, "taken"));
    Deno.removeSync(join(inside, "link"));
    const rest = await sluice(
      ...["recover", ...args, "--workflow-name", "CAPIO", "--publish"],
    );
    assertEquals([rest.code, rest.stderr], [0, ""]);
    assertStringIncludes(rest.stdout, "published link/profile (7 B)");
    assert(!rest.stdout.includes("old.txt"));
    assertStringIncludes(rest.stdout, "The run was removed");
    const profile = join(inside, "link/profile");
    assertEquals(Deno.readTextFileSync(profile), "planted");
    around.assertUntouched();
  },
});

Deno.test("recover says that there is nothing to recover", async () => {
  using dir = new TestDirectory();
  const { code, stdout } = await sluice("recover", "--capio-dir", dir.path);
  assertEquals(code, 0);
  assertEquals(stdout, `No run was set aside in "${dir.path}"\n`);
  assertEquals(dir.list(), []);
});
