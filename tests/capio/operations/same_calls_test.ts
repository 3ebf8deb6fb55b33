/**
 * The calls that read and write give on every kind of path what they give
 * outside: on what is there already and on what the program makes itself, on
 * links that lead somewhere, nowhere and in circles, and on names that have to
 * be those of directories.
 */
import { assertSameInside } from "../outcome.ts";

const OLD = [
  "real.txt",
  "real",
  "missing",
  "missing/below",
  "real.txt/below",
  "old-link",
  "old-dangling",
  "old-loop",
  "old-loop/below",
];
const MADE = [
  "new.txt",
  "new",
  "new/inner",
  "new.txt/below",
  "new-link",
  "new-dangling",
  "new-loop",
  "new-loop/below",
];
const NAMED_AS_DIRECTORIES = [
  "real.txt/",
  "real.txt/.",
  "old-link/",
  "missing/",
  "real/",
  "new.txt/",
  "new-link/",
  "new/",
  "new/missing/",
];
const PATHS = [...OLD, ...MADE, ...NAMED_AS_DIRECTORIES];

const OPEN_OPTIONS = [
  "read",
  "write",
  "append",
  "truncate",
  "create",
  "createNew",
] as const;

/** Makes the files that the call under test finds. */
function makeNew(dir: string): void {
  Deno.writeTextFileSync(`${dir}/new.txt`, "written before");
  Deno.mkdirSync(`${dir}/new`);
  Deno.symlinkSync("new.txt", `${dir}/new-link`);
  Deno.symlinkSync("nowhere", `${dir}/new-dangling`);
  Deno.symlinkSync("new-loop", `${dir}/new-loop`);
}

const bytes = new TextEncoder().encode("bytes");

const CALLS: Record<string, (path: string) => unknown> = {
  readFile: (path) => Deno.readFile(path),
  readTextFileSync: (path) => Deno.readTextFileSync(path),
  stat: async (path) => looks(await Deno.stat(path)),
  lstatSync: (path) => looks(Deno.lstatSync(path)),
  create: async (path) => {
    using file = await Deno.create(path);
    return looks(await file.stat());
  },
  truncate: (path) => Deno.truncate(path, 3),
  utimeSync: (path) => Deno.utimeSync(path, 1000, 2000),
  "opening without options": (path) => {
    // A caller without types may pass this.
    const nothing = null as unknown as Deno.OpenOptions;
    using file = Deno.openSync(path, nothing);
    return looks(file.statSync());
  },
  "writing of no bytes at all": (path) =>
    Deno.writeFile(path, null as unknown as Uint8Array),
  "truncating to no number": (path) =>
    Deno.truncateSync(path, "3" as unknown as number),
  "opening for writing, and no writing": (path) => {
    Deno.utimeSync(path, 1000, 2000);
    using file = Deno.openSync(path, { write: true });
    return file.statSync().mtime;
  },
};
for (
  const options of [
    {},
    { append: true },
    { create: false },
    { createNew: true },
    { mode: 0o604 },
    { append: true, mode: 0o604 },
    { createNew: true, create: false },
  ]
) {
  const name = JSON.stringify(options);
  CALLS[`writeFile ${name}`] = async (path) => {
    const first = await Deno.writeFile(path, bytes, options)
      .catch(({ message }) => message.replace(path, "the path"));
    Deno.writeTextFileSync(path, "text", options);
    return first;
  };
}

for (
  const options of [
    { write: true },
    { write: true, create: true },
    { append: true, create: true },
    { read: true, write: true, truncate: true },
    { write: true, createNew: true },
  ]
) {
  const name = JSON.stringify(options);
  CALLS[`open ${name}`] = (path) => useOpened(path, options);
}

function looks(info: Deno.FileInfo): unknown {
  const { isFile, isDirectory, isSymlink, mode, size } = info;
  return { isFile, isDirectory, isSymlink, mode, size: isFile && size };
}

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`as outside, on every kind of path: ${name}`, async () => {
    for (const path of PATHS) {
      await assertSameOn(path, call);
    }
  });
}

for (
  const path of ["real.txt", "old-dangling", "new.txt"]
) {
  Deno.test(`as outside: open ${path} with all combinations of options`, async () => {
    for (let set = 0; set < 1 << OPEN_OPTIONS.length; set++) {
      const given = OPEN_OPTIONS.filter((_, bit) => set & (1 << bit));
      const options: Deno.OpenOptions = Object.fromEntries(
        given.map((name) => [name, true]),
      );
      await assertSameOn(path, (path) => useOpened(path, options));
    }
  });
}

async function assertSameOn(
  name: string,
  call: (path: string) => unknown,
): Promise<void> {
  try {
    await assertSameInside((dir) => {
      makeNew(dir);
      return call(`${dir}/${name}`);
    });
  } catch (error) {
    throw new Error(`It is not the same on "${name}"`, { cause: error });
  }
}

/** The uses that a file opened so allows. */
async function useOpened(
  path: string,
  options: Deno.OpenOptions,
): Promise<unknown> {
  using file = await Deno.open(path, options);
  const written = await file.write(bytes).catch(String);
  await file.seek(0, Deno.SeekMode.Start);
  const buffer = new Uint8Array(20);
  const count = await file.read(buffer).catch(String);
  return [written, count, buffer, looks(await file.stat())];
}
