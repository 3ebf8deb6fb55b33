/** A watch reports what programs do, not what sluice does for them. */
import fs from "node:fs";
import { assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { type CapioClRule, withCapio } from "@sluice/sluice/capio";
import { TestDirectory } from "../step.ts";

/** The events in a directory up to the one of a last file. */
async function seenWhile(
  dir: string,
  act: () => Promise<void> | void,
  options = {},
): Promise<Map<string, string[]>> {
  using watcher = Deno.watchFs(dir, { recursive: true, ...options });
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

Deno.test("a watch reports that a file is made and written, not that it is published", async () => {
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

Deno.test("a watch reports real moves and removals", async () => {
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

Deno.test("a watch reports new files in every existing directory", async () => {
  using dir = new TestDirectory();
  const old = Array.from({ length: 40 }, (_, i) => `old/${i % 7}/${i}`);
  for (const path of old) {
    Deno.mkdirSync(`${dir.path}/${path}`, { recursive: true });
  }
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    const seen = await seenWhile(dir.path, async () => {
      for (const path of old) {
        await Deno.writeTextFile(`${dir.path}/${path}/new.txt`, "new");
      }
    });
    for (const path of old) {
      assertEquals(seen.get(`${path}/new.txt`)?.[0], "create", path);
      assertEquals(seen.get(path)?.includes("create") ?? false, false, path);
    }
  });
});

Deno.test("a watch of a directory that another member makes reports new files in it", async () => {
  using dir = new TestDirectory();
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    const seen = await seenWhile(dir.path, async () => {
      const mkdir = new Deno.Command("mkdir", {
        args: ["-p", `${dir.path}/theirs/inner`],
      });
      await mkdir.output();
      await delay(200);
      await Deno.writeTextFile(`${dir.path}/theirs/inner/new.txt`, "new");
    });
    assertEquals(seen.get("theirs"), ["create"]);
    assertEquals(seen.get("theirs/inner/new.txt")?.[0], "create");
  });
});

Deno.test("a watch reports each file once, however fast it is published", async () => {
  using dir = new TestDirectory();
  // The system keeps only so many unread events.
  const numbers = Array.from({ length: 30 }, (_, i) => i);
  for (const i of numbers) {
    Deno.writeTextFileSync(`${dir.path}/old${i}`, "old");
  }
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    const seen = await seenWhile(dir.path, () => {
      for (const i of numbers) {
        Deno.writeTextFileSync(`${dir.path}/new${i}`, "new");
        Deno.writeTextFileSync(`${dir.path}/old${i}`, "written anew");
      }
    });
    for (const i of numbers) {
      const made = seen.get(`new${i}`) ?? [];
      const written = seen.get(`old${i}`) ?? [];
      assertEquals(made.filter((it) => it === "create").length, 1, `new${i}`);
      assertEquals(written.includes("modify"), true, `old${i}`);
      assertEquals(written.includes("create"), false, `old${i}`);
      const all = [...made, ...written];
      assertEquals(all.includes("remove"), false, `${i}`);
      assertEquals(all.includes("rename"), false, `${i}`);
    }
  });
});

Deno.test("a watch goes on after the end of its context", async () => {
  using dir = new TestDirectory();
  using watcher = await withCapio(
    { capioDir: dir.path },
    () => Deno.watchFs(dir.path),
  );
  Deno.mkdirSync(`${dir.path}/later`);
  Deno.writeTextFileSync(`${dir.path}/after.txt`, "after");
  for await (const { kind, paths } of watcher) {
    if (paths.includes(`${dir.path}/after.txt`)) {
      assertEquals(kind, "create");
      break;
    }
  }
  assertEquals(dir.list(), ["after.txt", "later"]);
});

Deno.test("a directory that others remove is gone also where it is watched", async () => {
  using dir = new TestDirectory();
  Deno.mkdirSync(`${dir.path}/theirs/inner`, { recursive: true });
  Deno.writeTextFileSync(`${dir.path}/theirs/old.txt`, "old");
  await withCapio({ capioDir: dir.path }, async () => {
    using _ = Deno.watchFs(dir.path);
    const rm = new Deno.Command("rm", { args: ["-r", `${dir.path}/theirs`] });
    await rm.output();
    await Deno.writeTextFile(`${dir.path}/new.txt`, "new");
    const names = await Array.fromAsync(Deno.readDir(dir.path));
    assertEquals(names.map(({ name }) => name), ["new.txt"]);
    const all = await fs.promises.readdir(dir.path, { recursive: true });
    assertEquals(all, ["new.txt"]);
    await Deno.mkdir(`${dir.path}/theirs`);
    assertEquals([...Deno.readDirSync(`${dir.path}/theirs`)], []);
  });
});

Deno.test("a watch reports a new file as made and written, though it is published at once", async () => {
  using dir = new TestDirectory();
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    Deno.mkdirSync(`${dir.path}/new`);
    const seen = await seenWhile(dir.path, () => {
      Deno.writeTextFileSync(`${dir.path}/new/a`, "a");
    });
    assertEquals(seen.get("new/a")?.slice(0, 2), ["create", "modify"]);
  });
});

Deno.test("a watch of node:fs keeps no program alive after unref", async () => {
  using dir = new TestDirectory();
  await withCapio({ capioDir: dir.path }, async () => {
    const watcher = fs.watch(dir.path);
    await delay(10);
    watcher.unref();
    watcher.ref();
    watcher.close();
  });
});

Deno.test("a watch of a file goes on in what programs write in its place", async () => {
  using dir = new TestDirectory();
  const path = `${dir.path}/a`;
  const other = `${dir.path}/b`;
  for (const it of [path, other]) Deno.writeTextFileSync(it, "");
  for (const rules of [[], ON_CLOSE]) {
    await withCapio({ capioDir: dir.path, rules }, async () => {
      using watcher = Deno.watchFs(path);
      const seen: Deno.FsEvent[] = [];
      const end = (async () => {
        for await (const event of watcher) seen.push(event);
      })();
      for (const text of ["one", "two", "three"]) {
        const before = seen.length;
        Deno.writeTextFileSync(other, text);
        Deno.writeTextFileSync(path, text);
        while (seen.length === before) await delay(5);
        await delay(20);
      }
      watcher.close();
      await end;
      assertEquals(
        new Set(seen.flatMap(({ paths }) => paths)),
        new Set([path]),
      );
      const kinds = new Set(seen.map(({ kind }) => kind));
      assertEquals(kinds.difference(new Set(["modify", "access"])), new Set());
    });
  }
});

Deno.test("a watch ignores what it is told to in both trees", async () => {
  using dir = new TestDirectory();
  await withCapio({ capioDir: dir.path, rules: ON_CLOSE }, async () => {
    for (const name of ["src", "out"]) Deno.mkdirSync(`${dir.path}/${name}`);
    const seen = await seenWhile(dir.path, () => {
      for (const name of ["src", "out"]) {
        Deno.writeTextFileSync(`${dir.path}/${name}/a`, "a");
      }
    }, { ignore: [`${dir.path}/out`] });
    assertEquals([seen.has("src/a"), seen.has("out/a")], [true, false]);
    // Sluice makes it in the real tree.
    assertEquals(seen.get("src")?.includes("create") ?? false, false);
  });
});
