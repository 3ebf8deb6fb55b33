/** Who watches sees what programs do, not what sluice does for them. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { type CapioClRule, withCapio } from "@sluice/sluice/capio";
import { TestDirectory } from "./step.ts";

/** What is seen of a directory up to a file that is made in it at last. */
async function seenWhile(
  dir: string,
  act: () => Promise<void>,
): Promise<Map<string, string[]>> {
  using watcher = Deno.watchFs(dir);
  const seen = new Map<string, string[]>();
  const end = (async () => {
    for await (const { kind, paths } of watcher) {
      const names = paths.map((path) => path.slice(dir.length + 1));
      if (names.includes("end")) return;
      const name = names.join(" to ");
      seen.set(name, [...seen.get(name) ?? [], kind]);
    }
  })();
  await act();
  // Each in its turn: the last may overtake what goes on in another directory.
  await delay(50);
  await Deno.writeTextFile(`${dir}/end`, "");
  await end;
  return seen;
}

const ON_CLOSE: CapioClRule[] = [{ path: "*", committed: "on_close" }];

Deno.test("who watches sees a file made and written, not published", async () => {
  using dir = new TestDirectory();
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    const seen = await seenWhile(dir.path, async () => {
      await Deno.writeTextFile(`${dir.path}/a.txt`, "a");
      assertEquals(dir.list().includes("a.txt"), true);
      await Deno.mkdir(`${dir.path}/sub`);
      await Deno.writeTextFile(`${dir.path}/sub/b.txt`, "b");
      assertEquals(dir.list().includes("sub/b.txt"), true);
    });
    for (const name of ["a.txt", "sub"]) {
      const kinds = seen.get(name) ?? [];
      assertEquals(kinds.filter((it) => it === "create"), ["create"], name);
      assertEquals(kinds.includes("remove"), false, name);
      assertEquals(kinds.includes("rename"), false, name);
    }
  });
});

Deno.test("who watches sees what is really moved or removed", async () => {
  using dir = new TestDirectory();
  Deno.mkdirSync(`${dir.path}/old`);
  Deno.writeTextFileSync(`${dir.path}/old/c.txt`, "c");
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    await Deno.writeTextFile(`${dir.path}/a.txt`, "a");
    await Deno.writeTextFile(`${dir.path}/b.txt`, "b");
    await delay(50);
    const seen = await seenWhile(dir.path, async () => {
      await Deno.rename(`${dir.path}/a.txt`, `${dir.path}/moved.txt`);
      await Deno.remove(`${dir.path}/b.txt`);
      await Deno.writeTextFile(`${dir.path}/old/new.txt`, "new");
    });
    assertEquals(seen.get("a.txt to moved.txt"), ["rename"]);
    assertEquals(seen.get("b.txt"), ["remove"]);
    assertEquals(seen.get("old/new.txt")?.[0], "create");
    // It was there before, whatever sluice needs to write into it.
    assertEquals(seen.get("old")?.includes("create") ?? false, false);
  });
});
