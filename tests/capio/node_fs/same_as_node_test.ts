/**
 * A call of `node:fs` inside a context gives what Node gives outside: the same
 * result, or an error with the same code, message, path and system call. Each
 * case runs in the promise, the callback and the synchronous form.
 */
import fs, { constants, type Dirent, type Stats } from "node:fs";
import fsPromises from "node:fs/promises";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { assertSameInside, type Case } from "../outcome.ts";

/** One form of the functions of `node:fs`. */
type Form = (name: string, ...args: unknown[]) => Promise<unknown>;
type FormCase = (fs: Form, dir: string) => unknown;
// deno-lint-ignore no-explicit-any
type Functions = Record<string, (...args: any[]) => any>;

const forms: Record<string, Form> = {
  promises: (name, ...args) =>
    (fsPromises as unknown as Functions)[name](...args),
  callback: (name, ...args) =>
    new Promise((resolve, reject) => {
      const done = (error: unknown, result: unknown) =>
        error ? reject(error) : resolve(result);
      (fs as unknown as Functions)[name](...args, done);
    }),
  // deno-lint-ignore require-await -- what it throws is to be a rejection
  sync: async (name, ...args) =>
    (fs as unknown as Functions)[`${name}Sync`](...args),
};

const sorted = (names: unknown) => (names as string[]).map(String).sort();

