import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { LineFileBuffer } from "../../../src/lines/mod.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const LAYOUTS = {
  journal: [".log", "-1.log", ".lock"],
  files: [
    "-0.log",
    "-1.log",
    "-0.new",
    ".lock",
    ".lock-journal",
    ".lock-wal",
    ".lock-shm",
  ],
} as const;

type Layout = keyof typeof LAYOUTS;

/** Ways to plant something, and what an error calls it. */
const PLANTED: Record<string, (path: string, outside: string) => void> = {
  "a link": (path, outside) => Deno.symlinkSync(join(outside, "victim"), path),
  "a link that leads nowhere": (path, outside) =>
    Deno.symlinkSync(join(outside, "new"), path),
  "a link to a directory": (path, outside) => Deno.symlinkSync(outside, path),
  "a file with 2 names": (path, outside) =>
    Deno.linkSync(join(outside, "victim"), path),
  "a directory": (path) => Deno.mkdirSync(path),
  "a named pipe": (path) => {
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
  },
};

/** All that is outside, with its content. */
function surroundings(outside: string): string[] {
  return [...Deno.readDirSync(outside)].map(({ name }) => {
    const path = join(outside, name);
    const { mode, size, mtime } = Deno.lstatSync(path);
    return `${name} ${mode} ${size} ${mtime} ${Deno.readTextFileSync(path)}`;
  });
}

/** Does all that a buffer can do; returns how many of the calls failed. */
async function useAll(path: string, layout: Layout): Promise<number> {
  const buffer = new LineFileBuffer(path, { layout, maxlen: 2 });
  let failures = 0;
  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      assert(error instanceof Deno.errors.InvalidData, `${error}`);
      failures++;
    }
  };
  for (const text of ["1\n", "2\n", "3\n", "4\n5\n6\n", "7\n"]) {
    await attempt(() => buffer.write(text));
    await attempt(() => buffer.read());
  }
  await attempt(() => buffer.clear());
  await buffer.close();
  return failures;
}

for (const layout of Object.keys(LAYOUTS) as Layout[]) {
  Deno.test({
    name:
      `with layout ${layout} nothing outside is touched, and nothing hangs, whatever is planted`,
    ignore: Deno.build.os === "windows",
    async fn() {
      for (const name of LAYOUTS[layout]) {
        for (const [kind, plant] of Object.entries(PLANTED)) {
          using directory = new TemporaryDirectory();
          const inside = join(directory.path, "inside");
          const outside = join(directory.path, "outside");
          Deno.mkdirSync(inside);
          Deno.mkdirSync(outside);
          // What a journal would take for its own.
          Deno.writeTextFileSync(join(outside, "victim"), '"secret"\n"more"\n');
          const path = join(inside, "job");
          plant(path + name, outside);
          const before = surroundings(outside);
          const failures = await useAll(path, layout);
          assertEquals(surroundings(outside), before, `${kind} at ${name}`);
          assert(failures > 0, `${kind} at ${name} was not refused`);
        }
      }
    },
  });

  Deno.test({
    name: `with layout ${layout} nothing planted later is followed either`,
    ignore: Deno.build.os === "windows",
    async fn() {
      using directory = new TemporaryDirectory();
      const inside = join(directory.path, "inside");
      const outside = join(directory.path, "outside");
      Deno.mkdirSync(inside);
      Deno.mkdirSync(outside);
      Deno.writeTextFileSync(join(outside, "victim"), '"secret"\n');
      const before = surroundings(outside);
      const path = join(inside, "job");
      const buffer = new LineFileBuffer(path, { layout, maxlen: 2 });
      await buffer.write("1\n");
      for (const name of LAYOUTS[layout]) {
        // The lock is open already, and what is beside it is not ours.
        if (name.startsWith(".lock")) continue;
        for (const [kind, plant] of Object.entries(PLANTED)) {
          await Deno.remove(path + name, { recursive: true }).catch(() => {});
          plant(path + name, outside);
          for (const action of ["write", "read", "clear"] as const) {
            await buffer[action]("x\n" as never).catch(() => {});
            assertEquals(surroundings(outside), before, `${kind} at ${name}`);
          }
        }
        await Deno.remove(path + name, { recursive: true }).catch(() => {});
      }
      await buffer.close();
    },
  });
}

Deno.test("the logs of other programs are neither replaced, cut nor removed", async () => {
  for (const name of [".log", "-1.log"]) {
    for (const text of ["one\ntwo\n", "no break", "\n", "[1]\n", "{}"]) {
      using directory = new TemporaryDirectory();
      const path = join(directory.path, "job");
      await Deno.writeTextFile(path + name, text);
      await useAll(path, "journal");
      assertEquals(await Deno.readTextFile(path + name), text);
    }
  }
  using directory = new TemporaryDirectory();
  const path = join(directory.path, "job");
  await Deno.writeTextFile(`${path}.lock`, "not a lock");
  await using buffer = new LineFileBuffer(path, { layout: "files" });
  await assertRejects(
    () => buffer.write("x\n"),
    Deno.errors.InvalidData,
    "expected an empty file",
  );
});
