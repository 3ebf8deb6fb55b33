import { isAbsolute, join, relative, SEPARATOR } from "@std/path";
import { type CopyPlan, isAtOrBelow, placeInCopy } from "./plan_copy.ts";

/** A directory with more entries is not imitated: it is that of many things. */
const MOST_IMITATED = 2_000;

/** The directories that a copy is made of. */
export interface CopiedDirectories {
  /** That of the plan, in which the steps run. */
  readonly directory: string;
  /** That of the files, which is copied. */
  readonly capioDir: string;
}

/** Options of {@linkcode makeCopy}. */
export interface MakeCopyOptions {
  /** Tells whether a file is of an earlier run, and left out. */
  readonly isOutput: (path: string) => boolean;
  /** Ends the copying when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Makes a copy: `capioDir` with all that is in it, and around it directories
 * whose other entries are links to the originals. `.capio` and `.git` are left
 * out, and so are outputs of an earlier run and directories that have nothing
 * else; `node_modules` is a link.
 */
export async function makeCopy(
  copy: CopyPlan,
  directories: CopiedDirectories,
  { isOutput, signal }: MakeCopyOptions,
): Promise<void> {
  await Deno.mkdir(copy.root, { recursive: true });
  await imitate(copy, copy.top, directories);
  const { capioDir } = directories;
  const files = new DirectoryCopy(copy, capioDir, isOutput, signal);
  await files.copyDirectory(capioDir);
}

/** Makes links to what is in a directory, and real directories on the way. */
async function imitate(
  copy: CopyPlan,
  path: string,
  directories: CopiedDirectories,
): Promise<void> {
  const { directory, capioDir } = directories;
  if (isAtOrBelow(path, capioDir)) return;
  await Deno.mkdir(placeInCopy(copy, path), { recursive: true });
  const entries = await entriesOf(path);
  for (const { name } of entries) {
    const entry = join(path, name);
    if (isAtOrBelow(capioDir, entry) || isAtOrBelow(directory, entry)) {
      await imitate(copy, entry, directories);
    } else if (entries.length <= MOST_IMITATED) {
      // A link to what holds the copy would lead to it again and again.
      if (!isAtOrBelow(copy.root, entry)) await link(entry, copy);
    }
  }
}

async function link(path: string, copy: CopyPlan): Promise<void> {
  // Windows has rights of their own for links.
  if (Deno.build.os === "windows") return;
  await Deno.symlink(path, placeInCopy(copy, path));
}

async function entriesOf(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    // A directory above need not be readable.
    const isRefused = error instanceof Deno.errors.PermissionDenied ||
      error instanceof Deno.errors.NotCapable;
    if (isRefused) return [];
    throw error;
  }
}

/** How many files of a directory were copied, and how many were left out. */
interface Copied {
  files: number;
  leftOut: number;
}

class DirectoryCopy {
  readonly #copy: CopyPlan;
  readonly #capioDir: string;
  readonly #isOutput: (path: string) => boolean;
  readonly #signal: AbortSignal;

  constructor(
    copy: CopyPlan,
    capioDir: string,
    isOutput: (path: string) => boolean,
    signal: AbortSignal,
  ) {
    this.#copy = copy;
    this.#capioDir = capioDir;
    this.#isOutput = isOutput;
    this.#signal = signal;
  }

  /** Copies a directory, unless it has outputs of an earlier run alone. */
  async copyDirectory(path: string): Promise<Copied> {
    const target = placeInCopy(this.#copy, path);
    await Deno.mkdir(target, { recursive: true });
    const copied = { files: 0, leftOut: 0 };
    for await (const { name } of Deno.readDir(path)) {
      this.#signal.throwIfAborted();
      const { files, leftOut } = await this.#copyEntry(path, name);
      copied.files += files;
      copied.leftOut += leftOut;
    }
    const isTop = path === this.#capioDir;
    if (!isTop && copied.files === 0 && copied.leftOut > 0) {
      await Deno.remove(target, { recursive: true });
    }
    return copied;
  }

  async #copyEntry(directory: string, name: string): Promise<Copied> {
    const path = join(directory, name);
    const isTop = directory === this.#capioDir;
    const isSystem = isTop && (name === ".capio" || name === ".git");
    if (isSystem || isAtOrBelow(this.#copy.root, path)) {
      return { files: 0, leftOut: 0 };
    }
    if (isTop && name === "node_modules") {
      await link(path, this.#copy);
      return { files: 1, leftOut: 0 };
    }
    const { isFile, isDirectory, isSymlink, atime, mtime, mode } = await Deno
      .lstat(path);
    const place = placeInCopy(this.#copy, path);
    if (isDirectory) {
      const copied = await this.copyDirectory(path);
      const isThere = copied.files > 0 || copied.leftOut === 0;
      if (isThere && mode !== null) await Deno.chmod(place, mode & 0o777);
      return copied;
    }
    const below = relative(this.#capioDir, path).replaceAll(SEPARATOR, "/");
    if (this.#isOutput(below)) return { files: 0, leftOut: 1 };
    if (isSymlink) await Deno.symlink(await this.#targetOf(path), place);
    else if (isFile) {
      await Deno.copyFile(path, place);
      if (atime && mtime) await Deno.utime(place, atime, mtime);
    }
    return { files: 1, leftOut: 0 };
  }

  /** A link to the files of the workflow leads to those of the copy. */
  async #targetOf(path: string): Promise<string> {
    const text = await Deno.readLink(path);
    const isInside = isAbsolute(text) && isAtOrBelow(text, this.#capioDir);
    return isInside ? placeInCopy(this.#copy, text) : text;
  }
}
