const root = Deno.makeTempDirSync({ prefix: "sluice-store-" });
let count = 0;

globalThis.addEventListener("unload", () => {
  Deno.removeSync(root, { recursive: true });
});

/** A path of its own for one test, gone with all below it after the tests. */
export function temporaryPath(): string {
  return `${root}/${++count}`;
}
