/**
 * A path means inside a context what it means outside, however it is written
 * and wherever the program stands.
 */
import process from "node:process";
import { assertEquals } from "@std/assert";
import { assertSameInside, type Case, said } from "../outcome.ts";
import { Step, TestDirectory } from "../step.ts";

const cases: Record<string, Case> = {
  "a slash after a file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    const seen = [];
    for (const file of [`${dir}/new.txt/`, `${dir}/real.txt/`]) {
      const calls = [
        () => Deno.stat(file),
        () => Deno.lstat(file),
        () => Deno.readTextFile(file),
        () => Deno.writeTextFile(file, "x"),
        () => Deno.open(file, { write: true, create: true }),
        () => Deno.truncate(file),
        () => Deno.chmod(file, 0o600),
        () => Deno.realPath(file),
        () => Deno.rename(file, `${dir}/other`),
        () => Deno.copyFile(file, `${dir}/other`),
        () => Deno.copyFile(`${dir}/full/inner/file.txt`, file),
        () => Deno.remove(file),
        () => Array.fromAsync(Deno.readDir(file)),
        () => Deno.stat(`${file}.`),
      ];
      for (const call of calls) seen.push(await said(call, dir));
    }
    return [seen, await Deno.readTextFile(`${dir}/new.txt`)];
  },
  "a slash after nothing": async (dir) => {
    const path = `${dir}/new/`;
    const calls = [
      () => Deno.writeTextFile(path, "x"),
      () => Deno.create(path),
      () => Deno.symlink("x", path),
      () => Deno.link(`${dir}/real.txt`, path),
      () => Deno.rename(`${dir}/real.txt`, path),
      () => Deno.copyFile(`${dir}/real.txt`, path),
      () => Deno.mkdir(path),
      () => Deno.rename(path, `${dir}/other/`),
    ];
    const seen = [];
    for (const call of calls) seen.push(await said(call, dir));
    return seen;
  },
  "what is made below a link that lies outside": async (dir) => {
    const outside = await Deno.makeTempDir();
    const alias = `${outside}/alias`;
    try {
      await Deno.symlink(await Deno.realPath(dir), alias);
      await Deno.mkdir(`${alias}/made`);
      await Deno.mkdir(`${alias}/made/far/below`, { recursive: true });
      await Deno.writeTextFile(`${alias}/made/file`, "one");
      await Deno.writeTextFile(`${alias}/made/far/below/file`, "two");
      await Deno.rename(`${alias}/made/file`, `${alias}/made/far/moved`);
      return [
        await Deno.readTextFile(`${alias}/made/far/moved`),
        await Deno.readTextFile(`${dir}/made/far/below/file`),
        await said(() => Deno.stat(`${alias}/none/at/all`), outside),
        await said(() => Deno.mkdir(`${alias}/none/at/all`), outside),
        [...Deno.readDirSync(`${alias}/made/far`)].map(({ name }) => name)
          .sort(),
      ];
    } finally {
      await Deno.remove(outside, { recursive: true });
    }
  },
  "a slash after a link to a directory": async (dir) => {
    await Deno.mkdir(`${dir}/new`);
    await Deno.symlink("real", `${dir}/to-old`);
    await Deno.symlink("new", `${dir}/to-new`);
    return [
      (await Deno.lstat(`${dir}/to-old/`)).isDirectory,
      (await Deno.lstat(`${dir}/to-new/`)).isDirectory,
      (await Deno.lstat(`${dir}/to-new`)).isDirectory,
    ];
  },
  "dots at the end of what is removed or renamed": async (dir) => [
    await said(() => Deno.remove(`${dir}/real/.`), dir),
    await said(() => Deno.rename(`${dir}/full/.`, `${dir}/other`), dir),
    await said(() => Deno.rename(`${dir}/full/inner/..`, `${dir}/o`), dir),
  ],
  "dots after what is no directory": async (dir) => {
    const seen = [];
    for (const name of ["missing", "real.txt", "full"]) {
      const path = `${dir}/${name}/..`;
      const calls = [
        () => Deno.stat(`${path}/real`),
        () => Deno.readTextFile(`${path}/real.txt`),
        () => Deno.writeTextFile(`${path}/${name}.new`, ""),
        () => Deno.mkdir(`${path}/${name}.made`),
        () => Array.fromAsync(Deno.readDir(path)),
      ];
      for (const call of calls) seen.push(await said(call, dir));
    }
    // The obstacle is gone by now.
    await Deno.mkdir(`${dir}/missing`);
    return [seen, await Deno.readTextFile(`${dir}/missing/../real.txt`)];
  },
  "a new directory to work in": async (dir) => {
    const before = Deno.cwd();
    await Deno.mkdir(`${dir}/new/inner`, { recursive: true });
    await Deno.symlink("new/inner", `${dir}/link`);
    await Deno.writeTextFile(`${dir}/new/above.txt`, "above");
    try {
      Deno.chdir(`${dir}/link`);
      await Deno.writeTextFile("here.txt", "here");
      const here = await Array.fromAsync(Deno.readDir("."));
      const above = await Deno.readTextFile("../above.txt");
      process.chdir("..");
      return [here, above, Deno.cwd().replace(dir, "DIR")];
    } finally {
      Deno.chdir(before);
    }
  },
  "no directory to work in": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    return [
      await said(() => Deno.chdir(`${dir}/missing`), dir),
      await said(() => Deno.chdir(`${dir}/real.txt`), dir),
      await said(() => Deno.chdir(`${dir}/new.txt`), dir),
    ];
  },
  "a new directory to work in that is removed": (dir) => {
    const before = Deno.cwd();
    Deno.mkdirSync(`${dir}/new`);
    Deno.chdir(`${dir}/new`);
    Deno.removeSync(`${dir}/new`);
    try {
      return Deno.cwd();
    } finally {
      Deno.chdir(before);
    }
  },
  "the names and lengths of functions": () =>
    Object.values<unknown>(Deno)
      .filter((it) => it instanceof Function)
      .map(({ name, length }) => ({ name, length })),
};

