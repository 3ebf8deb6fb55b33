/**
 * A call inside a context gives what Deno gives outside: the same result, or
 * an error of the same class that says the same.
 */
import { assertSameInside, type Case, said } from "../outcome.ts";

const text = (value: string) => new TextEncoder().encode(value);
const names = async (dir: string) => {
  const entries = await Array.fromAsync(Deno.readDir(dir));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
};

const cases: Record<string, Case> = {
  "open: a missing file for writing": (dir) =>
    Deno.open(`${dir}/missing.txt`, { write: true }),
  "open: no option": (dir) => Deno.open(`${dir}/real.txt`, {}),
  "open: truncate without write": (dir) =>
    Deno.open(`${dir}/real.txt`, { read: true, truncate: true }),
  "open: create without write": (dir) =>
    Deno.open(`${dir}/new.txt`, { read: true, create: true }),
  "open: append and truncate": (dir) =>
    Deno.open(`${dir}/real.txt`, { append: true, truncate: true }),
  "open: createNew of an existing file": (dir) =>
    Deno.open(`${dir}/real.txt`, { write: true, createNew: true }),
  "openSync: createNew of an existing file": (dir) =>
    Deno.openSync(`${dir}/real.txt`, { write: true, createNew: true }),
  "open: createNew of a file just made": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.open(`${dir}/new.txt`, { write: true, createNew: true });
  },
  "open, writeFile: createNew over a link to nothing": async (dir) => {
    await Deno.symlink("nothing", `${dir}/link`);
    const options = { write: true, createNew: true };
    return [
      await said(() => Deno.open(`${dir}/link`, options), dir),
      await said(() => Deno.writeTextFile(`${dir}/link`, "x", options), dir),
    ];
  },
  "open: in a missing directory": (dir) =>
    Deno.open(`${dir}/missing/new.txt`, { write: true, create: true }),
  "open: below a file": (dir) =>
    Deno.open(`${dir}/real.txt/new.txt`, { write: true, create: true }),
  "open: a directory for writing": (dir) =>
    Deno.open(`${dir}/real`, { write: true }),
  "open: write keeps what is not overwritten": async (dir) => {
    using file = await Deno.open(`${dir}/real.txt`, {
      read: true,
      write: true,
    });
    await file.write(text("ab"));
    await file.seek(0, Deno.SeekMode.Start);
    const buffer = new Uint8Array(20);
    const count = await file.read(buffer) ?? 0;
    return new TextDecoder().decode(buffer.subarray(0, count));
  },
  "open: a read-only handle cannot be written": async (dir) => {
    using file = await Deno.open(`${dir}/real.txt`);
    await file.write(text("x"));
  },
  "open: a write-only handle cannot be read": async (dir) => {
    using file = await Deno.open(`${dir}/real.txt`, { write: true });
    await file.read(new Uint8Array(1));
  },
  "open: append": async (dir) => {
    using file = await Deno.open(`${dir}/real.txt`, { append: true });
    await file.write(text("ab"));
    file.close();
    return await Deno.readTextFile(`${dir}/real.txt`);
  },
  "open: truncate": async (dir) => {
    const path = `${dir}/real.txt`;
    const file = await Deno.open(path, { write: true, truncate: true });
    await file.write(text("ab"));
    file.close();
    return await Deno.readTextFile(path);
  },
  "open: the mode of a new file": async (dir) => {
    const path = `${dir}/new.txt`;
    const options = { write: true, create: true, mode: 0o600 };
    using _ = await Deno.open(path, options);
    return (await Deno.stat(path)).mode;
  },
  "open: the mode of a file that is replaced": async (dir) => {
    await Deno.chmod(`${dir}/real.txt`, 0o640);
    using _ = await Deno.create(`${dir}/real.txt`);
    return (await Deno.stat(`${dir}/real.txt`)).mode;
  },
  "create: is empty, readable and writable": async (dir) => {
    using file = await Deno.create(`${dir}/real.txt`);
    const empty = await file.read(new Uint8Array(1));
    await file.write(text("abc"));
    await file.seek(1, Deno.SeekMode.Start);
    const buffer = new Uint8Array(5);
    return [empty, await file.read(buffer), buffer, file.isTerminal()];
  },
  "close: twice": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    file.close();
    file.close();
  },
  "dispose: twice": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    file[Symbol.dispose]();
    file[Symbol.dispose]();
    file.close();
  },
  "writable: aborted after close": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    file.close();
    await file.writable.abort("no reason");
  },
  "dispose: after close": async (dir) => {
    using file = await Deno.create(`${dir}/new.txt`);
    file.close();
  },
  "FsFile: instanceof, statSync, truncate, seek, sync, utime": async (dir) => {
    using file = await Deno.open(`${dir}/new.txt`, {
      create: true,
      write: true,
      read: true,
    });
    await file.write(text("hello world"));
    await file.truncate(5);
    await file.sync();
    await file.syncData();
    await file.utime(1000, 2000);
    await file.lock(true);
    await file.unlock();
    const { size, isFile, mtime } = file.statSync();
    const end = await file.seek(0, Deno.SeekMode.End);
    return [file instanceof Deno.FsFile, size, isFile, mtime, end];
  },
  "writable: pipes and closes": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    await new Blob(["abc", "def"]).stream().pipeTo(file.writable);
    return await Deno.readTextFile(`${dir}/new.txt`);
  },
  "readable: to the end, and closes": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "abc");
    const file = await Deno.open(`${dir}/new.txt`);
    const all = await new Response(file.readable).text();
    const error = await file.read(new Uint8Array(1)).catch((it) => it.name);
    return [all, error];
  },
  "FsFile: one readable and one writable, however often asked": async (dir) => {
    using file = await Deno.create(`${dir}/new.txt`);
    const { readable, writable, constructor } = file;
    return [
      file.readable === readable,
      file.writable === writable,
      constructor === Deno.FsFile,
      Deno.inspect(file),
    ];
  },
  "writable: every kind of bytes": async (dir) => {
    const file = await Deno.create(`${dir}/new.txt`);
    const writer = (file.writable as WritableStream<unknown>).getWriter();
    await writer.write(new Uint16Array([0x6161, 0x6262]).subarray(1));
    await writer.write(new TextEncoder().encode("cd").buffer);
    await writer.close();
    return await Deno.readTextFile(`${dir}/new.txt`);
  },
  "writable: no bytes": async (dir) => {
    using file = await Deno.create(`${dir}/new.txt`);
    const writer = (file.writable as WritableStream<unknown>).getWriter();
    await writer.write("text");
  },
  "readFile: what was written": async (dir) => {
    await Deno.writeFile(`${dir}/new.bin`, text("abc"));
    return [
      await Deno.readFile(`${dir}/new.bin`),
      Deno.readFileSync(`${dir}/new.bin`),
    ];
  },
  "readTextFile: a directory": (dir) => Deno.readTextFile(`${dir}/real`),
  "readTextFileSync: a directory": (dir) =>
    Deno.readTextFileSync(`${dir}/real`),
  "readFile: aborted": (dir) =>
    Deno.readFile(`${dir}/real.txt`, { signal: AbortSignal.abort() }),
  "writeFile: append": async (dir) => {
    await Deno.writeFile(`${dir}/real.txt`, text("ab"), { append: true });
    return await Deno.readTextFile(`${dir}/real.txt`);
  },
  "writeFile: createNew of an existing file": (dir) =>
    Deno.writeFile(`${dir}/real.txt`, text("ab"), { createNew: true }),
  "writeFile: createNew": async (dir) => {
    await Deno.writeFile(`${dir}/new.txt`, text("ab"), { createNew: true });
    return await Deno.readTextFile(`${dir}/new.txt`);
  },
  "writeFile: create false of a missing file": (dir) =>
    Deno.writeFile(`${dir}/new.txt`, text("ab"), { create: false }),
  "writeFile: mode": async (dir) => {
    await Deno.writeFile(`${dir}/new.txt`, text("ab"), { mode: 0o600 });
    return (await Deno.stat(`${dir}/new.txt`)).mode;
  },
  "writeFile: a stream": async (dir) => {
    const stream = new Blob(["abc", "def"]).stream();
    await Deno.writeFile(`${dir}/new.txt`, stream);
    return await Deno.readTextFile(`${dir}/new.txt`);
  },
  "writeFile: aborted": (dir) =>
    Deno.writeFile(`${dir}/new.txt`, text("ab"), {
      signal: AbortSignal.abort(),
    }),
  "writeTextFile: append to a new file": async (dir) => {
    const path = `${dir}/new.txt`;
    await Deno.writeTextFile(path, "a", { append: true });
    Deno.writeTextFileSync(path, "b", { append: true });
    return await Deno.readTextFile(path);
  },
  "writeTextFile: in a missing directory": (dir) =>
    Deno.writeTextFile(`${dir}/missing/new.txt`, "a"),
  "writeTextFile: over a directory": (dir) =>
    Deno.writeTextFile(`${dir}/real`, "a"),
  "stat: a missing file": (dir) => Deno.stat(`${dir}/missing.txt`),
  "statSync: a missing file": (dir) => Deno.statSync(`${dir}/missing.txt`),
  "lstat: a missing file": (dir) => Deno.lstat(`${dir}/missing.txt`),
  "stat: a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "abc");
    const { isFile, isDirectory, isSymlink, size } = await Deno.stat(
      `${dir}/new.txt`,
    );
    return { isFile, isDirectory, isSymlink, size };
  },
  "mkdir: new": async (dir) => {
    await Deno.mkdir(`${dir}/new`, { mode: 0o700 });
    const { isDirectory, mode } = await Deno.stat(`${dir}/new`);
    return { isDirectory, mode };
  },
  "mkdir: twice": async (dir) => {
    await Deno.mkdir(`${dir}/new`);
    await Deno.mkdir(`${dir}/new`);
  },
  "mkdirSync: over a real directory": (dir) => Deno.mkdirSync(`${dir}/real`),
  "mkdir: over a file": (dir) => Deno.mkdir(`${dir}/real.txt`),
  "mkdir: recursive over a file": (dir) =>
    Deno.mkdir(`${dir}/real.txt`, { recursive: true }),
  "mkdir: recursive over a directory": (dir) =>
    Deno.mkdir(`${dir}/real`, { recursive: true }),
  "mkdir: recursive over links to directories, new and old": async (dir) => {
    await Deno.mkdir(`${dir}/new`);
    await Deno.symlink(`${dir}/new`, `${dir}/to-new`);
    await Deno.symlink("real", `${dir}/to-old`);
    await Deno.mkdir(`${dir}/to-new`, { recursive: true });
    Deno.mkdirSync(`${dir}/to-old`, { recursive: true });
    return await names(dir);
  },
  "mkdir: recursive over a link to a file": async (dir) => {
    await Deno.symlink("real.txt", `${dir}/link`);
    await Deno.mkdir(`${dir}/link`, { recursive: true });
  },
  "mkdir: recursive through links to nothing, new and old": async (dir) => {
    await Deno.symlink("to/nothing", `${dir}/link`);
    const seen = [];
    for (const path of ["link/a", "link/a/b", "old-dangling/a", "link"]) {
      const make = () => Deno.mkdir(`${dir}/${path}`, { recursive: true });
      seen.push(await said(make, dir));
    }
    return [seen, await names(dir)];
  },
  "mkdir: over a link to a directory": async (dir) => {
    await Deno.symlink("real", `${dir}/link`);
    await Deno.mkdir(`${dir}/link`);
  },
  "mkdir: below a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.mkdir(`${dir}/new.txt/a`);
  },
  "mkdir: recursive below a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.mkdir(`${dir}/new.txt/a/b`, { recursive: true });
  },
  "mkdir: in a missing directory": (dir) => Deno.mkdir(`${dir}/a/b`),
  "mkdir: nested": async (dir) => {
    await Deno.mkdir(`${dir}/a/b/c`, { recursive: true });
    await Deno.mkdir(`${dir}/a/b/c`, { recursive: true });
    Deno.mkdirSync(`${dir}/full/inner/d/e`, { recursive: true });
    return [
      await names(dir),
      await names(`${dir}/a/b`),
      await names(`${dir}/full/inner`),
    ];
  },
  "readDir: both new and old entries": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.writeTextFile(`${dir}/full/new.txt`, "");
    return [await names(dir), await names(`${dir}/full`)];
  },
  "readDir: again and again": async (dir) => {
    const entries = Deno.readDir(`${dir}/full`);
    return [
      await Array.fromAsync(entries),
      await Array.fromAsync(entries),
      Deno.inspect(entries),
    ];
  },
  "readDirSync: both new and old entries": (dir) => {
    Deno.writeTextFileSync(`${dir}/full/inner/new.txt`, "");
    return [...Deno.readDirSync(`${dir}/full/inner`)].length;
  },
  "readDir: a missing directory": (dir) => names(`${dir}/missing`),
  "readDirSync: a missing directory": (dir) => [
    ...Deno.readDirSync(`${dir}/missing`),
  ],
  "readDir: a file": (dir) => names(`${dir}/real.txt`),
  "remove: a missing file": (dir) => Deno.remove(`${dir}/missing.txt`),
  "remove: a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.remove(`${dir}/new.txt`);
    return await names(dir);
  },
  "remove: an old file": async (dir) => {
    await Deno.remove(`${dir}/real.txt`);
    return await names(dir);
  },
  "remove: a file that is being replaced": async (dir) => {
    await Deno.writeTextFile(`${dir}/real.txt`, "new");
    await Deno.remove(`${dir}/real.txt`);
    return await names(dir);
  },
  "remove: a directory that is not empty": (dir) => Deno.remove(`${dir}/full`),
  "remove: a directory with only new entries": async (dir) => {
    await Deno.writeTextFile(`${dir}/real/new.txt`, "");
    await Deno.remove(`${dir}/real`);
  },
  "remove: recursively, old and new": async (dir) => {
    await Deno.writeTextFile(`${dir}/full/inner/new.txt`, "");
    await Deno.remove(`${dir}/full`, { recursive: true });
    return await names(dir);
  },
  "remove: recursively, and made again": async (dir) => {
    await Deno.mkdir(`${dir}/a/b`, { recursive: true });
    await Deno.remove(`${dir}/a`, { recursive: true });
    await Deno.mkdir(`${dir}/a`);
    return await names(`${dir}/a`);
  },
  "removeSync: a missing directory, recursively": (dir) =>
    Deno.removeSync(`${dir}/missing`, { recursive: true }),
  "remove: below a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.remove(`${dir}/new.txt/a`);
  },
  "rename: a missing file": (dir) =>
    Deno.rename(`${dir}/missing.txt`, `${dir}/other.txt`),
  "rename: a new file": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.rename(`${dir}/new.txt`, `${dir}/other.txt`);
    return [await names(dir), await Deno.readTextFile(`${dir}/other.txt`)];
  },
  "rename: a new file over an old one": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.rename(`${dir}/new.txt`, `${dir}/real.txt`);
    return [await names(dir), await Deno.readTextFile(`${dir}/real.txt`)];
  },
  "rename: an old file over a new one": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.rename(`${dir}/real.txt`, `${dir}/new.txt`);
    return [await names(dir), await Deno.readTextFile(`${dir}/new.txt`)];
  },
  "rename: a file being replaced": async (dir) => {
    await Deno.writeTextFile(`${dir}/real.txt`, "new");
    await Deno.rename(`${dir}/real.txt`, `${dir}/other.txt`);
    return [await names(dir), await Deno.readTextFile(`${dir}/other.txt`)];
  },
  "rename: an old directory with new entries": async (dir) => {
    await Deno.writeTextFile(`${dir}/full/new.txt`, "new");
    await Deno.rename(`${dir}/full`, `${dir}/moved`);
    return [
      await names(dir),
      await names(`${dir}/moved`),
      await Deno.readTextFile(`${dir}/moved/inner/file.txt`),
      await Deno.readTextFile(`${dir}/moved/new.txt`),
    ];
  },
  "rename: into a missing directory": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.rename(`${dir}/new.txt`, `${dir}/missing/new.txt`);
  },
  "rename: to itself, and to what is below it": async (dir) => {
    await Deno.writeTextFile(`${dir}/full/inner/file.txt`, "new");
    const pairs = [
      ["real.txt", "real.txt"],
      ["real.txt/", "real.txt/"],
      ["full", "full"],
      ["full", "full/inner"],
      ["full", "full/inner/file.txt"],
      ["full", "full/missing/x"],
      ["full/inner", "full"],
      ["full/inner/file.txt", "full"],
    ];
    const seen = [];
    for (const [from, to] of pairs) {
      const rename = () => Deno.rename(`${dir}/${from}`, `${dir}/${to}`);
      seen.push(await said(rename, dir));
    }
    return seen;
  },
  "rename: one name of a file over another of its names": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.link(`${dir}/new.txt`, `${dir}/new-too`);
    await Deno.link(`${dir}/real.txt`, `${dir}/old-too`);
    await Deno.rename(`${dir}/new.txt`, `${dir}/new-too`);
    await Deno.rename(`${dir}/old-too`, `${dir}/real.txt`);
    await Deno.writeTextFile(`${dir}/new.txt`, "newer");
    return [await names(dir), await Deno.readTextFile(`${dir}/new-too`)];
  },
  "rename: a file over a directory": (dir) =>
    Deno.rename(`${dir}/real.txt`, `${dir}/full`),
  "renameSync: a directory over a file": (dir) =>
    Deno.renameSync(`${dir}/full`, `${dir}/real.txt`),
  "chmod: old and new": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.chmod(`${dir}/new.txt`, 0o600);
    Deno.chmodSync(`${dir}/real.txt`, 0o604);
    return [
      (await Deno.stat(`${dir}/new.txt`)).mode,
      (await Deno.stat(`${dir}/real.txt`)).mode,
    ];
  },
  "chmod: a missing file": (dir) => Deno.chmod(`${dir}/missing`, 0o600),
  "chown: a missing file": (dir) => Deno.chown(`${dir}/missing`, 0, 0),
  "chown: a file that is written anew keeps its owner": async (dir) => {
    await Deno.chown(`${dir}/real.txt`, 1, 2);
    await Deno.writeTextFile(`${dir}/real.txt`, "new");
    const { uid, gid } = await Deno.stat(`${dir}/real.txt`);
    return [uid, gid];
  },
  "chown: to nobody in particular": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.chown(`${dir}/new.txt`, null, null);
  },
  "utime: old and new": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "");
    await Deno.utime(`${dir}/new.txt`, 1000, new Date(50_000));
    Deno.utimeSync(`${dir}/real.txt`, 1000, 2000);
    const { atime, mtime } = await Deno.stat(`${dir}/new.txt`);
    return [atime, mtime, Deno.statSync(`${dir}/real.txt`).mtime];
  },
  "utime: a missing file": (dir) => Deno.utime(`${dir}/missing`, 1, 1),
  "truncate: shorter, longer, and to nothing": async (dir) => {
    const path = `${dir}/real.txt`;
    await Deno.truncate(path, 5);
    const shorter = await Deno.readTextFile(path);
    Deno.truncateSync(path, 7);
    const longer = await Deno.readTextFile(path);
    await Deno.truncate(path);
    return [shorter, longer, await Deno.readTextFile(path)];
  },
  "truncate: a missing file": (dir) => Deno.truncate(`${dir}/missing`, 5),
  "truncate: a directory": (dir) => Deno.truncate(`${dir}/real`, 5),
  "copyFile: old to new, new to old": async (dir) => {
    await Deno.copyFile(`${dir}/real.txt`, `${dir}/new.txt`);
    await Deno.writeTextFile(`${dir}/other.txt`, "other");
    Deno.copyFileSync(`${dir}/other.txt`, `${dir}/real.txt`);
    return [
      await Deno.readTextFile(`${dir}/new.txt`),
      await Deno.readTextFile(`${dir}/real.txt`),
    ];
  },
  "copyFile: the mode comes along": async (dir) => {
    await Deno.chmod(`${dir}/real.txt`, 0o604);
    await Deno.copyFile(`${dir}/real.txt`, `${dir}/new.txt`);
    return (await Deno.stat(`${dir}/new.txt`)).mode;
  },
  "copyFile: a missing file": (dir) =>
    Deno.copyFile(`${dir}/missing`, `${dir}/new.txt`),
  "copyFile: what cannot be copied leaves the target as it is": async (dir) => {
    await Deno.mkdir(`${dir}/new`);
    const pairs = [
      ["missing", "real.txt"],
      ["missing", "copy.txt"],
      ["full", "real.txt"],
      ["new", "copy.txt"],
      ["real.txt", "real.txt"],
      ["real.txt", "new"],
    ];
    const seen = [];
    for (const [from, to] of pairs) {
      const copy = () => Deno.copyFile(`${dir}/${from}`, `${dir}/${to}`);
      seen.push(await said(copy, dir));
    }
    return [seen, await names(dir), await Deno.readTextFile(`${dir}/real.txt`)];
  },
  "copyFile: errors name both paths as they were given": async (dir) => {
    await Deno.symlink("full", `${dir}/link`);
    await Deno.symlink("real.txt", `${dir}/again`);
    return [
      await said(() => Deno.copyFile(`${dir}/link`, `${dir}/full/x`), dir),
      await said(
        () => Deno.copyFile(`${dir}/real.txt`, `${dir}/again`),
        dir,
      ),
    ];
  },
  "copyFile: into a missing directory": (dir) =>
    Deno.copyFile(`${dir}/real.txt`, `${dir}/missing/new.txt`),
  "copyFile: a directory": (dir) =>
    Deno.copyFile(`${dir}/full`, `${dir}/new.txt`),
  "copyFile: over a link to a file, and over one to nothing": async (dir) => {
    await Deno.symlink("full/inner/file.txt", `${dir}/link`);
    await Deno.symlink("new.txt", `${dir}/dangling`);
    await Deno.copyFile(`${dir}/real.txt`, `${dir}/link`);
    Deno.copyFileSync(`${dir}/real.txt`, `${dir}/dangling`);
    return [
      await Deno.readTextFile(`${dir}/full/inner/file.txt`),
      await Deno.readTextFile(`${dir}/new.txt`),
      (await Deno.lstat(`${dir}/link`)).isSymlink,
      (await Deno.lstat(`${dir}/dangling`)).isSymlink,
    ];
  },
  "copyFile: out and in": async (dir) => {
    const outside = await Deno.makeTempFile();
    try {
      await Deno.copyFile(`${dir}/real.txt`, outside);
      const out = await Deno.readTextFile(outside);
      await Deno.copyFile(outside, `${dir}/new.txt`);
      return [out, await Deno.readTextFile(`${dir}/new.txt`)];
    } finally {
      await Deno.remove(outside);
    }
  },
  "rename: out and in": async (dir) => {
    const outside = await Deno.makeTempFile();
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.rename(`${dir}/new.txt`, outside);
    const out = await Deno.readTextFile(outside);
    const between = await names(dir);
    await Deno.rename(outside, `${dir}/back.txt`);
    return [out, between, await Deno.readTextFile(`${dir}/back.txt`)];
  },
  "rename: out of nothing": (dir) =>
    Deno.rename(`${dir}/missing.txt`, "/tmp/never"),
  "symlink: to a new file, an old one, none, and absolutely": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.symlink("new.txt", `${dir}/to-new`);
    await Deno.symlink("../real.txt", `${dir}/full/to-old`);
    Deno.symlinkSync("nothing", `${dir}/to-nothing`);
    await Deno.symlink(`${dir}/full`, `${dir}/absolutely`);
    await Deno.writeTextFile(`${dir}/absolutely/through.txt`, "through");
    return [
      await Deno.readTextFile(`${dir}/to-new`),
      await Deno.readTextFile(`${dir}/full/to-old`),
      await Deno.readTextFile(`${dir}/absolutely/inner/file.txt`),
      await Deno.readTextFile(`${dir}/full/through.txt`),
      await Deno.readLink(`${dir}/to-new`),
      Deno.readLinkSync(`${dir}/to-nothing`),
      (await Deno.lstat(`${dir}/to-nothing`)).isSymlink,
      await names(dir),
    ];
  },
  "symlink: over something": async (dir) => {
    await Deno.symlink("x", `${dir}/real.txt`);
  },
  "stat: a link to nothing": async (dir) => {
    await Deno.symlink("nothing", `${dir}/link`);
    await Deno.stat(`${dir}/link`);
  },
  "open: a loop of links": async (dir) => {
    await Deno.symlink("b", `${dir}/a`);
    await Deno.symlink("a", `${dir}/b`);
    await Deno.open(`${dir}/a`).catch((error) => {
      throw new Error(error.name);
    });
  },
  "remove: a link, not its target": async (dir) => {
    await Deno.symlink("real.txt", `${dir}/link`);
    await Deno.remove(`${dir}/link`);
    return await names(dir);
  },
  "rename: a link": async (dir) => {
    await Deno.symlink("real.txt", `${dir}/link`);
    await Deno.rename(`${dir}/link`, `${dir}/moved`);
    return [await Deno.readLink(`${dir}/moved`), await names(dir)];
  },
  "dots after a link": async (dir) => {
    await Deno.symlink("full/inner", `${dir}/link`);
    return [
      await Deno.readTextFile(`${dir}/link/../inner/file.txt`),
      await Deno.readTextFile(`${dir}/link/file.txt`),
    ];
  },
  "readLink: no link": (dir) => Deno.readLink(`${dir}/real.txt`),
  "readLink: a missing file": (dir) => Deno.readLink(`${dir}/missing`),
  "link: a new file and an old one": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.link(`${dir}/new.txt`, `${dir}/new-too`);
    Deno.linkSync(`${dir}/real.txt`, `${dir}/old-too`);
    return [
      await Deno.readTextFile(`${dir}/new-too`),
      await Deno.readTextFile(`${dir}/old-too`),
      (await Deno.stat(`${dir}/new.txt`)).nlink,
    ];
  },
  "link: a new file over something": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.link(`${dir}/new.txt`, `${dir}/real.txt`);
  },
  "linkSync: a new file into a missing directory": (dir) => {
    Deno.writeTextFileSync(`${dir}/new.txt`, "new");
    Deno.linkSync(`${dir}/new.txt`, `${dir}/missing/new.txt`);
  },
  "link: a link, which stays one": async (dir) => {
    await Deno.symlink("full", `${dir}/link`);
    await Deno.link(`${dir}/link`, `${dir}/too`);
    return [
      (await Deno.lstat(`${dir}/too`)).isSymlink,
      await names(`${dir}/too`),
      await names(dir),
    ];
  },
  "link: a new directory": async (dir) => {
    await Deno.mkdir(`${dir}/new`);
    await Deno.link(`${dir}/new`, `${dir}/other`);
  },
  "link: out and in": async (dir) => {
    const outside = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${dir}/new.txt`, "new");
      await Deno.link(`${dir}/new.txt`, `${outside}/out.txt`);
      await Deno.link(`${outside}/out.txt`, `${dir}/back.txt`);
      return [
        await Deno.readTextFile(`${outside}/out.txt`),
        await Deno.readTextFile(`${dir}/back.txt`),
        (await Deno.stat(`${dir}/new.txt`)).nlink,
      ];
    } finally {
      await Deno.remove(outside, { recursive: true });
    }
  },
  "link: over something": (dir) =>
    Deno.link(`${dir}/full/inner/file.txt`, `${dir}/real.txt`),
  "link: a missing file": (dir) =>
    Deno.link(`${dir}/missing`, `${dir}/new.txt`),
  "realPath: old, new, and through a link": async (dir) => {
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    await Deno.symlink("full/inner", `${dir}/link`);
    const paths = [
      await Deno.realPath(`${dir}/real.txt`),
      await Deno.realPath(`${dir}/new.txt`),
      Deno.realPathSync(`${dir}/link/../../new.txt`),
      await Deno.realPath(`${dir}/link/file.txt`),
    ];
    return paths.map((path) => path.replace(dir, "DIR"));
  },
  "realPath: a missing file": (dir) => Deno.realPath(`${dir}/missing`),
  "makeTempFile, makeTempDir: inside": async (dir) => {
    const file = await Deno.makeTempFile({ dir, prefix: "a-", suffix: ".txt" });
    const sub = Deno.makeTempDirSync({ dir: `${dir}/full`, prefix: "b-" });
    await Deno.writeTextFile(file, "temporary");
    await Deno.writeTextFile(`${sub}/in.txt`, "in");
    const seen = [
      file.startsWith(`${dir}/a-`) && file.endsWith(".txt"),
      sub.startsWith(`${dir}/full/b-`),
      await Deno.readTextFile(file),
      (await names(dir)).length,
      (await names(`${dir}/full`)).length,
    ];
    await Deno.remove(file);
    await Deno.remove(sub, { recursive: true });
    return seen;
  },
  "makeTempFile: in a missing directory": (dir) =>
    Deno.makeTempFile({ dir: `${dir}/missing`, prefix: "p" })
      .catch((error) => error.name),
  "watchFs: a new file": async (dir) => {
    using watcher = Deno.watchFs(dir);
    const seen = (async () => {
      for await (const { paths } of watcher) {
        if (paths.includes(`${dir}/new.txt`)) return "seen";
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    return await seen;
  },
  "watchFs: a file is created, and then written": async (dir) => {
    using watcher = Deno.watchFs(dir);
    await Deno.writeTextFile(`${dir}/new.txt`, "new");
    const kinds = [];
    for await (const { kind } of watcher) {
      kinds.push(kind);
      if (kinds.length === 2) return kinds;
    }
  },
  "watchFs: a missing file": (dir) => {
    using _ = Deno.watchFs(`${dir}/missing`);
  },
  "names with spaces, of great length, and in other scripts": async (dir) => {
    const odd = [" a b ", "x".repeat(200), "Ω≈ç√", "🦕", "a'b\"c", "%2e", "-"];
    for (const name of odd) await Deno.writeTextFile(`${dir}/${name}`, name);
    const read = odd.map((name) => Deno.readTextFileSync(`${dir}/${name}`));
    return [read, await names(dir)];
  },
  "readDirSync: a missing directory is an error at once": (dir) => {
    Deno.readDirSync(`${dir}/missing`);
  },
  "a URL": async (dir) => {
    const url = new URL(`file://${dir}/a%20b.txt`);
    await Deno.writeTextFile(url, "url");
    return [await Deno.readTextFile(url), (await Deno.stat(url)).size];
  },
  "a URL in an error": (dir) => Deno.stat(new URL(`file://${dir}/a%20b.txt`)),
  "a URL where Deno takes none": async (dir) => {
    const url = new URL(`file://${dir}/real.txt`) as unknown as string;
    return [
      await said(() => Deno.truncate(url, 3), dir),
      await said(() => Deno.truncateSync(url, 3), dir),
      await said(() => Deno.linkSync(url, `${dir}/link`), dir),
      await said(() => Deno.linkSync(`${dir}/real.txt`, url), dir),
      await said(() => Deno.watchFs(url).close(), dir),
    ];
  },
  "a URL of another kind": () =>
    Deno.readTextFile(new URL("https://example.org/")),
  "dots and doubled separators": async (dir) => {
    await Deno.writeTextFile(`${dir}//full/./inner/../new.txt`, "dots");
    return await Deno.readTextFile(`${dir}/full/new.txt`);
  },
  "a relative path where the working directory is gone": async (dir) => {
    const before = Deno.cwd();
    Deno.chdir(`${dir}/real`);
    Deno.removeSync(`${dir}/real`);
    try {
      await Deno.stat("x");
    } finally {
      Deno.chdir(before);
    }
  },
  "an empty path": () => Deno.stat(""),
  "names and paths that are too long": async (dir) => {
    const seen = [];
    for (const path of ["x".repeat(256), "ü".repeat(128), "x/".repeat(2100)]) {
      const calls = [
        () => Deno.readTextFile(`${dir}/${path}`),
        () => Deno.writeTextFile(`${dir}/${path}`, ""),
        () => Deno.stat(`${dir}/${path}`),
        () => Deno.mkdir(`${dir}/${path}`, { recursive: true }),
        () => Deno.rename(`${dir}/real.txt`, `${dir}/${path}`),
      ];
      for (const call of calls) seen.push(await said(call, dir));
    }
    await Deno.writeTextFile(`${dir}/${"ü".repeat(127)}`, "long");
    return seen;
  },
  "more arguments than a call takes, as in files.map(Deno.removeSync)": (dir) =>
    [[`${dir}/real`], [`${dir}/real.txt`]].map((paths) => {
      const [real] = paths.map(Deno.realPathSync as (path: string) => string);
      paths.map(Deno.removeSync as (path: string) => void);
      paths.map(Deno.mkdirSync as (path: string) => void);
      return real.replace(dir, "DIR");
    }),
  "a path with a NUL": (dir) => Deno.writeTextFile(`${dir}/a\0b`, ""),
};

for (const [name, run] of Object.entries(cases)) {
  Deno.test(`as outside: ${name}`, () => assertSameInside(run));
}
