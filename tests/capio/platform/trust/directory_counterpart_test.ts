/** A directory has the same mode in both trees. */
import { assertEquals } from "@std/assert";
import { withCapio } from "@sluice/sluice/capio";
import { TestDirectory } from "../../step.ts";

const isPosix = Deno.build.os !== "windows";
const { lstatSync } = Deno;

/** Returns the mode of the real entry. */
function modeOf(path: string): string {
  return ((lstatSync(path).mode ?? 0) & 0o7777).toString(8);
}

Deno.test({
  name: "a new directory is published with its mode, whatever lies in it",
  ignore: !isPosix,
  async fn() {
    using dir = new TestDirectory();
    const capioDir = dir.path;
    await withCapio({ capioDir }, async () => {
      await Deno.mkdir(`${capioDir}/private/inner`, {
        recursive: true,
        mode: 0o700,
      });
      await Deno.writeTextFile(`${capioDir}/private/inner/a.txt`, "a");
      await Deno.mkdir(`${capioDir}/finished/part`, { recursive: true });
      await Deno.writeTextFile(`${capioDir}/finished/part/b.txt`, "b");
      await Deno.chmod(`${capioDir}/finished/part`, 0o555);
      await Deno.chmod(`${capioDir}/finished`, 0o500);
    });
    assertEquals(
      ["private", "private/inner", "finished", "finished/part"]
        .map((path) => modeOf(`${capioDir}/${path}`)),
      ["700", "700", "500", "555"],
    );
    assertEquals(
      ["private/inner/a.txt", "finished/part/b.txt"]
        .map((path) => Deno.readTextFileSync(`${capioDir}/${path}`)),
      ["a", "b"],
    );
    // Otherwise only the superuser could remove it.
    Deno.chmodSync(`${capioDir}/finished`, 0o700);
    Deno.chmodSync(`${capioDir}/finished/part`, 0o700);
  },
});

Deno.test({
  name: "a directory is private also for what its files published before it",
  ignore: !isPosix,
  async fn() {
    using dir = new TestDirectory();
    const capioDir = dir.path;
    const rules = [{ path: "*", committed: "on_close" as const }];
    await withCapio({ capioDir, rules }, async () => {
      await Deno.mkdir(`${capioDir}/private`, { mode: 0o700 });
      await Deno.writeTextFile(`${capioDir}/private/a.txt`, "a");
      assertEquals(modeOf(`${capioDir}/private`), "700");
      assertEquals(lstatSync(`${capioDir}/private/a.txt`).isFile, true);
    });
    assertEquals(modeOf(`${capioDir}/private`), "700");
  },
});

Deno.test({
  name: "what is written into a private directory is private meanwhile",
  ignore: !isPosix,
  async fn() {
    using dir = new TestDirectory();
    const capioDir = dir.path;
    Deno.mkdirSync(`${capioDir}/private/inner`, { recursive: true });
    Deno.chmodSync(`${capioDir}/private`, 0o700);
    Deno.chmodSync(`${capioDir}/private/inner`, 0o750);
    await withCapio({ capioDir }, async () => {
      await Deno.writeTextFile(`${capioDir}/private/inner/a.txt`, "a");
      const spool = `${capioDir}/.capio/CAPIO/spool`;
      assertEquals(modeOf(`${spool}/private`), "700");
      assertEquals(modeOf(`${spool}/private/inner`), "750");
    });
  },
});

Deno.test({
  name: "nothing can be made below a file that is being written",
  async fn() {
    using dir = new TestDirectory();
    const capioDir = dir.path;
    const errors = await withCapio({ capioDir }, async () => {
      await Deno.writeTextFile(`${capioDir}/a`, "a");
      const calls = [
        () => Deno.mkdir(`${capioDir}/a/b/c`, { recursive: true }),
        () => Deno.writeTextFile(`${capioDir}/a/b`, "b"),
        () => Deno.symlink("x", `${capioDir}/a/b`),
      ];
      const outcomes = await Promise.allSettled(calls.map((call) => call()));
      return outcomes.map((it) =>
        it.status === "rejected" && it.reason instanceof Error
          ? it.reason.name
          : it.status
      );
    });
    assertEquals(errors, Array(3).fill("NotADirectory"));
    assertEquals(dir.list(), ["a"]);
  },
});
