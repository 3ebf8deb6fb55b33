import { dirname, isAbsolute, join, resolve, SEPARATOR } from "@std/path";
import { childOf, parentOf } from "./relative_path.ts";
import { ifPresent, steadyClock, system } from "../runtime/mod.ts";

/** Time for which a look at the file system may be reused, in ms. */
const MEMORY_MILLISECONDS = 1000;
const MEMORY_ENTRIES = 4096;
/** Linux follows as many links in a row. */
const MAX_LINKS = 40;
/** Longest names and paths of almost all systems. */
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4095;
/** Most bytes for a code unit in UTF-8. */
const LARGEST_CHARACTER = 3;

const encoder = new TextEncoder();

/** The entries of the workflow, by paths relative to the directory. */
export interface Tree {
  /** Learns of changes by other members; the resolver forgets what changed. */
  catchUp(): void;
  /** Returns the target of a symbolic link, `undefined` for anything else. */
  readLink(relative: string): string | undefined;
  /** Returns whether a path is that of a directory. */
  isDirectory(relative: string): boolean;
  /** Returns whether the system reports a loop when it follows a link. */
  isLoop(relative: string): boolean;
}

/** A symbolic link that was followed, by paths relative to the directory. */
export interface FollowedLink {
  readonly link: string;
  /**
   * The path with the link in it, before it was followed; that of the link
   * where the path leads up again.
   */
  readonly name: string;
}

/**
 * Decides whether a path lies inside a directory, and names it relative to it.
 *
 * A path is inside when its resolved form, symbolic links followed, is the
 * directory or below it by whole components. Paths inside are named relative
 * to the directory, with `/`; the directory itself is `""`.
 */
export class PathResolver {
  /** The directory, all symbolic links resolved. */
  readonly root: string;
  /** The directory as it was given, absolute and normal. */
  readonly givenRoot: string;
  /** The beginnings of absolute paths inside, each with a separator. */
  readonly #prefixes: readonly string[];
  readonly #tree: Tree;
  /** Paths outside when the last link is followed, and when it is not. */
  readonly #outside = new Set<string>();
  readonly #outsideThemselves = new Set<string>();
  #workingDirectory = "";
  /** Paths inside that are known to be no links. */
  readonly #directories = new Set<string>();
  #memoryStart = 0;

  /** Creates a resolver for `directory`, which must exist. */
  constructor(directory: string, tree: Tree) {
    const given = absolute(directory);
    this.root = system.realPathSync(given);
    this.givenRoot = resolve(given);
    this.#prefixes = [...new Set([this.root, given])]
      .map((path) => path.endsWith(SEPARATOR) ? path : path + SEPARATOR);
    this.#tree = tree;
  }

  /**
   * Returns `path` relative to the directory, `undefined` when it lies outside
   * or cannot be a path, which the original function then reports.
   *
   * @param through Receives the links that were followed.
   * @throws {Deno.errors.NotCapable} If a symbolic link inside leads out.
   */
  resolve(
    path: string,
    followLast: boolean,
    through: FollowedLink[] = [],
  ): string | undefined {
    this.#forgetInTime();
    // A link outside may lead inside, so following it makes a difference.
    const outside = followLast ? this.#outside : this.#outsideThemselves;
    if (!isAbsolute(path) && !this.#hasWorkingDirectory()) return undefined;
    if (outside.has(path) || cannotBe(path)) return undefined;
    const found = this.#inside(absolute(path), followLast, through);
    // A directory missing before a ".." may exist the next time.
    if (found === undefined && !path.includes("..")) outside.add(path);
    return found;
  }

  /** Makes a path absolute that was just resolved. */
  absolute(path: string): string {
    return isAbsolute(path)
      ? path
      : `${this.#workingDirectory}${SEPARATOR}${path}`;
  }

  /** Forgets all looks: an entry has become, or ceased to be, a link. */
  forget(): void {
    this.#directories.clear();
    this.#outside.clear();
    this.#outsideThemselves.clear();
  }

  /**
   * Returns whether the working directory still exists. When it is another
   * one than before, relative paths have a new meaning.
   */
  #hasWorkingDirectory(): boolean {
    const directory = ifPresent(() => Deno.cwd());
    if (directory === undefined) return false;
    if (directory === this.#workingDirectory) return true;
    this.#workingDirectory = directory;
    this.forget();
    return true;
  }

  #forgetInTime(): void {
    const now = steadyClock();
    const size = this.#outside.size + this.#outsideThemselves.size +
      this.#directories.size;
    const age = now - this.#memoryStart;
    if (age < MEMORY_MILLISECONDS && size < MEMORY_ENTRIES) return;
    this.#memoryStart = now;
    this.forget();
  }