const inEachForm: Record<string, FormCase> = {
  "readFile: text, bytes and a URL": async (fs, dir) => [
    await fs("readFile", `${dir}/real.txt`, "utf8"),
    await fs("readFile", `${dir}/real.txt`),
    await fs("readFile", new URL(`file://${dir}/real.txt`), {
      encoding: "hex",
    }),
    await fs("readFile", Buffer.from(`${dir}/real.txt`), "utf8"),
  ],
  "readFile: a missing file": (fs, dir) => fs("readFile", `${dir}/missing`),
  "readFile: a missing file by URL": (fs, dir) =>
    fs("readFile", new URL(`file://${dir}/missing`)),
  "readFile: a directory": (fs, dir) => fs("readFile", `${dir}/real`),
  "readFile: no path": (fs) => fs("readFile", 1.5),
  "readFile: a path with a NUL": (fs, dir) => fs("readFile", `${dir}/a\0b`),
  "readFile: flags that make the file or empty it": async (fs, dir) => [
    await fs("readFile", `${dir}/new.txt`, { flag: "w+" }),
    await fs("readFile", `${dir}/new.txt`, { encoding: "utf8", flag: "ax+" })
      .catch(({ code }) => code),
    await fs("readFile", `${dir}/real.txt`, { encoding: "utf8", flag: "a+" }),
    await fs("readFile", `${dir}/real.txt`, { encoding: "utf8", flag: "r+" }),
    await fs("readFile", `${dir}/real.txt`, { encoding: "utf8", flag: "w+" }),
  ],
  "readFile: a flag that refuses what is there": (fs, dir) =>
    fs("readFile", `${dir}/real.txt`, { flag: "wx+" }),
  "writeFile: new, over, and read again": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "new");
    await fs("writeFile", `${dir}/real.txt`, Buffer.from("x"));
    return [
      await fs("readFile", `${dir}/new.txt`, "utf8"),
      await fs("readFile", `${dir}/real.txt`, "utf8"),
    ];
  },
  "writeFile: mode, flag a, wx and r+": async (fs, dir) => {
    const path = `${dir}/new.txt`;
    await fs("writeFile", path, "abc", { flag: "wx", mode: 0o600 });
    await fs("writeFile", path, "def", { flag: "a" });
    await fs("writeFile", path, "X", { flag: "r+" });
    const { mode } = await fs("stat", path) as fs.Stats;
    return [mode, await fs("readFile", path, "latin1")];
  },
  "writeFile: wx over something": (fs, dir) =>
    fs("writeFile", `${dir}/real.txt`, "abc", { flag: "wx" }),
  "writeFile: wx over something new": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    await fs("writeFile", `${dir}/new.txt`, "abc", { flag: "wx" });
  },
  "writeFile: r+ of a missing file": (fs, dir) =>
    fs("writeFile", `${dir}/new.txt`, "abc", { flag: "r+" }),
  "writeFile: an unknown flag": (fs, dir) =>
    fs("writeFile", `${dir}/new.txt`, "abc", { flag: "q" }),
  "writeFile: in a missing directory": (fs, dir) =>
    fs("writeFile", `${dir}/missing/new.txt`, "abc"),
  "writeFile: over a directory": (fs, dir) =>
    fs("writeFile", `${dir}/real`, "abc"),
  "writeFile: data of a wrong kind": (fs, dir) =>
    fs("writeFile", `${dir}/real.txt`, 17),
  "appendFile: old and new": async (fs, dir) => {
    await fs("appendFile", `${dir}/real.txt`, "abc");
    await fs("appendFile", `${dir}/new.txt`, "abc");
    await fs("appendFile", `${dir}/new.txt`, "def", { encoding: "utf8" });
    return [
      await fs("readFile", `${dir}/real.txt`, "utf8"),
      await fs("readFile", `${dir}/new.txt`, "utf8"),
    ];
  },
  "stat, lstat: real, new, directory": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    const seen = [];
    for (const name of ["real.txt", "new.txt", "full"]) {
      const path = `${dir}/${name}`;
      const stats = await fs("stat", path) as fs.Stats;
      const big = await fs("lstat", path, { bigint: true }) as fs.BigIntStats;
      const { size } = stats;
      seen.push(stats.isFile() && size, stats.isDirectory(), typeof big.size);
    }
    return seen;
  },
  "glob: what is partly new": async (fs, dir) => {
    await fs("mkdir", `${dir}/full/new`);
    for (const name of ["new.txt", "full/new/a.txt", "full/b.md"]) {
      await fs("writeFile", `${dir}/${name}`, name);
    }
    await fs("symlink", "new", `${dir}/full/link`);
    const glob = async (pattern: string | string[], options: object = {}) => {
      const found = await fs("glob", pattern, options) as Iterable<unknown>;
      const all = await Array.fromAsync(found);
      return all.map((it) =>
        typeof it === "string" ? it.replace(dir, "DIR") : [
          (it as Dirent).name,
          (it as Dirent).parentPath.replace(dir, "DIR"),
        ].join(" in ")
      ).sort();
    };
    const cwd = dir;
    const exclude = ["**/a.txt"];
    return [
      await glob(`${dir}/full/**`),
      await glob(`${dir}/*.txt`),
      await glob("**/*.{txt,md}", { cwd }),
      await glob(["*", "full/*/", "full/link/*"], { cwd }),
      await glob("full/**/*.txt", { cwd, exclude }),
      await glob("full/*", { cwd, exclude: (it: string) => it === "new" }),
      await glob("full/*", { cwd, withFileTypes: true }),
      await glob("../full/b.md", { cwd: `${dir}/real` }),
      await glob("missing/*", { cwd }),
    ];
  },
  "mkdtempDisposable: made, filled and removed": async (fs, dir) => {
    // There is no form with a callback.
    const made = await fs("mkdtempDisposable", `${dir}/full/t-`)
      .catch(({ name }) => name) as { path: string; remove(): unknown };
    if (!made.path) return made;
    await fs("writeFile", `${made.path}/new.txt`, "new");
    const before = await fs("readdir", `${dir}/full`, { recursive: true });
    await made.remove();
    return [
      (before as string[]).length,
      made.path.length - dir.length,
      sorted(await fs("readdir", `${dir}/full`)),
    ];
  },
  "glob: an option of a wrong kind": async (fs, dir) => {
    const found = await fs("glob", "*", { cwd: dir, exclude: 3 });
    return Array.fromAsync(found as Iterable<unknown>);
  },
  "stat: a missing file": (fs, dir) => fs("stat", `${dir}/missing`),
  "lstat: a missing file": (fs, dir) => fs("lstat", `${dir}/missing`),
  "access: what is there": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    return [
      await fs("access", `${dir}/new.txt`),
      await fs("access", `${dir}/real.txt`, 4),
    ];
  },
  "access: a missing file": (fs, dir) => fs("access", `${dir}/missing`),
  "cp: files, real and new, over and beside": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc", { mode: 0o640 });
    await fs("cp", `${dir}/new.txt`, `${dir}/deep/er/copy.txt`);
    await fs("cp", `${dir}/new.txt`, `${dir}/real.txt`);
    await fs("cp", `${dir}/deep/er/copy.txt`, `${dir}/new.txt`, {
      force: false,
    });
    const stats = await fs("stat", `${dir}/deep/er/copy.txt`) as fs.Stats;
    return [stats.mode, await fs("readFile", `${dir}/real.txt`, "utf8")];
  },
  "cp: a tree with links, by URL, with a filter": async (fs, dir) => {
    await fs("writeFile", `${dir}/full/new.txt`, "abc");
    await fs("writeFile", `${dir}/full/skipped`, "abc");
    await fs("symlink", "inner", `${dir}/full/link`);
    await fs("symlink", "nothing", `${dir}/full/broken`);
    await fs("cp", new URL(`file://${dir}/full`), `${dir}/copy`, {
      recursive: true,
      preserveTimestamps: true,
      filter: (source: string) => !source.endsWith("skipped"),
    });
    await fs("unlink", `${dir}/full/broken`);
    await fs("cp", `${dir}/full`, `${dir}/copy`, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source: string) => !source.endsWith("skipped"),
    });
    const link = String(await fs("readlink", `${dir}/copy/link`));
    return [
      sorted(await fs("readdir", `${dir}/copy`)),
      link.replace(dir, "DIR"),
      await fs("readFile", `${dir}/copy/link/file.txt`, "utf8"),
    ];
  },
  "cp: links followed": async (fs, dir) => {
    await fs("cp", `${dir}/old-link`, `${dir}/copy`, { dereference: true });
    await fs("cp", `${dir}/old-link`, `${dir}/link`);
    const [copy, link] = [
      await fs("lstat", `${dir}/copy`) as fs.Stats,
      await fs("lstat", `${dir}/link`) as fs.Stats,
    ];
    return [copy.isFile(), link.isSymbolicLink()];
  },
  "cp: a broken link over a link": (fs, dir) =>
    fs("cp", `${dir}/old-dangling`, `${dir}/old-link`),
  "cp: a link over one to what lies below": async (fs, dir) => {
    await fs("symlink", "full", `${dir}/above`);
    await fs("symlink", "full/inner", `${dir}/below`);
    await fs("cp", `${dir}/above`, `${dir}/below`);
  },
  "cp: a directory without recursive": (fs, dir) =>
    fs("cp", `${dir}/full`, `${dir}/copy`),
  "cp: over itself": (fs, dir) =>
    fs("cp", `${dir}/real.txt`, `${dir}/real.txt`),
  "cp: into itself": (fs, dir) =>
    fs("cp", `${dir}/full`, `${dir}/full/inner/x`, { recursive: true }),
  "cp: a directory over a file": (fs, dir) =>
    fs("cp", `${dir}/full`, `${dir}/real.txt`, { recursive: true }),
  "cp: a file over a directory": (fs, dir) =>
    fs("cp", `${dir}/real.txt`, `${dir}/full`),
  "cp: over something that must not be there": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    await fs("cp", `${dir}/real.txt`, `${dir}/new.txt`, {
      force: false,
      errorOnExist: true,
    });
  },
  "cp: a missing file": (fs, dir) => fs("cp", `${dir}/none`, `${dir}/copy`),
  "cp: an option of a wrong kind": (fs, dir) =>
    fs("cp", `${dir}/real.txt`, `${dir}/copy`, { recursive: 1 }),
  "cp: a mode out of range": (fs, dir) =>
    fs("cp", `${dir}/real.txt`, `${dir}/copy`, { mode: 99 }),
  "statfs: what is new": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    return typeof (await fs("statfs", `${dir}/new.txt`) as fs.StatsFs).bsize;
  },
  "mkdir: new, mode": async (fs, dir) => {
    const made = await fs("mkdir", `${dir}/new`, 0o700);
    const stats = await fs("stat", `${dir}/new`) as fs.Stats;
    return [made, stats.isDirectory(), stats.mode];
  },
  "mkdir: recursive tells the first": async (fs, dir) => {
    const plain = (path: unknown) => String(path).replace(dir, "DIR");
    return [
      await fs("mkdir", `${dir}/a/b/c`, { recursive: true }),
      await fs("mkdir", `${dir}/full/y/z`, { recursive: true }),
      await fs("mkdir", `${dir}/a/b`, { recursive: true }),
    ].map(plain);
  },
  "mkdir: what is there": (fs, dir) => fs("mkdir", `${dir}/real`),
  "mkdir: in a missing directory": (fs, dir) => fs("mkdir", `${dir}/x/y`),
  "readdir: names in both trees": async (fs, dir) => {
    await fs("writeFile", `${dir}/full/new.txt`, "abc");
    await fs("mkdir", `${dir}/full/sub`);
    return [
      sorted(await fs("readdir", `${dir}/full`)),
      sorted(await fs("readdir", dir)),
      (await fs("readdir", dir, "buffer") as unknown[])
        .every((it) => Buffer.isBuffer(it)),
    ];
  },
  "readdir: withFileTypes": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    const found = await fs("readdir", dir, { withFileTypes: true });
    return (found as fs.Dirent[]).map((it) => [
      it.name,
      it.isFile(),
      it.isDirectory(),
      it.parentPath === dir,
      it.constructor.name,
    ]).sort();
  },
  "readdir: recursive": async (fs, dir) => {
    await fs("writeFile", `${dir}/full/inner/new.txt`, "abc");
    const typed = await fs("readdir", dir, {
      recursive: true,
      withFileTypes: true,
    });
    return [
      sorted(await fs("readdir", dir, { recursive: true })),
      (typed as fs.Dirent[])
        .map((it) => `${it.parentPath.replace(dir, "DIR")}/${it.name}`).sort(),
    ];
  },
  "readdir: a missing directory": (fs, dir) => fs("readdir", `${dir}/missing`),
  "readdir: a file": (fs, dir) => fs("readdir", `${dir}/real.txt`),
  "unlink: real and new": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    await fs("writeFile", `${dir}/real.txt`, "abc");
    await fs("unlink", `${dir}/new.txt`);
    await fs("unlink", `${dir}/real.txt`);
    return sorted(await fs("readdir", dir));
  },
  "unlink: a missing file": (fs, dir) => fs("unlink", `${dir}/missing`),
  "rm: a file, a tree, nothing by force": async (fs, dir) => {
    await fs("writeFile", `${dir}/full/inner/new.txt`, "abc");
    await fs("rm", `${dir}/full`, { recursive: true });
    await fs("rm", `${dir}/real.txt`);
    await fs("rm", `${dir}/missing`, { force: true });
    return sorted(await fs("readdir", dir));
  },
  "rm: a directory without recursive": (fs, dir) => fs("rm", `${dir}/full`),
  "rm: a missing file": (fs, dir) => fs("rm", `${dir}/missing`),
  "rmdir: empty": async (fs, dir) => {
    await fs("mkdir", `${dir}/new`);
    await fs("rmdir", `${dir}/new`);
    await fs("rmdir", `${dir}/real`);
    return sorted(await fs("readdir", dir));
  },
  "rmdir: full": (fs, dir) => fs("rmdir", `${dir}/full`),
  "rmdir: full of something new": async (fs, dir) => {
    await fs("writeFile", `${dir}/real/new.txt`, "abc");
    await fs("rmdir", `${dir}/real`);
  },
  "rmdir: a missing directory": (fs, dir) => fs("rmdir", `${dir}/missing`),
  "rename: new, real, a tree": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "new");
    await fs("rename", `${dir}/new.txt`, `${dir}/newer.txt`);
    await fs("rename", `${dir}/real.txt`, `${dir}/real/was.txt`);
    await fs("rename", `${dir}/full`, `${dir}/whole`);
    return [
      await fs("readFile", `${dir}/newer.txt`, "utf8"),
      await fs("readFile", `${dir}/real/was.txt`, "utf8"),
      await fs("readFile", `${dir}/whole/inner/file.txt`, "utf8"),
      sorted(await fs("readdir", dir, { recursive: true })),
    ];
  },
  "rename: a missing file": (fs, dir) =>
    fs("rename", `${dir}/missing`, `${dir}/other`),
  "rename: over a directory": (fs, dir) =>
    fs("rename", `${dir}/real.txt`, `${dir}/full`),
  "copyFile: new and over": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "new");
    await fs("copyFile", `${dir}/new.txt`, `${dir}/copy.txt`);
    await fs("copyFile", `${dir}/new.txt`, `${dir}/real.txt`);
    return [
      await fs("readFile", `${dir}/copy.txt`, "utf8"),
      await fs("readFile", `${dir}/real.txt`, "utf8"),
    ];
  },
  "copyFile: exclusive": async (fs, dir) => {
    await fs("copyFile", `${dir}/real.txt`, `${dir}/copy.txt`, 1);
    await fs("copyFile", `${dir}/real.txt`, `${dir}/copy.txt`, 1);
  },
  "copyFile: exclusive, over a directory, with a slash": (fs, dir) => {
    const { COPYFILE_EXCL } = constants;
    return fs("copyFile", `${dir}/real.txt`, `${dir}/full/`, COPYFILE_EXCL);
  },
  "copyFile: exclusive, over a link to nothing": async (fs, dir) => {
    const { COPYFILE_EXCL } = constants;
    const link = `${dir}/old-dangling`;
    await fs("copyFile", `${dir}/real.txt`, link, COPYFILE_EXCL);
  },
  "appendFile: the mode of a file that was there": async (fs, dir) => {
    await fs("appendFile", `${dir}/real.txt`, "x");
    await fs("appendFile", `${dir}/new.txt`, "x", "utf8");
    return [
      (await fs("stat", `${dir}/real.txt`) as Stats).mode,
      (await fs("stat", `${dir}/new.txt`) as Stats).mode,
    ];
  },
  "readdir: all below, of a path with a slash": async (fs, dir) => {
    const options = { recursive: true, withFileTypes: true };
    const entries = await fs("readdir", `${dir}/full/`, options) as Dirent[];
    return entries.map((it) => it.parentPath.replace(dir, "DIR")).sort();
  },
  "copyFile: a missing file": (fs, dir) =>
    fs("copyFile", `${dir}/missing`, `${dir}/copy.txt`),
  "truncate: real and new": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    await fs("truncate", `${dir}/new.txt`, 5);
    await fs("truncate", `${dir}/real.txt`, 2);
    return [
      await fs("readFile", `${dir}/new.txt`, "utf8"),
      await fs("readFile", `${dir}/real.txt`, "utf8"),
    ];
  },
  "truncate: a missing file": (fs, dir) => fs("truncate", `${dir}/missing`),
  "chmod, utimes, lutimes": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "abc");
    const seen = [];
    for (const name of ["new.txt", "real.txt"]) {
      const path = `${dir}/${name}`;
      await fs("chmod", path, 0o640);
      await fs("utimes", path, 1000, new Date(2_000_000));
      await fs("lutimes", path, 1001, 2001);
      const stats = await fs("stat", path) as fs.Stats;
      seen.push(stats.mode, stats.mtimeMs, stats.atimeMs);
    }
    return seen;
  },
  "chmod: a missing file": (fs, dir) => fs("chmod", `${dir}/missing`, 0o600),
  "utimes: a missing file": (fs, dir) => fs("utimes", `${dir}/missing`, 1, 1),
  "symlink, readlink, realpath": async (fs, dir) => {
    const plain = (path: unknown) => String(path).replace(dir, "DIR");
    await fs("writeFile", `${dir}/new.txt`, "new");
    await fs("symlink", "new.txt", `${dir}/link`);
    return [
      await fs("readlink", `${dir}/link`),
      await fs("readFile", `${dir}/link`, "utf8"),
      (await fs("lstat", `${dir}/link`) as fs.Stats).isSymbolicLink(),
      plain(await fs("realpath", `${dir}/link`)),
      plain(await fs("realpath", `${dir}/full/../real.txt`)),
      Buffer.isBuffer(await fs("realpath", `${dir}/link`, "buffer")),
    ];
  },
  "symlink: over something": (fs, dir) => fs("symlink", "x", `${dir}/real.txt`),
  "readlink: no link": (fs, dir) => fs("readlink", `${dir}/real.txt`),
  "realpath: a missing file": (fs, dir) => fs("realpath", `${dir}/missing`),
  "stat: a loop of links": async (fs, dir) => {
    await fs("symlink", "b", `${dir}/a`);
    await fs("symlink", "a", `${dir}/b`);
    const error = await fs("stat", `${dir}/a`).catch((it) => it);
    return [(error as NodeJS.ErrnoException).code];
  },
  "link: real and new": async (fs, dir) => {
    await fs("writeFile", `${dir}/new.txt`, "new");
    await fs("link", `${dir}/new.txt`, `${dir}/new-too`);
    await fs("link", `${dir}/real.txt`, `${dir}/real-too`);
    return [
      await fs("readFile", `${dir}/new-too`, "utf8"),
      await fs("readFile", `${dir}/real-too`, "utf8"),
    ];
  },
  "link: a missing file": (fs, dir) =>
    fs("link", `${dir}/missing`, `${dir}/other`),
  "mkdtemp: inside": async (fs, dir) => {
    const made = String(await fs("mkdtemp", `${dir}/full/t-`));
    const below = String(await fs("mkdtemp", `${dir}/real/`));
    await fs("writeFile", `${made}/in.txt`, "in");
    const seen = [
      made.startsWith(`${dir}/full/t-`),
      made.length - `${dir}/full/t-`.length,
      below.length - `${dir}/real/`.length,
      await fs("readFile", `${made}/in.txt`, "utf8"),
    ];
    await fs("rm", made, { recursive: true });
    await fs("rmdir", below);
    return seen;
  },
  "mkdtemp: in a missing directory": (fs, dir) =>
    fs("mkdtemp", `${dir}/missing/t-`),
};

