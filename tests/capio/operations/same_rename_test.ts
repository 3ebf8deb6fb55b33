/**
 * A renaming inside a context gives what Deno gives outside, whichever of the
 * two trees holds what: it is refused where Deno refuses it, and nothing stays
 * behind or is lost.
 */
import { assertEquals } from "@std/assert";
import { MemoryDirectory } from "../memory/memory_directory.ts";
import { assertSameInside, type Case, said } from "../outcome.ts";
import { TestDirectory } from "../step.ts";

/** Each call's outcome, and in the end all that the directory holds. */
function each(...calls: ((dir: string) => Promise<void>)[]): Case {
  return async (dir) => {
    const outcomes: string[] = [];
    for (const call of calls) outcomes.push(await said(() => call(dir), dir));
    return [outcomes, await contents(dir)];
  };
}

async function contents(dir: string): Promise<unknown> {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  return await Promise.all(entries.map(async ({ name, ...kind }) => {
    const path = `${dir}/${name}`;
    if (kind.isDirectory) return { [name]: await contents(path) };
    if (kind.isSymlink) return { [name]: await Deno.readLink(path) };
    return { [name]: await Deno.readTextFile(path) };
  }));
}

const write = (name: string) => (dir: string) =>
  Deno.writeTextFile(`${dir}/${name}`, `of ${name}`);
const mkdir = (name: string) => (dir: string) =>
  Deno.mkdir(`${dir}/${name}`, { recursive: true });
const symlink = (name: string) => (dir: string) =>
  Deno.symlink("nothing", `${dir}/${name}`);
const rename = (from: string, to: string) => (dir: string) =>
  Deno.rename(`${dir}/${from}`, `${dir}/${to}`);

/** Calls in a directory elsewhere, which is gone again afterwards. */
function outside(
  ...calls: ((dir: string, elsewhere: string) => Promise<void>)[]
): Case {
  return async (dir) => {
    const elsewhere = await Deno.makeTempDir();
    const inIt = calls.map((call) => (dir: string) => call(dir, elsewhere));
    try {
      const seen = await each(...inIt)(dir);
      const text = JSON.stringify([seen, await contents(elsewhere)]);
      return text.replaceAll(elsewhere, "ELSEWHERE");
    } finally {
      await Deno.remove(elsewhere, { recursive: true });
    }
  };
}

const cases: Record<string, Case> = {
  "an old file over a new directory": each(
    mkdir("new"),
    rename("real.txt", "new"),
  ),
  "an old directory over a new file": each(
    write("new"),
    rename("real", "new"),
    rename("full", "new"),
  ),
  "a new directory over an old file": each(
    mkdir("new"),
    rename("new", "real.txt"),
  ),
  "a new file over old directories": each(
    write("new"),
    rename("new", "real"),
    rename("new", "full"),
  ),
  "a directory over a link": each(
    symlink("link"),
    rename("real", "link"),
    rename("link", "real"),
    rename("link", "real.txt"),
  ),
  "a new directory over an old one with something in it": each(
    mkdir("new"),
    rename("new", "full"),
  ),
  "an old directory over one with something new in it": each(
    write("real/new.txt"),
    mkdir("new"),
    rename("full", "real"),
    rename("new", "real"),
  ),
  "an old directory with new entries over an empty old one": each(
    write("full/new.txt"),
    rename("full", "real"),
  ),
  "an old directory with new entries over an empty new one": each(
    write("full/new.txt"),
    mkdir("new"),
    rename("full", "new"),
  ),
  "an old directory over an empty new one": each(
    mkdir("new"),
    rename("full", "new"),
  ),
  "a new directory over an empty old one": each(
    mkdir("new"),
    write("new/a.txt"),
    rename("new", "real"),
  ),
  "a directory over what it lies in": each(
    mkdir("a/b"),
    rename("a/b", "a"),
    rename("a", "a/b/c"),
    rename("full/inner", "full"),
  ),
  "to its own name": each(
    write("new"),
    rename("new", "new"),
    rename("real.txt", "real.txt"),
    rename("missing", "missing"),
  ),
  "to and from below a new file": each(
    write("new"),
    rename("real.txt", "new/a"),
    rename("new/a", "b"),
  ),
  "a file that is written anew over another old one": each(
    write("real.txt"),
    rename("real.txt", "full/inner/file.txt"),
  ),
  "a directory with old and new entries, out and in": outside(
    write("full/new.txt"),
    write("full/inner/file.txt"),
    (dir, elsewhere) => Deno.rename(`${dir}/full`, `${elsewhere}/out`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/out`, `${dir}/back`),
  ),
  "a directory with old and new entries, out": outside(
    write("full/new.txt"),
    write("full/inner/file.txt"),
    (dir, elsewhere) => Deno.rename(`${dir}/full`, `${elsewhere}/out`),
  ),
  "a link, in": outside(
    (_, elsewhere) => Deno.symlink("real.txt", `${elsewhere}/link`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/link`, `${dir}/link`),
    (dir) => Deno.writeTextFile(`${dir}/link`, "through the link"),
  ),
  "a file from elsewhere over directories": outside(
    mkdir("new"),
    (_, elsewhere) => Deno.writeTextFile(`${elsewhere}/file`, "elsewhere"),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/file`, `${dir}/real`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/file`, `${dir}/new`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/file`, `${dir}/real.txt`),
  ),
  "a directory from elsewhere over others": outside(
    (_, elsewhere) => Deno.mkdir(`${elsewhere}/sub`),
    (_, elsewhere) => Deno.writeTextFile(`${elsewhere}/sub/file`, "in it"),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/sub`, `${dir}/real.txt`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/sub`, `${dir}/full`),
    (dir, elsewhere) => Deno.rename(`${elsewhere}/sub`, `${dir}/real`),
  ),
};

for (const [name, run] of Object.entries(cases)) {
  Deno.test(`as outside: rename ${name}`, () => assertSameInside(run));
}

for (const inMemory of ["*", "*e*"]) {
  Deno.test(`as outside: all of these where "${inMemory}" lies in memory`, async () => {
    using memory = new MemoryDirectory("16m");
    using cl = new TestDirectory();
    const options = {
      memoryDir: memory.path,
      capioClConfigurationFile: cl.writeCl({}, ["*"], [inMemory]),
    };
    for (const run of Object.values(cases)) {
      await assertSameInside(run, options);
    }
    assertEquals(memory.list(), []);
  });
}