  #inside(
    full: string,
    followLast: boolean,
    through: FollowedLink[],
    links = 0,
  ): string | undefined {
    for (const prefix of this.#prefixes) {
      if (full === prefix.slice(0, -1)) return "";
      if (full.startsWith(prefix)) {
        const rest = full.slice(prefix.length);
        return this.#walk(rest, followLast, full, through, links);
      }
    }
    // A path that begins elsewhere may still lead here through a link.
    const resolved = (followLast ? realPath(full) : undefined) ??
      throughAncestor(full);
    if (resolved === undefined) return undefined;
    if (resolved === this.root) return "";
    const prefix = this.#prefixes[0];
    if (!resolved.startsWith(prefix)) return undefined;
    const rest = resolved.slice(prefix.length);
    return this.#walk(rest, followLast, full, through, links);
  }

  /** Follows `rest` from the directory on, component by component. */
  #walk(
    rest: string,
    followLast: boolean,
    full: string,
    through: FollowedLink[],
    links: number,
  ): string | undefined {
    this.#tree.catchUp();
    const parts = components(rest);
    let here = "";
    for (let part; (part = parts.shift()) !== undefined;) {
      const isLast = parts.length === 0;
      if (part === ".." && here === "") {
        const whole = join(this.root, "..", ...parts);
        return this.#inside(whole, followLast, through, links);
      }
      if (part === "..") {
        // A ".." after anything but a directory leads nowhere.
        if (!this.#tree.isDirectory(here)) return undefined;
        here = parentOf(here);
        continue;
      }
      const next = childOf(here, part);
      if (isLast && !followLast) return next;
      const isDirectory = !isLast && this.#directories.has(next);
      const target = isDirectory ? undefined : this.#tree.readLink(next);
      if (target === undefined) {
        if (!isLast) this.#directories.add(next);
        here = next;
        continue;
      }
      const name = parts.includes("..") ? next : [next, ...parts].join("/");
      through.push({ link: next, name });
      if (++links > MAX_LINKS) {
        // Then the system reports the loop itself, in the words of the call.
        if (this.#tree.isLoop(next)) return [next, ...parts].join("/");
        throw new Deno.errors.FilesystemLoop(
          `Cannot follow "${full}": too many levels of symbolic links`,
        );
      }
      if (isAbsolute(target)) {
        const whole = [target, ...parts].join("/");
        return this.#inside(whole, followLast, through, links) ??
          refuse(full, target);
      }
      if (leadsOut(here, target)) {
        const whole = join(this.root, here, target, ...parts);
        return this.#inside(whole, followLast, through, links) ??
          refuse(full, target);
      }
      parts.unshift(...components(target));
    }
    return here;
  }
}

/** Returns whether the system refuses such a path at once. */
function cannotBe(path: string): boolean {
  if (path.includes("\0")) return true;
  if (path.length * LARGEST_CHARACTER <= MAX_NAME_BYTES) return false;
  return bytesOf(path) > MAX_PATH_BYTES ||
    components(path).some((name) => bytesOf(name) > MAX_NAME_BYTES);
}

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Returns whether a relative link in `directory` leads above the root. */
function leadsOut(directory: string, target: string): boolean {
  const [first] = join("root", directory, target).split(SEPARATOR);
  return first !== "root";
}

function components(path: string): string[] {
  return path.split(SEPARATOR === "\\" ? /[/\\]/ : "/")
    .filter((part) => part !== "" && part !== ".");
}

function refuse(path: string, target: string): never {
  throw new Deno.errors.NotCapable(
    `Cannot follow "${path}": its symbolic link leads out of the workflow's directory, to "${target}"`,
  );
}

/** Makes a path absolute but not normal: `..` after a link is not lexical. */
function absolute(path: string): string {
  if (isAbsolute(path)) return path;
  return `${Deno.cwd()}${SEPARATOR}${path}`;
}

function realPath(path: string): string | undefined {
  try {
    return ifPresent(() => system.realPathSync(path));
  } catch (error) {
    // The original function refuses it, too.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    if (error instanceof Deno.errors.FilesystemLoop) return undefined;
    throw error;
  }
}

/**
 * Resolves the part of a path that the system knows. What follows may have been
 * made in the workflow.
 */
function throughAncestor(path: string): string | undefined {
  for (let above = dirname(path);; above = dirname(above)) {
    const found = realPath(above);
    if (found !== undefined) {
      const rest = path.slice(above.length);
      const isJoined = [found.at(-1), rest[0]].includes(SEPARATOR);
      return isJoined ? found + rest : `${found}${SEPARATOR}${rest}`;
    }
    if (above === dirname(above)) return undefined;
  }
}
