/** A directory that is removed, with all that is in it, at the end of a scope. */
export class TemporaryDirectory implements Disposable {
  /** Its real path, without symbolic links. */
  readonly path: string = Deno.realPathSync(
    Deno.makeTempDirSync({ prefix: "sluice-" }),
  );

  /** The names in it, sorted. */
  names(): string[] {
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

let shared: TemporaryDirectory | undefined;
let count = 0;

/**
 * A path at which nothing is yet, for one test: what it makes there is removed
 * when the process ends.
 */
export function temporaryPath(): string {
  if (shared === undefined) {
    const directory = new TemporaryDirectory();
    globalThis.addEventListener("unload", () => directory[Symbol.dispose]());
    shared = directory;
  }
  return `${shared.path}/${++count}`;
}
