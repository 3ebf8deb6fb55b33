import { CapioError } from "../errors/mod.ts";

/**
 * How entries of sluice are told from those that others have planted: by the
 * owner that a file newly made by this process has, by the group that shares a
 * workflow, or, where a file system keeps no owners and modes, by their kind
 * alone.
 */
export type EntryCheck =
  | { readonly by: "owner"; readonly uid: number }
  | { readonly by: "group"; readonly gid: number }
  | { readonly by: "kind" };

/** Checks kinds alone: for those who only look, and change nothing. */
export const BY_KIND: EntryCheck = { by: "kind" };

/** The kinds of entry that sluice makes for itself. */
export type OwnKind = "directory" | "file";

/** What a look at an entry, without following a link, has shown. */
export type Look = Pick<
  Deno.FileInfo,
  "isDirectory" | "isFile" | "isSymlink" | "mode" | "uid" | "gid"
>;

/** The reason for which an entry is refused. */
export interface Distrust {
  readonly found: string;
  readonly remedy: string;
  /** Set when the member that has just made the entry may be about to mend it. */
  readonly mayPass?: true;
}

const REMOVE = "Remove it, or use another directory";
const SHARE =
  'If the members of a group work together, each of them has to use --shared (shared: "group", CAPIO_SHARED=group)';

/**
 * Decides whether an entry can be one that sluice has made: a real directory or
 * file, own, and writable by nobody else (with a group: by its members alone).
 */
export function distrust(
  look: Look,
  kind: OwnKind,
  check: EntryCheck,
): Distrust | undefined {
  const isOfKind = kind === "file" ? look.isFile : look.isDirectory;
  if (!isOfKind) return { found: nameOfKind(look), remedy: REMOVE };
  switch (check.by) {
    case "kind":
      return undefined;
    case "owner":
      return distrustOwner(look, kind, check.uid);
    case "group":
      return distrustGroup(look, kind, check.gid);
  }
}

function distrustOwner(
  { uid, mode }: Look,
  kind: OwnKind,
  own: number,
): Distrust | undefined {
  if (uid !== own) {
    return {
      found: `one of another user (user id ${uid}, not ${own})`,
      remedy: `Use a directory of your own. ${SHARE}`,
    };
  }
  if (mode === null || !(mode & OTHERS_WRITE)) return undefined;
  const close = `chmod ${kind === "directory" ? "700" : "600"}`;
  return mode & ALL_WRITE
    ? {
      found: `one that all users can write to (mode ${octal(mode)})`,
      remedy: `Remove it, or ${close} it if all that is in it is yours`,
    }
    : {
      found: `one that its group can write to (mode ${octal(mode)})`,
      remedy: `${SHARE}. Else remove it, or ${close} it`,
    };
}

function distrustGroup(
  { gid, mode }: Look,
  kind: OwnKind,
  group: number,
): Distrust | undefined {
  if (gid !== group) {
    return {
      found: `one of another group (group id ${gid}, not ${group})`,
      remedy: REMOVE,
      mayPass: true,
    };
  }
  if (mode === null) return undefined;
  if (mode & ALL_WRITE) {
    return {
      found: `one that all users can write to (mode ${octal(mode)})`,
      remedy: REMOVE,
    };
  }
  const needed = kind === "directory" ? 0o070 : 0o060;
  if ((mode & needed) === needed) return undefined;
  return {
    found: `one that is closed to its group (mode ${octal(mode)})`,
    remedy: "Remove it once the workflows without --shared have ended",
    mayPass: true,
  };
}

const ALL_WRITE = 0o002;
const OTHERS_WRITE = 0o022;

/** Names the kind of an entry, with an article. */
export function nameOfKind(
  { isDirectory, isFile, isSymlink }: Pick<
    Look,
    "isDirectory" | "isFile" | "isSymlink"
  >,
): string {
  if (isSymlink) return "a symbolic link";
  if (isDirectory) return "a directory";
  if (isFile) return "a file";
  return "a named pipe, a socket or a device";
}

/** Says which entry was expected and which was found. */
export function untrusted(
  path: string,
  kind: OwnKind,
  { by }: EntryCheck,
  { found, remedy }: Distrust,
): CapioError {
  const expected = {
    kind: `a ${kind}`,
    owner: `a ${kind} of this user that nobody else can write to`,
    group: `a ${kind} that only the group of capioDir can write to`,
  }[by];
  return new CapioError(
    "UNTRUSTED",
    `Cannot use "${path}": it must be ${expected}, found ${found}. ${remedy}`,
  );
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
