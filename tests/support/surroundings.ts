import { assertEquals } from "@std/assert";
import { TemporaryDirectory } from "./temporary_directory.ts";

/**
 * A directory `inside`, where a hostile store is, beside files that nothing may
 * touch. A test compares these before and after.
 */
export class Surroundings implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly #before: string[];
  /** Where the store is. */
  readonly inside: string;
  /** The path of a file of a few bytes. */
  readonly secret: string;
  /** The path of a directory with a file. */
  readonly home: string;

  constructor() {
    const { path } = this.#directory;
    this.inside = `${path}/inside`;
    this.secret = `${path}/secret.txt`;
    this.home = `${path}/home`;
    Deno.mkdirSync(this.inside);
    Deno.mkdirSync(this.home);
    Deno.writeTextFileSync(this.secret, "secret", { mode: 0o640 });
    Deno.writeTextFileSync(`${this.home}/profile`, "profile");
    Deno.writeTextFileSync(`${this.home}/empty`, "");
    this.#before = this.#list(path);
  }

  /** Fails if anything outside of `inside` was made, changed or removed. */
  assertUntouched(message?: string): void {
    assertEquals(this.#list(this.#directory.path), this.#before, message);
  }

  /** Starts over with an empty `inside`. */
  clear(): void {
    Deno.removeSync(this.inside, { recursive: true });
    Deno.mkdirSync(this.inside);
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }

  #list(directory: string): string[] {
    return Array.from(Deno.readDirSync(directory))
      .filter(({ name }) => name !== "inside")
      .flatMap(({ name }) => {
        const path = `${directory}/${name}`;
        const info = Deno.lstatSync(path);
        const { mode, size, mtime, isDirectory, isFile } = info;
        const shown = `${path} ${mode} ${mtime?.getTime()}`;
        if (isDirectory) return [shown, ...this.#list(path)];
        if (!isFile) return [`${shown} is new`];
        return [`${shown} ${size} ${Deno.readTextFileSync(path)}`];
      }).sort();
  }
}

/** Makes what never has an end, and waits for whom opens it. */
export function makePipe(path: string): void {
  const { success } = new Deno.Command("mkfifo", { args: [path] }).outputSync();
  if (!success) throw new Error(`Cannot make the pipe "${path}"`);
}

/** Fails where a promise takes so long that something waits for ever. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), 20_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