for (const [name, run] of Object.entries(cases)) {
  Deno.test(`as outside: ${name}`, () => assertSameInside(run));
}

Deno.test("paths mean what Deno makes of them in a process without all permissions", async () => {
  // Deno takes dots and slashes out of them where it has to check them.
  const code = `
    const [dir] = Deno.args;
    const calls = [
      () => Deno.statSync(dir + "/real.txt/").isFile,
      () => Deno.readTextFileSync(dir + "/missing/../real.txt"),
      () => Deno.readTextFileSync(dir + "/real.txt/../real.txt"),
      () => [...Deno.readDirSync(dir + "/real.txt/..")].length,
      () => Deno.writeTextFileSync(dir + "/missing/../new.txt", "new"),
      () => Deno.readTextFileSync(dir + "/sub/.././new.txt/"),
      () => Deno.renameSync(dir + "/new.txt/", dir + "/other.txt"),
      () => Deno.removeSync(dir + "/sub/."),
    ];
    for (const call of calls) {
      try {
        console.log(call() ?? "done");
      } catch (error) {
        console.log(error.name);
      }
    }`;
  const run = async (step: (capioDir: string) => Promise<string>) => {
    using dir = new TestDirectory();
    Deno.writeTextFileSync(`${dir.path}/real.txt`, "real");
    Deno.mkdirSync(`${dir.path}/sub`);
    return [await step(dir.path), dir.list()];
  };
  const inside = await run(async (capioDir) => {
    await using step = new Step({ capioDir, code, args: [capioDir] });
    return (await step.result).stdout;
  });
  const outside = await run(async (dir) => {
    const script = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(script, code);
    const flags = [`--allow-read=${dir}`, `--allow-write=${dir}`];
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...flags, script, dir],
    }).output();
    await Deno.remove(script);
    return new TextDecoder().decode(stdout);
  });
  assertEquals(inside, outside);
});
