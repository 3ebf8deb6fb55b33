import { leftByPreload } from "./copies.ts";

/** The calls of `Deno` that a context replaces. */
export type FileSystemCalls = Pick<
  typeof Deno,
  | "chmod"
  | "chmodSync"
  | "chown"
  | "chownSync"
  | "copyFile"
  | "copyFileSync"
  | "create"
  | "createSync"
  | "link"
  | "linkSync"
  | "lstat"
  | "lstatSync"
  | "makeTempDir"
  | "makeTempDirSync"
  | "makeTempFile"
  | "makeTempFileSync"
  | "mkdir"
  | "mkdirSync"
  | "open"
  | "openSync"
  | "readDir"
  | "readDirSync"
  | "readFile"
  | "readFileSync"
  | "readLink"
  | "readLinkSync"
  | "readTextFile"
  | "readTextFileSync"
  | "realPath"
  | "realPathSync"
  | "remove"
  | "removeSync"
  | "rename"
  | "renameSync"
  | "stat"
  | "statSync"
  | "symlink"
  | "symlinkSync"
  | "truncate"
  | "truncateSync"
  | "utime"
  | "utimeSync"
  | "watchFs"
  | "writeFile"
  | "writeFileSync"
  | "writeTextFile"
  | "writeTextFileSync"
>;

/**
 * The functions of `Deno` as they were before any of them was replaced, for use
 * while the public ones are: when this module was loaded, or the copy of it that
 * the preload belongs to.
 */
export const system: FileSystemCalls =
  leftByPreload()?.system as FileSystemCalls | undefined ?? {
    chmod: Deno.chmod,
    chmodSync: Deno.chmodSync,
    chown: Deno.chown,
    chownSync: Deno.chownSync,
    copyFile: Deno.copyFile,
    copyFileSync: Deno.copyFileSync,
    create: Deno.create,
    createSync: Deno.createSync,
    link: Deno.link,
    linkSync: Deno.linkSync,
    lstat: Deno.lstat,
    lstatSync: Deno.lstatSync,
    makeTempDir: Deno.makeTempDir,
    makeTempDirSync: Deno.makeTempDirSync,
    makeTempFile: Deno.makeTempFile,
    makeTempFileSync: Deno.makeTempFileSync,
    mkdir: Deno.mkdir,
    mkdirSync: Deno.mkdirSync,
    open: Deno.open,
    openSync: Deno.openSync,
    readDir: Deno.readDir,
    readDirSync: Deno.readDirSync,
    readFile: Deno.readFile,
    readFileSync: Deno.readFileSync,
    readLink: Deno.readLink,
    readLinkSync: Deno.readLinkSync,
    readTextFile: Deno.readTextFile,
    readTextFileSync: Deno.readTextFileSync,
    realPath: Deno.realPath,
    realPathSync: Deno.realPathSync,
    remove: Deno.remove,
    removeSync: Deno.removeSync,
    rename: Deno.rename,
    renameSync: Deno.renameSync,
    stat: Deno.stat,
    statSync: Deno.statSync,
    symlink: Deno.symlink,
    symlinkSync: Deno.symlinkSync,
    truncate: Deno.truncate,
    truncateSync: Deno.truncateSync,
    utime: Deno.utime,
    utimeSync: Deno.utimeSync,
    watchFs: Deno.watchFs,
    writeFile: Deno.writeFile,
    writeFileSync: Deno.writeFileSync,
    writeTextFile: Deno.writeTextFile,
    writeTextFileSync: Deno.writeTextFileSync,
  };

/** Returns information on an entry, `undefined` when there is none. */
export function lstatIfPresent(path: string | URL): Deno.FileInfo | undefined {
  try {
    return system.lstatSync(path);
  } catch (error) {
    if (isAbsence(error) || isNoName(error)) return undefined;
    throw error;
  }
}

/** Returns whether an error says that a path is too long or contains a NUL. */
function isNoName(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return error.code === "ENAMETOOLONG" || error.code === "EINVAL";
}

/**
 * Returns information on an entry, `undefined` when there is none or when the
 * process may not look.
 */
export function lookIfPermitted(path: string): Deno.FileInfo | undefined {
  try {
    return lstatIfPresent(path);
  } catch (error) {
    // The original is going to be called and refuses with its own message.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Returns the result of `look`, `undefined` when it finds nothing there. */
export function ifPresent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Returns whether an error says that there is nothing at a path. */
export function isAbsence(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Node's errors have no class of their own.
  const code = "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" ||
    error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop;
}

/** Returns whether an error says that there is something at a path already. */
export function isExistence(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists ||
    error instanceof Error && "code" in error && error.code === "EEXIST";
}

/** Returns whether an error says that a file cannot move to another disk. */
export function isOtherDisk(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EXDEV";
}

/** Returns whether an error says that the system denies access to a path. */
export function isDenial(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return code === "EACCES" || code === "EPERM" ||
    error instanceof Deno.errors.PermissionDenied;
}