const text = (stream: AsyncIterable<unknown>) =>
  Array.fromAsync(stream).then((chunks) => chunks.map(String).join(""));

const cases: Record<string, Case> = {
  "exists: there and not": async (dir) => {
    await fsPromises.writeFile(`${dir}/new.txt`, "new");
    const exists = promisify(fs.exists);
    const paths = [`${dir}/new.txt`, `${dir}/real.txt`, `${dir}/missing`];
    return [
      paths.map((path) => fs.existsSync(path)),
      await Promise.all(paths.map((path) => exists(path))),
      await Promise.all(
        paths.map((path) => new Promise((resolve) => fs.exists(path, resolve))),
      ),
    ];
  },
  "promisify: stat, copyFile and readdir": async (dir) => {
    await promisify(fs.copyFile)(`${dir}/real.txt`, `${dir}/copy.txt`);
    const stats = await promisify(fs.stat)(`${dir}/copy.txt`);
    return [stats.size, sorted(await promisify(fs.readdir)(dir))];
  },
  "realpath.native": (dir) =>
    fs.realpathSync.native(`${dir}/real.txt`).replace(dir, "DIR"),
  "open, write, read, fstat, close": (dir) => {
    const path = `${dir}/new.txt`;
    const fd = fs.openSync(path, "w+", 0o600);
    fs.writeSync(fd, "hello world");
    const buffer = Buffer.alloc(20);
    const count = fs.readSync(fd, buffer, 0, 5, 6);
    const { size, mode } = fs.fstatSync(fd);
    fs.closeSync(fd);
    return [count, buffer.toString("utf8", 0, count), size, mode];
  },
  "open: by callback": async (dir) => {
    const path = `${dir}/real.txt`;
    const open = promisify<string, string, number>(fs.open);
    const fd = await open(path, "r");
    const seen = await promisify(fs.read)(fd, Buffer.alloc(4), 0, 4, 3);
    const whole = await promisify(fs.readFile)(fd, "utf8");
    await promisify(fs.close)(fd);
    return [seen.bytesRead, String(seen.buffer), whole];
  },
  "open: a missing file": (dir) => fs.openSync(`${dir}/missing`, "r"),
  "open: wx over something": (dir) => fs.openSync(`${dir}/real.txt`, "wx"),
  "open: flags by number": (dir) => {
    const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
    const path = `${dir}/new.txt`;
    fs.closeSync(fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL));
    fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL);
  },
  "copyFile: two names of one file": async (dir) => {
    await fsPromises.symlink("real.txt", `${dir}/link`);
    const { COPYFILE_EXCL } = constants;
    const target = `${dir}/real.txt`;
    await fsPromises.copyFile(`${dir}/link`, target, COPYFILE_EXCL);
  },
  "open: wx, by promise": async (dir) => {
    const handle = await fsPromises.open(`${dir}/new.txt`, "wx+", 0o640);
    await handle.write("new");
    const text = await handle.readFile("utf8");
    await handle.close();
    const mode = (await fsPromises.stat(`${dir}/new.txt`)).mode;
    const again = await fsPromises.open(`${dir}/new.txt`, "wx")
      .catch(({ code, message }) => [code, message.replace(dir, "DIR")]);
    const old = await fsPromises.open(`${dir}/real.txt`, "ax")
      .catch(({ code, message }) => [code, message.replace(dir, "DIR")]);
    return [text, mode, again, old];
  },
  "open: made or emptied, and only read": (dir) => {
    const { O_CREAT, O_EXCL, O_TRUNC } = fs.constants;
    fs.writeFileSync(`${dir}/real.txt`, "anew");
    const pairs: [string, number][] = [
      ["real.txt", O_CREAT],
      ["new.txt", O_CREAT],
      ["newer.txt", O_CREAT | O_EXCL],
      ["full/inner/file.txt", O_TRUNC],
    ];
    return pairs.map(([name, flags]) => {
      const fd = fs.openSync(`${dir}/${name}`, flags);
      const text = fs.readFileSync(fd, "utf8");
      fs.closeSync(fd);
      return text;
    });
  },
  "open: unknown flags": (dir) => fs.openSync(`${dir}/real.txt`, "rw"),
  "close: twice": (dir) => {
    const fd = fs.openSync(`${dir}/new.txt`, "w");
    fs.closeSync(fd);
    fs.closeSync(fd);
  },
  "FileHandle: write, stat, truncate, read, close": async (dir) => {
    const handle = await fsPromises.open(`${dir}/new.txt`, "w+");
    await handle.write("hello world");
    await handle.truncate(8);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 2);
    const { size } = await handle.stat();
    const { name } = handle.constructor;
    await handle.close();
    return [String(buffer.subarray(0, bytesRead)), size, name, handle.fd];
  },
  "FileHandle: readFile, readLines, streams": async (dir) => {
    const path = `${dir}/new.txt`;
    await fsPromises.writeFile(path, "one\ntwo\n");
    await using first = await fsPromises.open(path);
    const second = await fsPromises.open(path);
    const third = await fsPromises.open(path);
    return [
      await first.readFile("utf8"),
      await Array.fromAsync(second.readLines()),
      await text(third.createReadStream()),
    ];
  },
  "FileHandle: a missing file": (dir) => fsPromises.open(`${dir}/missing`),
  "FileHandle: close twice": async (dir) => {
    const handle = await fsPromises.open(`${dir}/new.txt`, "w");
    await handle.close();
    await handle.close();
  },
  "createReadStream: whole, a part, encoded": async (dir) => [
    await text(fs.createReadStream(`${dir}/real.txt`)),
    await text(fs.createReadStream(`${dir}/real.txt`, { start: 2, end: 5 })),
    await text(fs.createReadStream(`${dir}/real.txt`, "hex")),
    await text(fs.createReadStream(Buffer.from(`${dir}/real.txt`))),
  ],
  "createReadStream: a missing file": (dir) =>
    text(fs.createReadStream(`${dir}/missing`)),
  "createReadStream: an unknown option": (dir) =>
    text(fs.createReadStream(`${dir}/real.txt`, { start: -1 })),
  "createWriteStream: new, appended, in the middle": async (dir) => {
    const path = `${dir}/new.txt`;
    const source = () => Readable.from(["one ", "two "]);
    await pipeline(source(), fs.createWriteStream(path));
    await pipeline(source(), fs.createWriteStream(path, { flags: "a" }));
    const there = fs.createWriteStream(path, { flags: "r+", start: 4 });
    await pipeline(Readable.from(["TWO"]), there);
    return [fs.readFileSync(path, "utf8"), there.bytesWritten];
  },
  "createWriteStream: in a missing directory": (dir) =>
    pipeline(
      Readable.from(["one"]),
      fs.createWriteStream(`${dir}/missing/new.txt`),
    ),
  "writeFile: an iterable that reads others": async (dir) => {
    await fsPromises.writeFile(`${dir}/a.txt`, "a");
    await fsPromises.writeFile(
      `${dir}/b.txt`,
      (async function* () {
        yield await fsPromises.readFile(`${dir}/a.txt`);
        yield await Deno.readFile(`${dir}/a.txt`);
      })(),
    );
    return fs.readFileSync(`${dir}/b.txt`, "utf8");
  },
  "opendir, opendirSync: in both trees": async (dir) => {
    await fsPromises.writeFile(`${dir}/full/new.txt`, "new");
    const synchronous = fs.opendirSync(`${dir}/full`);
    const names = [];
    for (let it; (it = synchronous.readSync()) !== null;) names.push(it.name);
    synchronous.closeSync();
    const entries = await fsPromises.opendir(`${dir}/full`);
    for await (const { name } of entries) names.push(name);
    return names.sort();
  },
  "readFile: aborted": (dir) =>
    fsPromises.readFile(`${dir}/real.txt`, { signal: AbortSignal.abort() }),
  "a callback that is missing": (dir) =>
    (fs.stat as unknown as (path: string) => void)(`${dir}/real.txt`),
  "what Deno wrote, and Deno reads": async (dir) => {
    await Deno.writeTextFile(`${dir}/a.txt`, "deno");
    fs.writeFileSync(`${dir}/b.txt`, "node");
    return [
      fs.readFileSync(`${dir}/a.txt`, "utf8"),
      await Deno.readTextFile(`${dir}/b.txt`),
    ];
  },
};

for (const [name, run] of Object.entries(inEachForm)) {
  for (const [form, functions] of Object.entries(forms)) {
    Deno.test(`as outside, ${form}: ${name}`, () =>
      assertSameInside((dir) => run(functions, dir)));
  }
}
for (const [name, run] of Object.entries(cases)) {
  Deno.test(`as outside: node:fs, ${name}`, () => assertSameInside(run));
}
